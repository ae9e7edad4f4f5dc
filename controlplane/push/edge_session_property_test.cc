// Copyright 2026 The Understudy Authors
// SPDX-License-Identifier: Apache-2.0

#include <map>
#include <set>

#include "base/testing/fake_random.h"
#include "base/testing/status_matchers.h"
#include "controlplane/push/edge_session.h"
#include "controlplane/push/test_zones.h"
#include "gtest/gtest.h"

namespace understudy::control {
namespace {

using edge::v1::SyncResponse;

// An edge as the protocol wants it, which refuses some items.
class SimulatedEdge {
 public:
  std::map<std::string, int64_t> held;

  edge::v1::Hello MakeHello(size_t from, size_t count) const {
    edge::v1::Hello hello;
    size_t i = 0;
    for (const auto& [name, revision] : held) {
      if (i >= from && i < from + count) {
        edge::v1::HeldAssignment& item = *hello.add_held();
        item.set_name(name);
        item.set_revision(revision);
      }
      ++i;
    }
    hello.set_more(from + count < held.size());
    return hello;
  }

  edge::v1::Ack Take(const SyncResponse& batch,
                     const std::set<std::pair<std::string, int64_t>>& bad) {
    for (const auto& removal : batch.removals()) {
      held.erase(removal.assignment());
    }
    edge::v1::Ack ack;
    ack.set_nonce(batch.nonce());
    for (const auto& upsert : batch.upserts()) {
      if (bad.count({upsert.name(), upsert.revision()}) > 0) {
        edge::v1::Rejection& rejection = *ack.add_rejections();
        rejection.set_assignment(upsert.name());
        rejection.set_revision(upsert.revision());
        rejection.set_reason("bad");
      } else {
        held[upsert.name()] = upsert.revision();
      }
    }
    return ack;
  }
};

// Random changes, batches, acks, lost streams, controllers that are behind.
class Interleaving {
 public:
  explicit Interleaving(uint64_t seed) : random_(seed) {
    edge_.held[TestName(900)] = 1;  // Never heard of.
    desired_.FinishRead(0);
  }

  void Run() {
    for (int step = 0; step < 300; ++step) {
      switch (Pick(8)) {
        case 0:
        case 1:
        case 2:
          ChangeZone();
          break;
        case 3:
          if (Pick(6) == 0) session_.reset();  // The stream broke.
          break;
        case 4:
          desired_.FinishRead(revision_);
          break;
        default:
          Turn();
      }
    }
    // Quiescence.
    desired_.FinishRead(revision_);
    desired_.FinishRead(revision_);
    for (int i = 0; i < 300; ++i) Turn();
    Check();
  }

 private:
  size_t Pick(size_t n) { return random_.Uint64() % n; }

  void ChangeZone() {
    int n = static_cast<int>(Pick(20));
    ++revision_;
    // Half of the changes with this uid's past: a deleted uid never returns.
    if (deleted_.count(n) > 0) return;
    if (Pick(4) == 0) {
      deleted_.insert(n);
      wanted_.erase(n);
      ASSERT_OK(desired_.Apply(TestTombstone(n, revision_), {}));
    } else {
      wanted_[n] = revision_;
      if (Pick(10) == 0) bad_.insert({TestName(n), revision_});
      ASSERT_OK(desired_.Apply(TestZone(n, revision_), {}));
    }
  }

  // One thing happens between the edge and its session.
  void Turn() {
    if (!session_.has_value()) {
      limits_ = {.upserts = 1 + static_cast<int>(Pick(4)),
                 .removals = 1 + static_cast<int>(Pick(3)),
                 .visited = 2 + static_cast<int>(Pick(6))};
      session_.emplace(limits_);
      greeted_ = 0;
      batch_.reset();
      size_t part = 1 + Pick(30);
      while (true) {
        edge::v1::Hello hello = edge_.MakeHello(greeted_, part);
        ASSERT_OK(session_->OnHello(hello, desired_));
        greeted_ += part;
        if (!hello.more()) break;
      }
      return;
    }
    if (batch_.has_value()) {
      edge::v1::Ack ack = edge_.Take(*batch_, bad_);
      // The edge took the batch, but its word may be lost with the stream.
      if (Pick(20) == 0) {
        session_.reset();
        batch_.reset();
        return;
      }
      ASSERT_OK(session_->OnAck(ack));
      if (Pick(5) == 0) {
        ASSERT_OK(session_->OnAck(ack));
      }
      batch_.reset();
      return;
    }
    batch_ = session_->Next(desired_);
    if (batch_.has_value()) {
      EXPECT_LE(batch_->upserts_size(), limits_.upserts);
      EXPECT_LE(batch_->removals_size(), limits_.removals);
      EXPECT_FALSE(session_->Next(desired_).has_value());
    }
  }

  void Check() {
    ASSERT_TRUE(session_.has_value());
    EXPECT_TRUE(session_->is_synced());
    EXPECT_FALSE(session_->Next(desired_).has_value());
    EXPECT_EQ(session_->AckedRevision(desired_), revision_);
    EXPECT_EQ(session_->OldestUnacked(desired_), nullptr);
    std::map<std::string, int64_t> expected;
    size_t rejected = 0;
    for (const auto& [n, revision] : wanted_) {
      if (bad_.count({TestName(n), revision}) == 0) {
        expected[TestName(n)] = revision;
        continue;
      }
      ++rejected;
      EXPECT_EQ(session_->rejections().count(TestId(n)), 1u);
      // The last good one goes on, if there was one.
      auto held = edge_.held.find(TestName(n));
      if (held != edge_.held.end()) expected.insert(*held);
    }
    EXPECT_EQ(edge_.held, expected);
    EXPECT_EQ(session_->rejections().size(), rejected);
  }

  FakeRandom random_;
  DesiredState desired_;
  SimulatedEdge edge_;
  EdgeSession::BatchLimits limits_;
  std::optional<EdgeSession> session_;
  std::optional<SyncResponse> batch_;
  size_t greeted_ = 0;
  int64_t revision_ = 0;
  std::map<int, int64_t> wanted_;
  std::set<int> deleted_;
  std::set<std::pair<std::string, int64_t>> bad_;
};

TEST(EdgeSessionProperty, EdgeHoldsExactlyTheDesiredSetInTheEnd) {
  for (uint64_t seed = 1; seed <= 1000; ++seed) {
    SCOPED_TRACE(testing::Message() << "seed " << seed);
    Interleaving interleaving(seed);
    interleaving.Run();
    if (testing::Test::HasFailure()) return;
  }
}

}  // namespace
}  // namespace understudy::control
