// Copyright 2026 The Understudy Authors
// SPDX-License-Identifier: Apache-2.0

#include "controlplane/push/zone_report_reader.h"

#include "controlplane/push/test_zones.h"
#include "gtest/gtest.h"

namespace understudy::control {
namespace {

using edge::v1::ZoneReport;

const absl::Time kNow = absl::FromUnixSeconds(1'800'000'000);

TEST(CleanText, KeepsGoodText) {
  EXPECT_EQ(CleanText("", 10), "");
  EXPECT_EQ(CleanText("rcode REFUSED", 100), "rcode REFUSED");
  EXPECT_EQ(CleanText("gr\xc3\xbc\xc3\x9f \xe2\x82\xac \xf0\x9f\x8e\xad", 100),
            "gr\xc3\xbc\xc3\x9f \xe2\x82\xac \xf0\x9f\x8e\xad");
}

TEST(CleanText, CutsBetweenCharacters) {
  EXPECT_EQ(CleanText("ab\xe2\x82\xac", 4), "ab");
  EXPECT_EQ(CleanText("ab\xe2\x82\xac", 5), "ab\xe2\x82\xac");
  EXPECT_EQ(CleanText(std::string(1000, 'x'), 512).size(), 512u);
}

TEST(CleanText, ReplacesWhatCannotBeStored) {
  EXPECT_EQ(CleanText(std::string("a\0b\nc", 5), 100), "a b c");
  EXPECT_EQ(CleanText("\xff\xc0\xaf", 100), "???");       // Overlong.
  EXPECT_EQ(CleanText("\xed\xa0\x80", 100), "???");       // Surrogate.
  EXPECT_EQ(CleanText("\xf4\x90\x80\x80", 100), "????");  // Too high.
  EXPECT_EQ(CleanText("a\xe2\x82", 100), "a??");          // Broken off.
}

TEST(PlacementOf, TakesOverAllFacts) {
  ZoneReport report;
  report.set_state(ZoneReport::STATE_SERVING);
  report.set_serial(7);
  report.set_primary_serial(8);
  report.mutable_publish_time()->set_seconds(1);
  report.mutable_last_check_time()->set_seconds(2);
  report.mutable_next_check_time()->set_seconds(3);
  report.mutable_expire_time()->set_seconds(4);
  report.set_consecutive_failures(5);
  report.set_record_count(6);
  report.mutable_last_error()->set_reason("RCODE_REFUSED");
  report.mutable_last_error()->set_evidence("rcode 5");
  report.mutable_last_error()->set_primary("192.0.2.1");
  report.mutable_last_error()->mutable_time()->set_seconds(9);
  auto row = PlacementOf(report, TestId(1), "fra1", kNow);
  ASSERT_TRUE(row.has_value());
  EXPECT_EQ(row->zone_uid, TestZone(1, 0).uid);
  EXPECT_EQ(row->edge, "fra1");
  EXPECT_EQ(row->state, PlacementRow::State::kServing);
  EXPECT_EQ(row->serial, 7u);
  EXPECT_EQ(row->primary_serial, 8u);
  EXPECT_EQ(row->publish_time, absl::FromUnixSeconds(1));
  EXPECT_EQ(row->last_check_time, absl::FromUnixSeconds(2));
  EXPECT_EQ(row->next_check_time, absl::FromUnixSeconds(3));
  EXPECT_EQ(row->expire_time, absl::FromUnixSeconds(4));
  EXPECT_EQ(row->consecutive_failures, 5u);
  EXPECT_EQ(row->record_count, 6u);
  EXPECT_EQ(row->error_reason, "RCODE_REFUSED");
  EXPECT_EQ(row->error_evidence, "rcode 5");
  EXPECT_EQ(row->error_primary, "192.0.2.1");
  EXPECT_EQ(row->error_time, absl::FromUnixSeconds(9));
  EXPECT_EQ(row->report_time, kNow);
}

TEST(PlacementOf, LeavesOutWhatIsAbsent) {
  ZoneReport report;
  report.set_state(ZoneReport::STATE_LOADING);
  auto row = PlacementOf(report, TestId(1), "fra1", kNow);
  ASSERT_TRUE(row.has_value());
  EXPECT_FALSE(row->serial.has_value());
  EXPECT_FALSE(row->primary_serial.has_value());
  EXPECT_FALSE(row->expire_time.has_value());
  EXPECT_EQ(row->error_reason, "");
}

TEST(PlacementOf, IgnoresStatesThatItDoesNotKnow) {
  ZoneReport report;
  EXPECT_FALSE(PlacementOf(report, TestId(1), "fra1", kNow).has_value());
  report.set_state(static_cast<ZoneReport::State>(77));
  EXPECT_FALSE(PlacementOf(report, TestId(1), "fra1", kNow).has_value());
}

TEST(PlacementOf, BoundsWhatItTakes) {
  ZoneReport report;
  report.set_state(ZoneReport::STATE_EXPIRED);
  report.set_record_count(UINT64_MAX);
  report.mutable_expire_time()->set_seconds(INT64_MAX);
  report.mutable_publish_time()->set_nanos(-1);
  report.mutable_last_error()->set_reason("no such word");
  report.mutable_last_error()->set_evidence(std::string(5000, 'e'));
  report.mutable_last_error()->set_primary(std::string(5000, 'p'));
  auto row = PlacementOf(report, TestId(1), "fra1", kNow);
  ASSERT_TRUE(row.has_value());
  EXPECT_EQ(row->record_count, uint64_t{INT64_MAX});
  EXPECT_FALSE(row->expire_time.has_value());
  EXPECT_FALSE(row->publish_time.has_value());
  EXPECT_EQ(row->error_reason, "UNRECOGNIZED");
  EXPECT_EQ(row->error_evidence.size(), kMaxEvidence);
  EXPECT_EQ(row->error_primary.size(), 64u);
}

}  // namespace
}  // namespace understudy::control
