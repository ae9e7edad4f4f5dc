// Copyright 2026 The Understudy Authors
// SPDX-License-Identifier: Apache-2.0

#include "controlplane/customer/serial_waiter.h"

#include <optional>

#include "base/testing/fake_clock.h"
#include "base/testing/fake_random.h"
#include "base/testing/status_matchers.h"
#include "controlplane/store/memory_store.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace understudy::control {
namespace {

using Code = absl::StatusCode;
using ::testing::HasSubstr;
using Request = v1::WaitForSerialRequest;

class SerialWaiterTest : public testing::Test {
 protected:
  SerialWaiterTest() {
    EXPECT_OK(store_.Bootstrap("acme", {}));
    for (const char* edge : {"a", "b", "c"}) {
      EXPECT_OK(store_.CreateEdge(
          edge, {std::string(64, edge[0]), TokenKind::kEdge, edge}));
    }
    ZoneRow wanted;
    wanted.project = "acme";
    wanted.zone = "example.org";
    zone_ = store_.CreateZone(wanted, "", true)->row;
  }
  void Serve(const std::string& edge, uint32_t serial) {
    PlacementRow row;
    row.zone_uid = zone_.uid;
    row.edge = edge;
    row.state = PlacementRow::State::kServing;
    row.serial = serial;
    EXPECT_OK(store_.WritePlacements({row}));
  }
  // The outcome, once there is one, lands in `outcome_`.
  uint64_t Wait(uint32_t serial, Request::Scope scope) {
    outcome_.reset();
    auto id = waiter_.Add({zone_, serial, scope,
                           clock_.Monotonic() + absl::Seconds(30), live_at_},
                          [this](absl::StatusOr<v1::Zone> outcome) {
                            EXPECT_FALSE(outcome_.has_value())
                                << "called twice";
                            outcome_ = std::move(outcome);
                          });
    EXPECT_OK(id);
    waiter_.Poll();
    return id.value_or(0);
  }
  bool waits() const { return !outcome_.has_value(); }

  FakeClock clock_;
  FakeRandom random_{1};
  MemoryStore store_{clock_, random_};
  ZoneRow zone_;
  int64_t live_at_ = 0;
  std::optional<absl::StatusOr<v1::Zone>> outcome_;
  SerialWaiter waiter_{store_, clock_};
};

TEST_F(SerialWaiterTest, WaitsForAllEdges) {
  Wait(7, Request::SCOPE_UNSPECIFIED);
  EXPECT_TRUE(waits());
  Serve("a", 7);
  Serve("b", 8);
  waiter_.Poll();
  EXPECT_TRUE(waits());
  Serve("c", 7);
  waiter_.Poll();
  ASSERT_FALSE(waits());
  ASSERT_OK(*outcome_);
  EXPECT_EQ((*outcome_)->status().edges_serving(), 3u);
  EXPECT_EQ((*outcome_)->name(), "projects/acme/zones/example.org");
}

TEST_F(SerialWaiterTest, CountsForTheScope) {
  Serve("a", 7);
  Wait(7, Request::SCOPE_ANY);
  EXPECT_FALSE(waits());
  Wait(7, Request::SCOPE_QUORUM);
  EXPECT_TRUE(waits());
  Serve("b", 7);
  waiter_.Poll();
  EXPECT_FALSE(waits());
}

TEST_F(SerialWaiterTest, ComparesByRfc1982) {
  Serve("a", 5);
  Wait(4'294'967'290u, Request::SCOPE_ANY);
  EXPECT_FALSE(waits()) << "5 is newer";
  Serve("a", 4'294'967'290u);
  Wait(5, Request::SCOPE_ANY);
  EXPECT_TRUE(waits()) << "4294967290 is older than 5";
}

TEST_F(SerialWaiterTest, SaysWhoLagsWhenTheTimeIsOver) {
  Serve("a", 6);
  Serve("b", 7);
  Wait(7, Request::SCOPE_ALL);
  clock_.Advance(absl::Seconds(30));
  waiter_.Poll();
  ASSERT_FALSE(waits());
  EXPECT_THAT(*outcome_, HasCode(Code::kDeadlineExceeded));
  const std::string message(outcome_->status().message());
  EXPECT_THAT(message, HasSubstr("1 of 3 edges serve serial 7"));
  EXPECT_THAT(message, HasSubstr("edges/a serves 6"));
  EXPECT_THAT(message, HasSubstr("edges/c has no copy"));
}

TEST_F(SerialWaiterTest, EndsWhenTheZoneIsDeleted) {
  Wait(7, Request::SCOPE_ALL);
  ASSERT_OK(store_.DeleteZone("acme", "example.org", ""));
  waiter_.Poll();
  ASSERT_FALSE(waits());
  EXPECT_THAT(*outcome_, HasCode(Code::kNotFound));
}

TEST_F(SerialWaiterTest, SeesADeletionThatCameBeforeTheWait) {
  Wait(7, Request::SCOPE_ALL);
  ASSERT_OK(store_.RequestRefresh("acme", "example.org"));
  waiter_.Poll();
  ASSERT_OK(store_.DeleteZone("acme", "example.org", ""));
  waiter_.Poll();
  Wait(7, Request::SCOPE_ALL);
  ASSERT_FALSE(waits());
  EXPECT_THAT(*outcome_, HasCode(Code::kNotFound));
}

TEST_F(SerialWaiterTest, SeesTheDeletionOfAnOldZoneAtOnce) {
  // More changes since its own than one look takes in.
  for (int i = 0; i < 1'500; ++i) {
    ZoneRow other;
    other.project = "acme";
    other.zone = "z" + std::to_string(i) + ".example";
    ASSERT_OK(store_.CreateZone(other, "", true));
  }
  live_at_ = *store_.LatestRevision();
  Wait(7, Request::SCOPE_ALL);
  ASSERT_OK(store_.DeleteZone("acme", "example.org", ""));
  waiter_.Poll();
  ASSERT_FALSE(waits());
  EXPECT_THAT(*outcome_, HasCode(Code::kNotFound));
}

TEST_F(SerialWaiterTest, EndsWhenItIsCancelled) {
  const uint64_t id = Wait(7, Request::SCOPE_ALL);
  waiter_.Cancel(id);
  ASSERT_FALSE(waits());
  EXPECT_THAT(*outcome_, HasCode(Code::kCancelled));
  waiter_.Cancel(id);
  Serve("a", 7);
  waiter_.Poll();
}

TEST_F(SerialWaiterTest, GoesOnWhileTheDatabaseIsAway) {
  Serve("a", 7);
  store_.SetAvailable(false);
  Wait(7, Request::SCOPE_ANY);
  EXPECT_TRUE(waits());
  store_.SetAvailable(true);
  waiter_.Poll();
  EXPECT_FALSE(waits());
}

TEST_F(SerialWaiterTest, EndsAllWhenItStops) {
  Wait(7, Request::SCOPE_ALL);
  waiter_.Start();
  waiter_.Stop();
  ASSERT_FALSE(waits());
  EXPECT_THAT(*outcome_, HasCode(Code::kUnavailable));
  EXPECT_THAT(waiter_.Add({}, [](auto) { FAIL(); }),
              HasCode(Code::kUnavailable));
}

TEST(IsServed, NeedsAnEdge) {
  std::string lacking;
  EXPECT_FALSE(IsServed({}, {}, &lacking));
  EXPECT_EQ(lacking, "no edge is registered");
}

}  // namespace
}  // namespace understudy::control
