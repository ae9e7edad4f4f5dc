// Copyright 2026 The Understudy Authors
// SPDX-License-Identifier: Apache-2.0

#include "controlplane/customer/status_view.h"

#include "gtest/gtest.h"

namespace understudy::control {
namespace {

using State = PlacementRow::State;

constexpr int64_t kNow = 1'800'000'000;

absl::Time At(int seconds) { return absl::FromUnixSeconds(kNow + seconds); }

ZoneRow Zone(std::string uid = "u1") {
  ZoneRow row;
  row.uid = std::move(uid);
  row.project = "acme";
  row.zone = "example.org";
  row.primaries = {{"192.0.2.1", 53}};
  row.create_time = At(-100);
  row.update_time = At(-50);
  row.etag = "e";
  return row;
}

PlacementRow Placement(std::string edge, State state,
                       std::optional<uint32_t> serial = std::nullopt) {
  PlacementRow row;
  row.zone_uid = "u1";
  row.edge = std::move(edge);
  row.state = state;
  row.serial = serial;
  row.report_time = At(0);
  return row;
}

PlacementRow Failing(std::string edge, std::string reason, int when) {
  PlacementRow row = Placement(std::move(edge), State::kLoading);
  row.error_reason = std::move(reason);
  row.error_time = At(when);
  row.consecutive_failures = 3;
  return row;
}

TEST(ZoneView, ShowsTheRegistration) {
  v1::Zone zone = ToZoneView(Zone(), {}, {});
  EXPECT_EQ(zone.name(), "projects/acme/zones/example.org");
  EXPECT_EQ(zone.uid(), "u1");
  EXPECT_EQ(zone.etag(), "e");
  EXPECT_EQ(zone.create_time().seconds(), kNow - 100);
  EXPECT_EQ(zone.primaries(0).address(), "192.0.2.1");
  EXPECT_EQ(zone.primaries(0).port(), 53u);
  EXPECT_EQ(zone.state(), v1::Zone::STATE_PENDING_TRANSFER);
  EXPECT_EQ(zone.status().edges_total(), 0u);
  EXPECT_FALSE(zone.status().has_served_serial());
}

TEST(ZoneView, ShowsEveryEdge) {
  v1::Zone zone = ToZoneView(Zone(), {"a", "b", "c"},
                             {Placement("b", State::kServing, 7),
                              Placement("gone", State::kServing, 9)});
  ASSERT_EQ(zone.status().placements_size(), 3);
  EXPECT_EQ(zone.status().placements(0).edge(), "edges/a");
  EXPECT_EQ(zone.status().placements(0).state(), v1::Placement::STATE_ASSIGNED);
  EXPECT_EQ(zone.status().placements(1).state(), v1::Placement::STATE_SERVING);
  EXPECT_EQ(zone.status().placements(1).serial(), 7u);
  EXPECT_EQ(zone.status().edges_serving(), 1u);
  EXPECT_EQ(zone.status().edges_total(), 3u);
  EXPECT_EQ(zone.state(), v1::Zone::STATE_ACTIVE);
}

TEST(ZoneView, TellsTheState) {
  const auto state = [](std::vector<PlacementRow> placements) {
    return ToZoneView(Zone(), {"a", "b"}, placements).state();
  };
  EXPECT_EQ(state({}), v1::Zone::STATE_PENDING_TRANSFER);
  EXPECT_EQ(state({Placement("a", State::kLoading)}),
            v1::Zone::STATE_PENDING_TRANSFER);
  EXPECT_EQ(state({Placement("a", State::kExpired, 1),
                   Placement("b", State::kLoading)}),
            v1::Zone::STATE_EXPIRED);
  EXPECT_EQ(state({Placement("a", State::kExpired, 1),
                   Placement("b", State::kServing, 1)}),
            v1::Zone::STATE_ACTIVE);
  ZoneRow unproven = Zone();
  unproven.claim_proven = false;
  EXPECT_EQ(
      ToZoneView(unproven, {"a"}, {Placement("a", State::kServing, 1)}).state(),
      v1::Zone::STATE_PENDING_CLAIM);
}

TEST(ZoneView, ServesTheLowestSerialByRfc1982) {
  v1::Zone zone = ToZoneView(Zone(), {"a", "b", "c"},
                             {Placement("a", State::kServing, 5),
                              Placement("b", State::kServing, 4'294'967'290u),
                              Placement("c", State::kExpired, 1)});
  EXPECT_EQ(zone.status().served_serial(), 4'294'967'290u);
  EXPECT_FALSE(zone.status().placements(2).has_serial());
}

TEST(ZoneView, TakesTheNewestPrimarySerial) {
  PlacementRow a = Placement("a", State::kServing, 5);
  a.primary_serial = 4'294'967'290u;
  PlacementRow b = Placement("b", State::kServing, 5);
  b.primary_serial = 6;
  EXPECT_EQ(ToZoneView(Zone(), {"a", "b"}, {a, b}).status().primary_serial(),
            6u);
}

TEST(ZoneView, FoldsTheTimes) {
  PlacementRow a = Placement("a", State::kServing, 5);
  a.last_check_time = At(-10);
  a.next_check_time = At(20);
  a.expire_time = At(1000);
  PlacementRow b = Placement("b", State::kServing, 5);
  b.last_check_time = At(-5);
  b.next_check_time = At(30);
  b.expire_time = At(900);
  PlacementRow c = Placement("c", State::kExpired);
  c.expire_time = At(-900);
  v1::ZoneStatus status =
      ToZoneView(Zone(), {"a", "b", "c"}, {a, b, c}).status();
  EXPECT_EQ(status.last_check_time().seconds(), kNow - 5);
  EXPECT_EQ(status.next_check_time().seconds(), kNow + 20);
  EXPECT_EQ(status.expire_time().seconds(), kNow + 900);
}

TEST(ZoneView, ShowsTheMostUsefulFailure) {
  v1::ZoneStatus status = ToZoneView(Zone(), {"a", "b", "c"},
                                     {Failing("a", "CONNECT_TIMEOUT", 9),
                                      Failing("b", "RCODE_REFUSED", 1),
                                      Failing("c", "RCODE_NOTAUTH", 2)})
                              .status();
  EXPECT_EQ(status.last_error().reason(), "RCODE_NOTAUTH");
  EXPECT_FALSE(status.last_error().next_step().empty());
  EXPECT_EQ(status.last_error().time().seconds(), kNow + 2);
  EXPECT_EQ(status.consecutive_failures(), 3u);
  EXPECT_EQ(status.placements(0).last_error().reason(), "CONNECT_TIMEOUT");
}

TEST(ZoneView, ExplainsARejection) {
  v1::ZoneStatus status =
      ToZoneView(Zone(), {"a"}, {Placement("a", State::kRejected)}).status();
  EXPECT_EQ(status.last_error().reason(), "EDGE_REJECTED");
  EXPECT_EQ(status.placements(0).state(), v1::Placement::STATE_REJECTED);
}

TEST(ZoneViews, FindsEachZonesPlacements) {
  PlacementRow first = Placement("a", State::kServing, 1);
  PlacementRow second = Placement("a", State::kServing, 2);
  second.zone_uid = "u2";
  auto zones =
      ToZoneViews({Zone("u2"), Zone("u3"), Zone("u1")}, {"a"}, {first, second});
  ASSERT_EQ(zones.size(), 3u);
  EXPECT_EQ(zones[0].status().served_serial(), 2u);
  EXPECT_EQ(zones[1].state(), v1::Zone::STATE_PENDING_TRANSFER);
  EXPECT_EQ(zones[2].status().served_serial(), 1u);
}

TEST(ToTimestamp, KeepsNanoseconds) {
  auto timestamp = ToTimestamp(absl::FromUnixNanos(1'500'000'001));
  EXPECT_EQ(timestamp.seconds(), 1);
  EXPECT_EQ(timestamp.nanos(), 500'000'001);
}

}  // namespace
}  // namespace understudy::control
