// Copyright 2026 The Understudy Authors
// SPDX-License-Identifier: Apache-2.0

#include "controlplane/push/desired_state.h"

#include <vector>

#include "base/testing/status_matchers.h"
#include "controlplane/push/test_zones.h"
#include "gtest/gtest.h"

namespace understudy::control {
namespace {

std::vector<int64_t> RevisionsAfter(const DesiredState& state, int64_t after) {
  std::vector<int64_t> revisions;
  for (auto it = state.After(after); it != state.end(); ++it) {
    revisions.push_back(it->first);
  }
  return revisions;
}

TEST(AssignmentOf, CarriesTheRegistration) {
  ZoneRow row = TestZone(7, 12);
  row.primaries = {{"192.0.2.1", 53}, {"2001:db8::1", 5353}};
  row.refresh_generation = 3;
  row.retransfer_generation = 4;
  edge::v1::Assignment a = AssignmentOf(row);
  EXPECT_EQ(a.name(), TestName(7));
  EXPECT_EQ(a.revision(), 12);
  EXPECT_EQ(a.zone(), "zone7.example");
  EXPECT_EQ(a.project(), "projects/acme");
  ASSERT_EQ(a.primaries_size(), 2);
  EXPECT_EQ(a.primaries(1).address(), "2001:db8::1");
  EXPECT_EQ(a.primaries(1).port(), 5353u);
  EXPECT_EQ(a.refresh_generation(), 3);
  EXPECT_EQ(a.retransfer_generation(), 4);
  EXPECT_TRUE(a.answer());
}

TEST(DesiredState, KeepsTheNewestOfEachZoneInRevisionOrder) {
  DesiredState state;
  EXPECT_OK(state.Apply(TestZone(1, 1), {}));
  EXPECT_OK(state.Apply(TestZone(2, 2), {}));
  EXPECT_OK(state.Apply(TestZone(1, 3), {}));
  EXPECT_OK(state.Apply(TestZone(1, 1), {}));  // Old news.
  EXPECT_EQ(RevisionsAfter(state, 0), (std::vector<int64_t>{2, 3}));
  EXPECT_EQ(RevisionsAfter(state, 2), (std::vector<int64_t>{3}));
  EXPECT_EQ(state.Find(TestId(1))->revision, 3);
  EXPECT_EQ(state.Find(TestId(9)), nullptr);
  EXPECT_EQ(state.live(), 2u);
}

TEST(DesiredState, IsWholeOnlyAfterARead) {
  DesiredState state;
  EXPECT_EQ(state.reads(), 0);
  state.FinishRead(17);
  EXPECT_EQ(state.reads(), 1);
  EXPECT_EQ(state.revision(), 17);
  state.FinishRead(5);  // Never back.
  EXPECT_EQ(state.revision(), 17);
  state.Clear();
  EXPECT_EQ(state.reads(), 0);
  EXPECT_EQ(state.revision(), 0);
}

TEST(DesiredState, KeepsTombstonesUntilForgotten) {
  DesiredState state;
  EXPECT_OK(state.Apply(TestZone(1, 1), {}));
  EXPECT_OK(state.Apply(TestTombstone(1, 2, absl::FromUnixSeconds(100)), {}));
  EXPECT_OK(state.Apply(TestTombstone(2, 3, absl::FromUnixSeconds(200)), {}));
  EXPECT_EQ(state.live(), 0u);
  EXPECT_TRUE(state.Find(TestId(1))->withdrawn);
  EXPECT_EQ(state.tombstones(), 2u);
  state.ForgetTombstones(absl::FromUnixSeconds(200));
  EXPECT_EQ(state.Find(TestId(1)), nullptr);
  EXPECT_NE(state.Find(TestId(2)), nullptr);
  EXPECT_EQ(RevisionsAfter(state, 0), (std::vector<int64_t>{3}));
}

TEST(DesiredState, RefusesRowsThatBreakTheStoresPromises) {
  DesiredState state;
  ZoneRow row = TestZone(1, 1);
  row.uid = "not-a-uuid";
  EXPECT_THAT(state.Apply(row, {}), HasCode(absl::StatusCode::kDataLoss));
  EXPECT_OK(state.Apply(TestZone(1, 1), {}));
  EXPECT_THAT(state.Apply(TestZone(2, 1), {}),
              HasCode(absl::StatusCode::kDataLoss));
  EXPECT_EQ(state.live(), 1u);
}

}  // namespace
}  // namespace understudy::control
