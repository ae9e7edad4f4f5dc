// Copyright 2026 The Understudy Authors
// SPDX-License-Identifier: Apache-2.0

#include "cli/zone_view.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace understudy::cli {
namespace {

using testing::HasSubstr;

constexpr int64_t kNow = 1'700'000'000;

v1::Zone Example() {
  v1::Zone zone;
  zone.set_name("projects/default/zones/example.org");
  zone.set_state(v1::Zone::STATE_ACTIVE);
  zone.add_primaries()->set_address("192.0.2.1");
  v1::ZoneStatus* status = zone.mutable_status();
  status->set_served_serial(7);
  status->set_edges_serving(1);
  status->set_edges_total(2);
  v1::Placement* good = status->add_placements();
  good->set_edge("edges/fra1");
  good->set_state(v1::Placement::STATE_SERVING);
  good->set_serial(7);
  good->set_record_count(42);
  good->mutable_last_check_time()->set_seconds(kNow - 12);
  good->mutable_next_check_time()->set_seconds(kNow + 300);
  v1::Placement* bad = status->add_placements();
  bad->set_edge("edges/ams1");
  bad->set_state(v1::Placement::STATE_LOADING);
  bad->set_consecutive_failures(3);
  v1::Failure* failure = bad->mutable_last_error();
  failure->set_reason("RCODE_REFUSED");
  failure->set_primary("192.0.2.1");
  failure->set_evidence("rcode 5\x1b");
  failure->set_next_step("allow-transfer { 198.51.100.1; };");
  return zone;
}

TEST(ZoneView, ListShowsARowForEachZone) {
  EXPECT_EQ(RenderZones({Example()}),
            "ZONE         STATE   SERIAL  EDGES  PRIMARIES  LAST ERROR\n"
            "example.org  ACTIVE  7       1/2    192.0.2.1  -\n");
}

TEST(ZoneView, StatusShowsEveryEdgeAndWhyItFails) {
  std::string text = RenderStatus(Example(), absl::FromUnixSeconds(kNow));
  EXPECT_THAT(text, HasSubstr("fra1  SERVING  7       42       12s ago     in "
                              "5m"));
  EXPECT_THAT(text, HasSubstr("ams1  LOADING  -       -"));
  EXPECT_THAT(text, HasSubstr("ams1: RCODE_REFUSED at 192.0.2.1\n"
                              "  evidence:  rcode 5\\x1b\n"
                              "  next step: allow-transfer {"));
}

TEST(ZoneView, StatusWithoutEdgesSaysWhatToDo) {
  v1::Zone zone;
  EXPECT_THAT(RenderStatus(zone, absl::FromUnixSeconds(kNow)),
              HasSubstr("edges create"));
}

TEST(ZoneView, UnknownStatesFromANewerControllerShowTheirNumber) {
  EXPECT_EQ(StateName(static_cast<v1::Zone::State>(99)), "99");
}

TEST(ZoneView, ZoneShowsItsRegistration) {
  v1::Zone zone = Example();
  zone.set_uid("u-1");
  zone.mutable_create_time()->set_seconds(kNow);
  EXPECT_THAT(RenderZone(zone, absl::FromUnixSeconds(kNow)),
              HasSubstr("2023-11-14T22:13:20Z"));
}

}  // namespace
}  // namespace understudy::cli
