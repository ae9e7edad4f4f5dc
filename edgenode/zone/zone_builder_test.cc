// Copyright 2026 The Understudy Authors
// SPDX-License-Identifier: Apache-2.0

#include "edgenode/zone/zone_builder.h"

#include <string>

#include "absl/strings/str_cat.h"
#include "dns/types.h"
#include "edgenode/zone/testing/zone_text.h"
#include "gtest/gtest.h"

namespace understudy::edge {
namespace {

using namespace std::string_literals;

FailureReason ReasonOf(const std::variant<ZoneRef, Failure>& built) {
  return std::holds_alternative<Failure>(built)
             ? std::get<Failure>(built).reason
             : FailureReason::kNone;
}

TEST(ZoneBuilder, TakesRecordsInAnyOrder) {
  const std::string lines = "www 60 A 192.0.2.2\nwww 60 A 192.0.2.1\n" +
                            ZoneHead(7) + "a.b.c 60 TXT x\n";
  ZoneRef zone = MustBuildZone("example.org", lines);
  EXPECT_EQ(zone->serial(), 7u);
  EXPECT_EQ(zone->record_count(), 6u);
  Run::Position www = zone->names().Search("www\0"s);
  ASSERT_TRUE(www.exact);
  EXPECT_EQ(www.entry.Find(dns::kTypeA).count(), 2);
}

TEST(ZoneBuilder, TheOrderOfArrivalDoesNotShow) {
  ZoneRef a = MustBuildZone(
      "example.org", ZoneHead(1) + "x 60 A 192.0.2.1\nx 60 A 192.0.2.2\n");
  ZoneRef b = MustBuildZone(
      "example.org", "x 60 A 192.0.2.2\nx 60 A 192.0.2.1\n" + ZoneHead(1));
  EXPECT_EQ(a->names().blocks()[0]->bytes(), b->names().blocks()[0]->bytes());
}

TEST(ZoneBuilder, WritesEmptyNonTerminals) {
  ZoneRef zone = MustBuildZone("example.org",
                               ZoneHead(1) + "a.b.c 60 TXT x\nd.c 60 TXT y\n");
  for (const std::string& key : {"c\0"s, "c\0b\0"s}) {
    Run::Position at = zone->names().Search(key);
    ASSERT_TRUE(at.exact);
    EXPECT_TRUE(at.entry.is_empty_non_terminal());
  }
  EXPECT_FALSE(zone->names().Search("c\0d\0"s).entry.is_empty_non_terminal());
}

TEST(ZoneBuilder, MarksCutsAndWhatIsBelow) {
  ZoneRef zone = MustBuildZone("example.org", ZoneHead(1) +
                                                  "sub 60 NS ns.sub\n"
                                                  "ns.sub 60 A 192.0.2.9\n"
                                                  "a.b.sub 60 NS ns.other.\n"
                                                  "suc 60 A 192.0.2.9\n");
  EXPECT_TRUE(zone->names().Search("sub\0"s).entry.is_cut());
  EXPECT_EQ(zone->names().Search("sub\0"s).entry.cut_depth(), 1);
  Run::Position glue = zone->names().Search("sub\0ns\0"s);
  EXPECT_EQ(glue.entry.cut_depth(), 1);
  EXPECT_FALSE(glue.entry.is_cut());
  // A cut below a cut is nothing of ours; nor is an empty name there.
  EXPECT_FALSE(zone->names().Search("sub\0b\0a\0"s).entry.is_cut());
  EXPECT_EQ(zone->names().Search("sub\0b\0"s).entry.cut_depth(), 1);
  EXPECT_EQ(zone->names().Search("suc\0"s).entry.cut_depth(), 0);
  EXPECT_FALSE(zone->apex_entry().is_cut());
}

TEST(ZoneBuilder, MarksParentsOfWildcards) {
  ZoneRef zone = MustBuildZone("example.org", ZoneHead(1) +
                                                  "*.w 60 TXT x\n"
                                                  "x* 60 TXT y\n");
  EXPECT_EQ(zone->names().Search("w\0"s).entry.flags(), kEntryWildcardBelow);
  EXPECT_EQ(zone->apex_entry().flags(), 0);
}

TEST(ZoneBuilder, KeepsNsec3OwnersApart) {
  ZoneRef zone = MustBuildZone("example.org", ZoneHead(1) +
                                                  "ABC 60 TYPE50 010000000120\n"
                                                  "ABC 60 TYPE46 0032FFFF\n");
  EXPECT_FALSE(zone->names().Search("abc\0"s).exact);
  ASSERT_TRUE(zone->nsec3().Search("abc\0"s).exact);
  EXPECT_EQ(zone->nsec3().Search("abc\0"s).entry.rrset_count(), 2);
  EXPECT_EQ(zone->record_count(), 5u);
}

TEST(ZoneBuilder, FoldsEqualRecordsAndTakesTheLowestTtl) {
  ZoneRef zone = MustBuildZone("example.org", ZoneHead(1) +
                                                  "x 60 A 192.0.2.1\n"
                                                  "X 30 A 192.0.2.1\n"
                                                  "x 90 A 192.0.2.2\n");
  RrsetView a = zone->names().Search("x\0"s).entry.Find(dns::kTypeA);
  EXPECT_EQ(a.count(), 2);
  EXPECT_EQ(a.ttl(), 30u);
}

TEST(ZoneBuilder, LeavesOutWhatLiesOutside) {
  auto apex = *dns::Name::FromText("example.org");
  ZoneBuilder builder(apex, {});
  for (const char* owner : {"www.example.com.", "org.", "xexample.org.", "."}) {
    TextRecord r = ParseTextRecord(apex, absl::StrCat(owner, " 60 TXT x"));
    EXPECT_TRUE(builder.Add(r.owner.wire(), r.type, r.ttl, r.rdata).ok());
  }
  EXPECT_EQ(builder.out_of_zone_count(), 4u);
  EXPECT_EQ(builder.record_count(), 0u);
}

TEST(ZoneBuilder, RefusesWhatIsNoZone) {
  EXPECT_EQ(ReasonOf(BuildZone("example.org", "x 60 A 192.0.2.1")),
            FailureReason::kNoSoa);
  EXPECT_EQ(ReasonOf(BuildZone("example.org", "")), FailureReason::kNoSoa);
  EXPECT_EQ(ReasonOf(BuildZone("example.org", "@ 60 SOA a b 1 2 3 4 5\n")),
            FailureReason::kNsMissing);
  EXPECT_EQ(ReasonOf(BuildZone("example.org",
                               ZoneHead(1) + "@ 60 SOA a b 2 2 3 4 5\n")),
            FailureReason::kNoSoa);
}

TEST(ZoneBuilder, RefusesCnameBesideOtherData) {
  EXPECT_EQ(
      ReasonOf(BuildZone("example.org", ZoneHead(1) + "c 60 CNAME x\n"
                                                      "c 60 A 192.0.2.1\n")),
      FailureReason::kCnameAndOtherData);
  EXPECT_EQ(ReasonOf(BuildZone("example.org", ZoneHead(1) + "c 60 CNAME x\n"
                                                            "c 60 CNAME y\n")),
            FailureReason::kCnameAndOtherData);
  // Signatures and NSEC may stand there (RFC 4035 s2.5).
  EXPECT_EQ(
      ReasonOf(BuildZone("example.org", ZoneHead(1) + "c 60 CNAME x\n"
                                                      "c 60 TYPE46 0005\n"
                                                      "c 60 TYPE47 0000\n")),
      FailureReason::kNone);
}

TEST(ZoneBuilder, KeepsItsLimits) {
  std::string lines = ZoneHead(1);
  for (int i = 0; i < 10; ++i)
    absl::StrAppend(&lines, "x 60 A 192.0.2.", i, "\n");
  EXPECT_EQ(ReasonOf(BuildZone("example.org", lines, {.records = 12})),
            FailureReason::kTooManyRecords);
  EXPECT_EQ(ReasonOf(BuildZone("example.org", lines, {.records = 13})),
            FailureReason::kNone);
  EXPECT_EQ(ReasonOf(BuildZone("example.org", lines, {.rrset_records = 9})),
            FailureReason::kTooManyRecords);
  EXPECT_EQ(ReasonOf(BuildZone("example.org", lines, {.name_bytes = 59})),
            FailureReason::kTooManyRecords);
  EXPECT_EQ(ReasonOf(BuildZone("example.org", lines, {.bytes = 100})),
            FailureReason::kTooManyBytes);
  std::string types = ZoneHead(1);
  for (int i = 300; i < 310; ++i) {
    absl::StrAppend(&types, "x 60 TYPE", i, " 00\n");
  }
  EXPECT_EQ(ReasonOf(BuildZone("example.org", types, {.types_per_name = 9})),
            FailureReason::kTooManyTypes);
}

TEST(ZoneBuilder, AnRrsetOfMoreThanABlockCanCountIsRefused) {
  const auto apex = *dns::Name::FromText("example.org");
  for (uint32_t records : {65535u, 65536u}) {
    ZoneBuilder builder(apex, {.rrset_records = 1'000'000});
    for (const char* line : {"@ 60 SOA a b 1 2 3 4 5", "@ 60 NS a"}) {
      const TextRecord r = ParseTextRecord(apex, line);
      ASSERT_TRUE(builder.Add(r.owner.wire(), r.type, r.ttl, r.rdata).ok());
    }
    for (uint32_t i = 0; i < records; ++i) {
      const char rdata[] = {1, 2, static_cast<char>(i >> 16),
                            static_cast<char>(i >> 8), static_cast<char>(i)};
      ASSERT_TRUE(
          builder.Add(apex.wire(), 65280, 60, {rdata, sizeof rdata}).ok());
    }
    EXPECT_EQ(ReasonOf(builder.Build()), records == 65535
                                             ? FailureReason::kNone
                                             : FailureReason::kTooManyRecords);
  }
}

TEST(ZoneBuilder, ManyBlocksStayInOrder) {
  std::string lines = ZoneHead(1);
  for (int i = 0; i < 5000; ++i) {
    absl::StrAppend(&lines, "h", i * 7919 % 5000, " 60 A 192.0.2.1\n");
  }
  ZoneRef zone = MustBuildZone("example.org", lines);
  ASSERT_GT(zone->names().blocks().size(), 5u);
  std::string last;
  for (const BlockRef& block : zone->names().blocks()) {
    std::string why;
    EXPECT_TRUE(Block::CheckedCopy(block->bytes(), &why)) << why;
    for (uint32_t i = 0; i < block->name_count(); ++i) {
      std::string key = block->KeyOf(i);
      EXPECT_TRUE(last < key || key.empty());
      last = key;
      Run::Position found = zone->names().Search(key);
      EXPECT_TRUE(found.exact);
      EXPECT_EQ(found.index, i);
    }
  }
}

TEST(ZoneBuilder, TheRootIsAZone) {
  ZoneRef zone = MustBuildZone(".",
                               ". 60 SOA a. b. 1 2 3 4 5\n. 60 NS a.\n"
                               "org. 60 NS ns.org.\n");
  EXPECT_TRUE(zone->names().Search("org\0"s).entry.is_cut());
}

}  // namespace
}  // namespace understudy::edge
