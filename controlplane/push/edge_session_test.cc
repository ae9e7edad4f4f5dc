// Copyright 2026 The Understudy Authors
// SPDX-License-Identifier: Apache-2.0

#include "controlplane/push/edge_session.h"

#include "base/testing/status_matchers.h"
#include "controlplane/push/test_zones.h"
#include "gtest/gtest.h"

namespace understudy::control {
namespace {

using edge::v1::Ack;
using edge::v1::Hello;
using edge::v1::Removal;
using edge::v1::Report;
using edge::v1::SyncResponse;

void Change(DesiredState& state, const ZoneRow& row) {
  ASSERT_OK(state.Apply(row, {}));
  state.FinishRead(row.revision);
}

Hello HelloWith(std::initializer_list<std::pair<int, int64_t>> held) {
  Hello hello;
  hello.set_instance("i1");
  hello.set_version("0.1");
  for (auto [n, revision] : held) {
    edge::v1::HeldAssignment& item = *hello.add_held();
    item.set_name(TestName(n));
    item.set_revision(revision);
  }
  return hello;
}

Ack AckOf(const SyncResponse& batch) {
  Ack ack;
  ack.set_nonce(batch.nonce());
  return ack;
}

void Reject(Ack& ack, int n, const std::string& reason) {
  edge::v1::Rejection& rejection = *ack.add_rejections();
  rejection.set_assignment(TestName(n));
  rejection.set_reason(reason);
}

// Greets with nothing held and acknowledges the first difference.
EdgeSession Synced(const DesiredState& state) {
  EdgeSession session;
  EXPECT_OK(session.OnHello(HelloWith({}), state));
  while (auto batch = session.Next(state)) {
    EXPECT_OK(session.OnAck(AckOf(*batch)));
  }
  EXPECT_TRUE(session.is_synced());
  return session;
}

TEST(EdgeSession, SendsNothingBeforeTheHello) {
  DesiredState state;
  Change(state, TestZone(1, 1));
  EdgeSession session;
  EXPECT_FALSE(session.Next(state).has_value());
}

TEST(EdgeSession, SendsNothingBeforeTheDesiredStateIsWhole) {
  DesiredState state;
  ASSERT_OK(state.Apply(TestZone(1, 1), {}));
  EdgeSession session;
  ASSERT_OK(session.OnHello(HelloWith({{9, 1}}), state));
  EXPECT_FALSE(session.Next(state).has_value());
  state.FinishRead(1);
  EXPECT_TRUE(session.Next(state).has_value());
}

TEST(EdgeSession, FirstBatchIsTheDifference) {
  DesiredState state;
  Change(state, TestZone(1, 1));       // Held as it is.
  Change(state, TestZone(2, 3));       // Held, older.
  Change(state, TestZone(3, 4));       // Missing.
  Change(state, TestTombstone(4, 5));  // Held, deleted since.
  Change(state, TestTombstone(5, 6));  // Deleted, not held.
  EdgeSession session;
  ASSERT_OK(
      session.OnHello(HelloWith({{1, 1}, {2, 2}, {4, 2}, {6, 2}}), state));
  auto batch = session.Next(state);
  ASSERT_TRUE(batch.has_value());
  ASSERT_EQ(batch->upserts_size(), 2);
  EXPECT_EQ(batch->upserts(0).name(), TestName(2));
  EXPECT_EQ(batch->upserts(0).revision(), 3);
  EXPECT_EQ(batch->upserts(1).name(), TestName(3));
  ASSERT_EQ(batch->removals_size(), 2);
  EXPECT_EQ(batch->removals(0).assignment(), TestName(6));
  EXPECT_EQ(batch->removals(0).cause(), Removal::CAUSE_UNKNOWN);
  EXPECT_EQ(batch->removals(1).assignment(), TestName(4));
  EXPECT_EQ(batch->removals(1).cause(), Removal::CAUSE_WITHDRAWN);
  EXPECT_TRUE(batch->complete());
  EXPECT_EQ(batch->revision(), 6);
  EXPECT_FALSE(batch->may_empty());
  EXPECT_EQ(session.instance(), "i1");
  EXPECT_EQ(session.version(), "0.1");
}

TEST(EdgeSession, TellsAnEdgeThatHoldsEverythingThatItIsComplete) {
  DesiredState state;
  Change(state, TestZone(1, 1));
  EdgeSession session;
  ASSERT_OK(session.OnHello(HelloWith({{1, 1}}), state));
  auto batch = session.Next(state);
  ASSERT_TRUE(batch.has_value());
  EXPECT_EQ(batch->upserts_size() + batch->removals_size(), 0);
  EXPECT_TRUE(batch->complete());
  EXPECT_EQ(session.AckedRevision(state), 0);
  auto outcome = session.OnAck(AckOf(*batch));
  ASSERT_OK(outcome);
  EXPECT_TRUE(outcome->first_sync_done);
  EXPECT_EQ(session.AckedRevision(state), 1);
  EXPECT_FALSE(session.Next(state).has_value());
}

TEST(EdgeSession, TakesAHelloInSeveralMessages) {
  DesiredState state;
  Change(state, TestZone(1, 1));
  Change(state, TestZone(2, 2));
  EdgeSession session;
  Hello first = HelloWith({{1, 1}});
  first.set_more(true);
  ASSERT_OK(session.OnHello(first, state));
  EXPECT_FALSE(session.has_greeted());
  EXPECT_FALSE(session.Next(state).has_value());
  ASSERT_OK(session.OnHello(HelloWith({{2, 2}}), state));
  auto batch = session.Next(state);
  ASSERT_TRUE(batch.has_value());
  EXPECT_EQ(batch->upserts_size(), 0);
  EXPECT_EQ(batch->removals_size(), 0);
}

TEST(EdgeSession, RemovesNamesThatAreNoAssignments) {
  DesiredState state;
  state.FinishRead(0);
  Hello hello;
  hello.add_held()->set_name("zones/what");
  EdgeSession session;
  ASSERT_OK(session.OnHello(hello, state));
  auto batch = session.Next(state);
  ASSERT_TRUE(batch.has_value());
  ASSERT_EQ(batch->removals_size(), 1);
  EXPECT_EQ(batch->removals(0).assignment(), "zones/what");
  EXPECT_EQ(batch->removals(0).cause(), Removal::CAUSE_UNKNOWN);
}

TEST(EdgeSession, WaitsUntilItHasCaughtUpWithTheEdge) {
  DesiredState state;
  Change(state, TestZone(1, 1));
  EdgeSession session;
  // From another controller that has already seen revision 2.
  ASSERT_OK(session.OnHello(HelloWith({{1, 1}, {2, 2}}), state));
  EXPECT_FALSE(session.Next(state).has_value());
  state.FinishRead(1);  // A read that may have begun before the Hello.
  EXPECT_FALSE(session.Next(state).has_value());
  Change(state, TestZone(2, 2));
  auto batch = session.Next(state);
  ASSERT_TRUE(batch.has_value());
  EXPECT_EQ(batch->removals_size(), 0);
}

TEST(EdgeSession, DoesNotJudgeInTheMiddleOfARead) {
  DesiredState state;
  Change(state, TestZone(1, 1));
  // Zone 2 was made at revision 2 and changed again at 9: it is on the page of
  // the read that is still to come.
  ASSERT_OK(state.Apply(TestZone(3, 5), {}));
  EdgeSession session;
  ASSERT_OK(session.OnHello(HelloWith({{1, 1}, {2, 2}}), state));
  EXPECT_FALSE(session.Next(state).has_value());
  Change(state, TestZone(2, 9));
  auto batch = session.Next(state);
  ASSERT_TRUE(batch.has_value());
  EXPECT_EQ(batch->removals_size(), 0);
  EXPECT_EQ(batch->upserts_size(), 2);
}

TEST(EdgeSession, BelievesADatabaseThatStaysBehindTheEdge) {
  DesiredState state;
  Change(state, TestZone(1, 1));
  EdgeSession session;
  ASSERT_OK(session.OnHello(HelloWith({{1, 7}, {2, 8}}), state));
  state.FinishRead(1);
  EXPECT_FALSE(session.Next(state).has_value());
  state.FinishRead(1);
  auto batch = session.Next(state);
  ASSERT_TRUE(batch.has_value());
  ASSERT_EQ(batch->upserts_size(), 1);
  EXPECT_EQ(batch->upserts(0).revision(), 1);
  ASSERT_EQ(batch->removals_size(), 1);
  EXPECT_EQ(batch->removals(0).cause(), Removal::CAUSE_UNKNOWN);
}

TEST(EdgeSession, SendsChangesAsTheyCome) {
  DesiredState state;
  Change(state, TestZone(1, 1));
  EdgeSession session = Synced(state);
  Change(state, TestZone(2, 2));
  auto batch = session.Next(state);
  ASSERT_TRUE(batch.has_value());
  ASSERT_EQ(batch->upserts_size(), 1);
  EXPECT_EQ(batch->upserts(0).name(), TestName(2));
  EXPECT_EQ(batch->revision(), 2);
  EXPECT_TRUE(batch->complete());
  ASSERT_OK(session.OnAck(AckOf(*batch)));
  Change(state, TestTombstone(2, 3));
  batch = session.Next(state);
  ASSERT_TRUE(batch.has_value());
  ASSERT_EQ(batch->removals_size(), 1);
  EXPECT_EQ(batch->removals(0).assignment(), TestName(2));
}

TEST(EdgeSession, HasOneBatchOutstandingAndCoalescesMeanwhile) {
  DesiredState state;
  state.FinishRead(0);
  EdgeSession session = Synced(state);
  Change(state, TestZone(1, 1));
  auto first = session.Next(state);
  ASSERT_TRUE(first.has_value());
  for (int64_t revision : {2, 3, 4}) {
    Change(state, TestZone(1, revision));
    EXPECT_FALSE(session.Next(state).has_value());
  }
  ASSERT_OK(session.OnAck(AckOf(*first)));
  auto second = session.Next(state);
  ASSERT_TRUE(second.has_value());
  EXPECT_NE(second->nonce(), first->nonce());
  ASSERT_EQ(second->upserts_size(), 1);
  EXPECT_EQ(second->upserts(0).revision(), 4);
}

TEST(EdgeSession, CutsBatchesAtTheirLimit) {
  DesiredState state;
  for (int n = 1; n <= 2500; ++n) ASSERT_OK(state.Apply(TestZone(n, n), {}));
  state.FinishRead(2500);
  EdgeSession session;
  ASSERT_OK(session.OnHello(HelloWith({}), state));
  std::vector<int> sizes;
  std::vector<bool> complete;
  std::vector<int64_t> revisions;
  while (auto batch = session.Next(state)) {
    sizes.push_back(batch->upserts_size());
    complete.push_back(batch->complete());
    revisions.push_back(batch->revision());
    EXPECT_FALSE(session.is_synced());
    ASSERT_OK(session.OnAck(AckOf(*batch)));
  }
  EXPECT_EQ(sizes, (std::vector<int>{1000, 1000, 500}));
  EXPECT_EQ(complete, (std::vector<bool>{false, false, true}));
  EXPECT_EQ(revisions, (std::vector<int64_t>{1000, 2000, 2500}));
}

TEST(EdgeSession, CutsRemovalsAtTheirLimit) {
  DesiredState state;
  constexpr int kZones = EdgeSession::kMaxRemovals + 1;
  EdgeSession session;
  Hello hello;
  for (int n = 1; n <= kZones; ++n) {
    if (n == kZones) hello.set_more(true);
    if (n == kZones) {
      ASSERT_OK(session.OnHello(hello, state));
      hello = Hello();
    }
    hello.add_held()->set_name(TestName(n));
  }
  ASSERT_OK(session.OnHello(hello, state));
  state.FinishRead(0);
  auto batch = session.Next(state);
  ASSERT_TRUE(batch.has_value());
  EXPECT_EQ(batch->removals_size(), EdgeSession::kMaxRemovals);
  EXPECT_FALSE(batch->complete());
  ASSERT_OK(session.OnAck(AckOf(*batch)));
  batch = session.Next(state);
  ASSERT_TRUE(batch.has_value());
  EXPECT_EQ(batch->removals_size(), 1);
  EXPECT_TRUE(batch->complete());
}

TEST(EdgeSession, GivesWayInALongWalk) {
  DesiredState state;
  constexpr int kZones = EdgeSession::kMaxVisited + 10;
  EdgeSession session;
  Hello hello;
  for (int n = 1; n <= kZones; ++n) {
    ASSERT_OK(state.Apply(TestZone(n, n), {}));
    edge::v1::HeldAssignment& held = *hello.add_held();
    held.set_name(TestName(n));
    held.set_revision(n);
    if (hello.held_size() == EdgeSession::kMaxHeldPerHello) {
      hello.set_more(true);
      ASSERT_OK(session.OnHello(hello, state));
      hello = Hello();
    }
  }
  ASSERT_OK(session.OnHello(hello, state));
  state.FinishRead(kZones);
  EXPECT_FALSE(session.Next(state).has_value());
  EXPECT_TRUE(session.is_busy());
  auto batch = session.Next(state);
  ASSERT_TRUE(batch.has_value());
  EXPECT_FALSE(session.is_busy());
  EXPECT_TRUE(batch->complete());
  EXPECT_EQ(batch->upserts_size(), 0);
}

TEST(EdgeSession, RemovesWhatItSentAndWasDeletedWithinTheFirstDifference) {
  DesiredState state;
  for (int n = 1; n <= 1500; ++n) ASSERT_OK(state.Apply(TestZone(n, n), {}));
  state.FinishRead(1500);
  EdgeSession session;
  ASSERT_OK(session.OnHello(HelloWith({}), state));
  auto batch = session.Next(state);
  ASSERT_TRUE(batch.has_value());
  ASSERT_OK(session.OnAck(AckOf(*batch)));
  Change(state, TestTombstone(1, 1501));
  batch = session.Next(state);
  ASSERT_TRUE(batch.has_value());
  ASSERT_EQ(batch->removals_size(), 1);
  EXPECT_EQ(batch->removals(0).assignment(), TestName(1));
}

TEST(EdgeSession, RecordsARejectionAndResendsOnlyWhenTheItemChanges) {
  DesiredState state;
  Change(state, TestZone(1, 1));
  Change(state, TestZone(2, 2));
  EdgeSession session;
  ASSERT_OK(session.OnHello(HelloWith({}), state));
  auto batch = session.Next(state);
  ASSERT_TRUE(batch.has_value());
  Ack ack = AckOf(*batch);
  Reject(ack, 1, "too many primaries");
  Reject(ack, 1, "said twice");
  Reject(ack, 9, "not in the batch");
  auto outcome = session.OnAck(ack);
  ASSERT_OK(outcome);
  ASSERT_EQ(outcome->rejected.size(), 1u);
  EXPECT_EQ(outcome->rejected[0].id, TestId(1));
  EXPECT_EQ(outcome->rejected[0].revision, 1);
  EXPECT_EQ(outcome->rejected[0].reason, "too many primaries");
  EXPECT_EQ(session.AckedRevision(state), 2);
  EXPECT_EQ(session.rejections().size(), 1u);
  EXPECT_FALSE(session.Next(state).has_value());

  Change(state, TestZone(1, 3));
  batch = session.Next(state);
  ASSERT_TRUE(batch.has_value());
  outcome = session.OnAck(AckOf(*batch));
  ASSERT_OK(outcome);
  EXPECT_EQ(outcome->cleared, (std::vector<AssignmentId>{TestId(1)}));
  EXPECT_TRUE(session.rejections().empty());
}

TEST(EdgeSession, ForgetsARejectionWhenTheItemIsRemoved) {
  DesiredState state;
  Change(state, TestZone(1, 1));
  EdgeSession session;
  ASSERT_OK(session.OnHello(HelloWith({}), state));
  Ack ack = AckOf(*session.Next(state));
  Reject(ack, 1, "no");
  ASSERT_OK(session.OnAck(ack));
  Change(state, TestTombstone(1, 2));
  auto outcome = session.OnAck(AckOf(*session.Next(state)));
  ASSERT_OK(outcome);
  EXPECT_EQ(outcome->cleared, (std::vector<AssignmentId>{TestId(1)}));
}

TEST(EdgeSession, PassesOnThatRemovalsWereRefused) {
  DesiredState state;
  state.FinishRead(0);
  EdgeSession session;
  ASSERT_OK(session.OnHello(HelloWith({{1, 0}}), state));
  Ack ack = AckOf(*session.Next(state));
  ack.add_rejections()->set_reason("would leave nothing");
  auto outcome = session.OnAck(ack);
  ASSERT_OK(outcome);
  EXPECT_EQ(outcome->removals_refused, "would leave nothing");
  EXPECT_TRUE(outcome->rejected.empty());
  // Not again on this stream.
  EXPECT_FALSE(session.Next(state).has_value());
}

TEST(EdgeSession, IgnoresARepeatedAckAndRefusesAWrongOne) {
  DesiredState state;
  Change(state, TestZone(1, 1));
  EdgeSession session;
  ASSERT_OK(session.OnHello(HelloWith({}), state));
  Ack ack = AckOf(*session.Next(state));
  Ack wrong = ack;
  wrong.set_nonce("other");
  EXPECT_THAT(session.OnAck(wrong),
              HasCode(absl::StatusCode::kInvalidArgument));
  ASSERT_OK(session.OnAck(ack));
  auto outcome = session.OnAck(ack);
  ASSERT_OK(outcome);
  EXPECT_TRUE(outcome->repeated);
  EXPECT_THAT(session.OnAck(wrong),
              HasCode(absl::StatusCode::kInvalidArgument));
}

TEST(EdgeSession, RefusesMessagesOutOfTurn) {
  DesiredState state;
  state.FinishRead(0);
  EdgeSession session;
  EXPECT_THAT(session.OnAck(Ack()),
              HasCode(absl::StatusCode::kInvalidArgument));
  EXPECT_THAT(session.OnReport(Report()),
              HasCode(absl::StatusCode::kInvalidArgument));
  ASSERT_OK(session.OnHello(HelloWith({}), state));
  EXPECT_OK(session.OnReport(Report()));
  EXPECT_THAT(session.OnHello(HelloWith({}), state),
              HasCode(absl::StatusCode::kInvalidArgument));
  // An empty nonce is no repetition of "nothing acknowledged yet".
  EXPECT_THAT(session.OnAck(Ack()),
              HasCode(absl::StatusCode::kInvalidArgument));
}

TEST(EdgeSession, RefusesOversizedMessages) {
  DesiredState state;
  state.FinishRead(0);
  EdgeSession session;
  Hello many;
  for (int n = 0; n <= EdgeSession::kMaxHeldPerHello; ++n) many.add_held();
  EXPECT_THAT(session.OnHello(many, state),
              HasCode(absl::StatusCode::kInvalidArgument));
  Hello long_name;
  long_name.add_held()->set_name(std::string(65, 'a'));
  EXPECT_THAT(session.OnHello(long_name, state),
              HasCode(absl::StatusCode::kInvalidArgument));
  Hello long_instance;
  long_instance.set_instance(std::string(129, 'a'));
  EXPECT_THAT(session.OnHello(long_instance, state),
              HasCode(absl::StatusCode::kInvalidArgument));

  EdgeSession greeted = Synced(state);
  Report report;
  for (int n = 0; n <= EdgeSession::kMaxReportedZones; ++n) report.add_zones();
  EXPECT_THAT(greeted.OnReport(report),
              HasCode(absl::StatusCode::kInvalidArgument));
}

}  // namespace
}  // namespace understudy::control
