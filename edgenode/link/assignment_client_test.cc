// Copyright 2026 The Understudy Authors
// SPDX-License-Identifier: Apache-2.0

#include "edgenode/link/assignment_client.h"

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "base/testing/status_matchers.h"
#include "gtest/gtest.h"

namespace understudy::edge {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::UnorderedElementsAre;
using understudy::edge::v1::Assignment;
using understudy::edge::v1::Removal;
using understudy::edge::v1::SyncResponse;

Assignment Make(const std::string& id, const std::string& zone,
                int64_t revision = 1) {
  Assignment a;
  a.set_name("assignments/" + id);
  a.set_revision(revision);
  a.set_zone(zone);
  auto* primary = a.add_primaries();
  primary->set_address("192.0.2.1");
  primary->set_port(53);
  return a;
}

SyncResponse Batch(const std::vector<Assignment>& upserts,
                   const std::vector<std::string>& removals = {},
                   Removal::Cause cause = Removal::CAUSE_WITHDRAWN) {
  SyncResponse batch;
  batch.set_nonce("n1");
  batch.set_revision(77);
  batch.set_complete(true);
  for (const Assignment& a : upserts) *batch.add_upserts() = a;
  for (const std::string& id : removals) {
    auto* removal = batch.add_removals();
    removal->set_assignment("assignments/" + id);
    removal->set_cause(cause);
  }
  return batch;
}

AssignmentClient Holding(int count) {
  std::vector<ZoneAssignment> held;
  for (int i = 0; i < count; ++i) {
    held.push_back(
        ParseAssignment(
            Make(absl::StrCat(i), absl::StrCat("z", i, ".example"), 100 + i))
            .value());
  }
  return AssignmentClient(held);
}

TEST(AssignmentClient, SaysWhatItHolds) {
  AssignmentClient client = Holding(3);
  auto hellos = client.BeginStream("i1", "0.1");
  ASSERT_EQ(hellos.size(), 1u);
  EXPECT_EQ(hellos[0].instance(), "i1");
  EXPECT_EQ(hellos[0].version(), "0.1");
  EXPECT_FALSE(hellos[0].more());
  std::vector<std::string> held;
  for (const auto& item : hellos[0].held()) {
    held.push_back(absl::StrCat(item.name(), "@", item.revision()));
  }
  EXPECT_THAT(held,
              UnorderedElementsAre("assignments/0@100", "assignments/1@101",
                                   "assignments/2@102"));
}

TEST(AssignmentClient, CutsALargeHelloIntoPieces) {
  AssignmentClient client = Holding(45'000);
  auto hellos = client.BeginStream("i1", "0.1");
  ASSERT_EQ(hellos.size(), 3u);
  EXPECT_EQ(hellos[0].held_size(), 20'000);
  EXPECT_TRUE(hellos[0].more());
  EXPECT_TRUE(hellos[1].more());
  EXPECT_EQ(hellos[2].held_size(), 5'000);
  EXPECT_FALSE(hellos[2].more());
}

TEST(AssignmentClient, AnEdgeWithNothingGreetsToo) {
  EXPECT_EQ(Holding(0).BeginStream("i1", "0.1").size(), 1u);
}

TEST(AssignmentClient, TakesUpsertsAndRemovals) {
  AssignmentClient client = Holding(2);
  auto decision = client.OnBatch(Batch({Make("9", "new.example", 120)}, {"0"}));
  ASSERT_OK(decision);
  EXPECT_EQ(decision->ack.nonce(), "n1");
  EXPECT_THAT(decision->ack.rejections(), IsEmpty());
  EXPECT_THAT(decision->removals, ElementsAre("assignments/0"));
  ASSERT_EQ(decision->upserts.size(), 1u);
  EXPECT_EQ(decision->upserts[0].revision, 120);
  EXPECT_EQ(decision->saved.size(), 1u);
  EXPECT_TRUE(decision->complete);
  EXPECT_EQ(client.held_count(), 2u);
}

TEST(AssignmentClient, RejectsABadItemAlone) {
  AssignmentClient client = Holding(1);
  Assignment bad = Make("0", "z0.example", 200);
  bad.mutable_primaries(0)->set_port(0);
  auto decision = client.OnBatch(Batch({bad, Make("9", "new.example")}));
  ASSERT_OK(decision);
  ASSERT_EQ(decision->ack.rejections_size(), 1);
  EXPECT_EQ(decision->ack.rejections(0).assignment(), "assignments/0");
  EXPECT_EQ(decision->ack.rejections(0).revision(), 200);
  EXPECT_NE(decision->ack.rejections(0).reason().find("port 0"),
            std::string::npos);
  EXPECT_EQ(decision->upserts.size(), 1u);
  // What was held before goes on.
  auto hellos = client.BeginStream("i", "v");
  EXPECT_EQ(hellos[0].held_size(), 2);
}

TEST(AssignmentClient, RejectsASecondAssignmentOfAZone) {
  AssignmentClient client = Holding(1);
  auto decision = client.OnBatch(Batch({Make("9", "Z0.example")}));
  ASSERT_OK(decision);
  ASSERT_EQ(decision->ack.rejections_size(), 1);
  EXPECT_EQ(decision->ack.rejections(0).reason(),
            "the zone z0.example is held by assignments/0");
  EXPECT_THAT(decision->upserts, IsEmpty());
}

TEST(AssignmentClient, AZoneMayGoFromOneAssignmentToAnother) {
  AssignmentClient client = Holding(1);
  auto decision = client.OnBatch(Batch({Make("9", "z0.example")}, {"0"}));
  ASSERT_OK(decision);
  EXPECT_THAT(decision->ack.rejections(), IsEmpty());
  EXPECT_EQ(decision->upserts.size(), 1u);
  EXPECT_THAT(decision->removals, ElementsAre("assignments/0"));
}

TEST(AssignmentClient, DropsWhatTheControllerDoesNotKnow) {
  AssignmentClient client = Holding(3);
  auto decision = client.OnBatch(Batch({}, {"0", "1"}, Removal::CAUSE_UNKNOWN));
  ASSERT_OK(decision);
  EXPECT_THAT(decision->removals,
              UnorderedElementsAre("assignments/0", "assignments/1"));
}

TEST(AssignmentClient, RefusesToBeEmptiedByAControllerThatKnowsNothing) {
  AssignmentClient client = Holding(3);
  // In two batches, as a large set would come.
  SyncResponse first = Batch({}, {"0", "1"}, Removal::CAUSE_UNKNOWN);
  first.set_complete(false);
  auto decision = client.OnBatch(first);
  ASSERT_OK(decision);
  EXPECT_THAT(decision->removals, IsEmpty());
  decision = client.OnBatch(Batch({}, {"2"}, Removal::CAUSE_UNKNOWN));
  ASSERT_OK(decision);
  EXPECT_THAT(decision->removals, IsEmpty());
  ASSERT_EQ(decision->ack.rejections_size(), 1);
  EXPECT_EQ(decision->ack.rejections(0).assignment(), "");
  EXPECT_EQ(client.held_count(), 3u);
  // Unless somebody signed for it.
  SyncResponse signed_for = Batch({}, {"0", "1", "2"}, Removal::CAUSE_UNKNOWN);
  signed_for.set_may_empty(true);
  EXPECT_EQ(client.OnBatch(signed_for)->removals.size(), 3u);
}

TEST(AssignmentClient, MayBeEmptiedByWithdrawals) {
  AssignmentClient client = Holding(2);
  auto decision = client.OnBatch(Batch({}, {"0", "1"}));
  ASSERT_OK(decision);
  EXPECT_EQ(decision->removals.size(), 2u);
  EXPECT_THAT(decision->ack.rejections(), IsEmpty());
}

TEST(AssignmentClient, AZoneMadeAnewReplacesTheUnknownOne) {
  AssignmentClient client = Holding(1);
  SyncResponse first = Batch({}, {"0"}, Removal::CAUSE_UNKNOWN);
  first.set_complete(false);
  ASSERT_OK(client.OnBatch(first));
  auto decision = client.OnBatch(Batch({Make("9", "z0.example")}));
  ASSERT_OK(decision);
  EXPECT_THAT(decision->removals, ElementsAre("assignments/0"));
  EXPECT_EQ(decision->upserts.size(), 1u);
  EXPECT_THAT(decision->ack.rejections(), IsEmpty());
}

TEST(AssignmentClient, WhatAStreamLeftOpenIsForgottenByTheNext) {
  AssignmentClient client = Holding(2);
  SyncResponse first = Batch({}, {"0"}, Removal::CAUSE_UNKNOWN);
  first.set_complete(false);
  ASSERT_OK(client.OnBatch(first));
  client.BeginStream("i", "v");
  EXPECT_THAT(client.OnBatch(Batch({}))->removals, IsEmpty());
  EXPECT_EQ(client.held_count(), 2u);
}

TEST(AssignmentClient, IgnoresRemovalsOfWhatItDoesNotHold) {
  AssignmentClient client = Holding(1);
  for (auto cause : {Removal::CAUSE_WITHDRAWN, Removal::CAUSE_UNKNOWN}) {
    auto decision = client.OnBatch(Batch({}, {"77"}, cause));
    ASSERT_OK(decision);
    EXPECT_THAT(decision->removals, IsEmpty());
    EXPECT_THAT(decision->ack.rejections(), IsEmpty());
  }
}

TEST(AssignmentClient, RejectsARemovalWithAnUnknownCause) {
  AssignmentClient client = Holding(1);
  auto decision =
      client.OnBatch(Batch({}, {"0"}, static_cast<Removal::Cause>(9)));
  ASSERT_OK(decision);
  EXPECT_THAT(decision->removals, IsEmpty());
  EXPECT_EQ(decision->ack.rejections(0).assignment(), "assignments/0");
}

TEST(AssignmentClient, RefusesBatchesThatBreakTheProtocol) {
  AssignmentClient client = Holding(1);
  SyncResponse batch = Batch({});
  batch.clear_nonce();
  EXPECT_THAT(client.OnBatch(batch),
              HasCode(absl::StatusCode::kInvalidArgument));
  batch = Batch({});
  for (int i = 0; i < 1001; ++i) *batch.add_upserts() = Make("9", "x.example");
  EXPECT_THAT(client.OnBatch(batch),
              HasCode(absl::StatusCode::kInvalidArgument));
}

TEST(AssignmentClient, ReasonsAreSafeToSend) {
  AssignmentClient client = Holding(0);
  Assignment bad = Make("9", std::string(3000, 'x') + "\xc3");
  bad.set_zone(std::string(300, '\x01'));
  auto decision = client.OnBatch(Batch({bad}));
  ASSERT_OK(decision);
  const std::string& reason = decision->ack.rejections(0).reason();
  EXPECT_LE(reason.size(), AssignmentClient::kMaxReason);
  for (char c : reason) EXPECT_TRUE(c >= 32 && c <= 126);
}

}  // namespace
}  // namespace understudy::edge
