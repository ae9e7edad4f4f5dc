// Copyright 2026 The Understudy Authors
// SPDX-License-Identifier: Apache-2.0

#include "controlplane/push/hub.h"

#include "base/testing/fake_clock.h"
#include "base/testing/fake_random.h"
#include "base/testing/log_capture.h"
#include "base/testing/status_matchers.h"
#include "controlplane/push/test_zones.h"
#include "controlplane/store/memory_store.h"
#include "gtest/gtest.h"

namespace understudy::control {
namespace {

using edge::v1::SyncRequest;
using edge::v1::SyncResponse;
using edge::v1::ZoneReport;

class FakeConnection final : public EdgeConnection {
 public:
  void Send(SyncResponse response) override {
    sent.push_back(std::move(response));
  }
  void ReadNext() override { ++reads; }
  void End(const absl::Status& status) override { ended = status; }

  std::vector<SyncResponse> sent;
  int reads = 0;
  std::optional<absl::Status> ended;
};

class HubTest : public testing::Test {
 protected:
  HubTest() {
    EXPECT_OK(store_.Bootstrap("acme", {}));
    for (int i = 0; i < 40; ++i) {
      TokenRow token;
      token.sha256_hex = "hash" + std::to_string(i);
      token.kind = TokenKind::kEdge;
      EXPECT_OK(store_.CreateEdge("edge" + std::to_string(i), token));
    }
    ZoneRow row;
    row.project = "acme";
    row.zone = "a.example";
    row.primaries = {{"192.0.2.1", 53}};
    zone_ = store_.CreateZone(row, "", true)->row;
  }

  void Turn() { hub_.Turn(absl::ZeroDuration()); }

  void Feed(std::vector<ZoneRow> rows, bool reset = false) {
    FeedPage page;
    page.revision = rows.empty() ? 0 : rows.back().revision;
    page.rows = std::move(rows);
    page.drained = true;
    page.reset = reset;
    ASSERT_TRUE(hub_.TakePage(std::move(page)));
    Turn();
  }

  std::shared_ptr<FakeConnection> Open(uint64_t id, const std::string& edge) {
    auto connection = std::make_shared<FakeConnection>();
    EXPECT_TRUE(hub_.Opened(id, edge, connection));
    Turn();
    return connection;
  }

  void Hello(uint64_t id) {
    SyncRequest request;
    request.mutable_hello()->set_instance("i" + std::to_string(id));
    hub_.Received(id, request);
    Turn();
  }

  void Ack(uint64_t id, const FakeConnection& connection,
           const std::string& rejected = "") {
    SyncRequest request;
    request.mutable_ack()->set_nonce(connection.sent.back().nonce());
    if (!rejected.empty()) {
      auto& rejection = *request.mutable_ack()->add_rejections();
      rejection.set_assignment(rejected);
      rejection.set_reason("bad");
    }
    hub_.Received(id, request);
    Turn();
  }

  void Report(uint64_t id, const std::string& assignment) {
    SyncRequest request;
    ZoneReport& zone = *request.mutable_report()->add_zones();
    zone.set_assignment(assignment);
    zone.set_state(ZoneReport::STATE_SERVING);
    zone.set_serial(5);
    hub_.Received(id, request);
    Turn();
  }

  EdgeRow Row(const std::string& edge) {
    EXPECT_OK(writer_.WriteRound());
    return *store_.GetEdge(edge);
  }

  FakeClock clock_;
  FakeRandom random_{1};
  Metrics registry_;
  PushMetrics metrics_{registry_};
  LogCapture lines_;
  Logger log_{lines_, clock_};
  MemoryStore store_{clock_, random_};
  StatusWriter writer_{
      store_,    clock_, random_,
      registry_, log_,   [this](const std::string& e) {
        hub_.EdgeGone(e); }};
  Hub hub_{clock_, writer_, metrics_, log_};
  ZoneRow zone_;
};

TEST_F(HubTest, GivesAnEdgeTheDifferenceAndThenChanges) {
  Feed({TestZone(1, 1)});
  auto connection = Open(1, "edge0");
  EXPECT_EQ(connection->reads, 1);
  EXPECT_TRUE(connection->sent.empty());
  Hello(1);
  ASSERT_EQ(connection->sent.size(), 1u);
  EXPECT_EQ(connection->sent[0].upserts_size(), 1);
  EXPECT_EQ(connection->reads, 2);
  Feed({TestZone(2, 2)});
  EXPECT_EQ(connection->sent.size(), 1u);  // One batch outstanding.
  Ack(1, *connection);
  ASSERT_EQ(connection->sent.size(), 2u);
  EXPECT_EQ(connection->sent[1].upserts(0).name(), TestName(2));
  Ack(1, *connection);
  EXPECT_EQ(connection->sent.size(), 2u);
}

TEST_F(HubTest, ConcludesNothingBeforeTheFirstReadIsWhole) {
  auto connection = Open(1, "edge0");
  Hello(1);
  FeedPage page;
  page.rows = {TestZone(1, 1)};
  page.revision = 1;
  ASSERT_TRUE(hub_.TakePage(page));
  Turn();
  EXPECT_TRUE(connection->sent.empty());
  Feed({TestZone(2, 2)});
  ASSERT_EQ(connection->sent.size(), 1u);
  EXPECT_EQ(connection->sent[0].upserts_size(), 2);
}

TEST_F(HubTest, ASecondStreamEndsTheFirst) {
  Feed({});
  auto first = Open(1, "edge0");
  Hello(1);
  auto second = Open(2, "edge0");
  ASSERT_TRUE(first->ended.has_value());
  EXPECT_THAT(*first->ended, HasCode(absl::StatusCode::kAborted));
  hub_.Closed(1);  // The first one's end must not touch the second.
  Hello(2);
  EXPECT_EQ(second->sent.size(), 1u);
  EXPECT_FALSE(second->ended.has_value());
  EXPECT_TRUE(Row("edge0").connected);
  EXPECT_EQ(Row("edge0").instance, "i2");
}

TEST_F(HubTest, ABrokenProtocolEndsTheStream) {
  Feed({});
  auto connection = Open(1, "edge0");
  hub_.Received(1, SyncRequest());
  Turn();
  ASSERT_TRUE(connection->ended.has_value());
  EXPECT_THAT(*connection->ended, HasCode(absl::StatusCode::kInvalidArgument));
  // What still comes of it is ignored.
  Hello(1);
  EXPECT_TRUE(connection->sent.empty());
}

TEST_F(HubTest, IgnoresMessagesThatItDoesNotKnowAfterTheHello) {
  Feed({});
  auto connection = Open(1, "edge0");
  Hello(1);
  hub_.Received(1, SyncRequest());
  Turn();
  EXPECT_FALSE(connection->ended.has_value());
}

TEST_F(HubTest, StoresReportsOfZonesThatItKnows) {
  Feed({zone_});
  auto connection = Open(1, "edge0");
  Hello(1);
  Report(1, "assignments/" + zone_.uid);
  Report(1, TestName(77));
  Report(1, "nonsense");
  ASSERT_OK(writer_.WriteRound());
  auto rows = store_.PlacementsOf({zone_.uid});
  ASSERT_OK(rows);
  ASSERT_EQ(rows->size(), 1u);
  EXPECT_EQ((*rows)[0].edge, "edge0");
  EXPECT_EQ((*rows)[0].serial, 5u);
  EXPECT_FALSE(connection->ended.has_value());
}

TEST_F(HubTest, ShowsARejectionUntilTheItemIsTaken) {
  Feed({zone_});
  auto connection = Open(1, "edge0");
  Hello(1);
  Ack(1, *connection, "assignments/" + zone_.uid);
  ASSERT_OK(writer_.WriteRound());
  EXPECT_EQ((*store_.PlacementsOf({zone_.uid}))[0].state,
            PlacementRow::State::kRejected);
  ASSERT_EQ(store_.RejectionsOf("edge0", 10)->size(), 1u);
  EXPECT_EQ((*store_.RejectionsOf("edge0", 10))[0].revision, zone_.revision);

  zone_.revision += 1;
  Feed({zone_});
  Ack(1, *connection);
  ASSERT_OK(writer_.WriteRound());
  EXPECT_TRUE(store_.RejectionsOf("edge0", 10)->empty());
}

TEST_F(HubTest, KeepsTheEdgesRow) {
  Feed({TestZone(1, 4)});
  auto connection = Open(1, "edge0");
  Hello(1);
  EXPECT_TRUE(Row("edge0").connected);
  EXPECT_EQ(Row("edge0").instance, "i1");
  EXPECT_EQ(Row("edge0").acked_revision, 0);
  Ack(1, *connection);
  EXPECT_EQ(Row("edge0").acked_revision, 4);
  clock_.Advance(absl::Seconds(6));
  Turn();
  EXPECT_EQ(Row("edge0").last_contact_time, clock_.Now());
  hub_.Closed(1);
  Turn();
  EXPECT_FALSE(Row("edge0").connected);
  EXPECT_EQ(Row("edge0").acked_revision, 4);
}

TEST_F(HubTest, EndsTheStreamOfADeletedEdge) {
  Feed({});
  auto connection = Open(1, "edge0");
  Hello(1);
  ASSERT_OK(store_.DeleteEdge("edge0"));
  clock_.Advance(absl::Seconds(6));
  Turn();
  ASSERT_OK(writer_.WriteRound());
  Turn();
  ASSERT_TRUE(connection->ended.has_value());
  EXPECT_THAT(*connection->ended, HasCode(absl::StatusCode::kUnauthenticated));
}

TEST_F(HubTest, BringsOnlySoManyUpToDateAtOnce) {
  Feed({});
  std::vector<std::shared_ptr<FakeConnection>> connections;
  for (size_t i = 0; i <= Hub::kMaxSyncing; ++i) {
    connections.push_back(Open(i + 1, "edge" + std::to_string(i)));
  }
  FakeConnection& last = *connections.back();
  EXPECT_EQ(last.reads, 0);
  Hello(1);
  EXPECT_EQ(last.reads, 0);
  Ack(1, *connections[0]);
  EXPECT_EQ(last.reads, 1);
}

TEST_F(HubTest, EndsStreamsThatStall) {
  Feed({TestZone(1, 1)});
  auto mute = Open(1, "edge0");
  auto stalled = Open(2, "edge1");
  Hello(2);
  auto good = Open(3, "edge2");
  Hello(3);
  Ack(3, *good);
  clock_.Advance(Hub::kHelloTimeout + absl::Seconds(1));
  Turn();
  ASSERT_TRUE(mute->ended.has_value());
  EXPECT_THAT(*mute->ended, HasCode(absl::StatusCode::kDeadlineExceeded));
  EXPECT_FALSE(stalled->ended.has_value());
  clock_.Advance(Hub::kAckTimeout);
  Turn();
  EXPECT_TRUE(stalled->ended.has_value());
  EXPECT_FALSE(good->ended.has_value());
}

TEST_F(HubTest, MeasuresTheLag) {
  Feed({TestZone(1, 1)});
  auto connection = Open(1, "edge0");
  Hello(1);
  clock_.Advance(absl::Seconds(7));
  Turn();
  EXPECT_NE(registry_.Text().find("understudy_controller_push_lag_seconds 7"),
            std::string::npos)
      << registry_.Text();
  Ack(1, *connection);
  clock_.Advance(absl::Seconds(2));
  Turn();
  EXPECT_NE(registry_.Text().find("understudy_controller_push_lag_seconds 0"),
            std::string::npos);
}

TEST_F(HubTest, KeepsTombstonesThatAFirstDifferenceNeeds) {
  // A month old before the next sweep, and behind a whole batch.
  std::vector<ZoneRow> rows;
  for (int n = 1; n <= 1'100; ++n) rows.push_back(TestZone(n, n));
  rows.push_back(TestTombstone(
      1'101, 1'101, clock_.Now() - absl::Hours(24 * 30) + absl::Minutes(30)));
  Feed(rows);
  clock_.Advance(absl::Minutes(59));
  Turn();
  auto connection = Open(1, "edge0");
  SyncRequest hello;
  hello.mutable_hello()->add_held()->set_name(TestName(1'101));
  hub_.Received(1, hello);
  Turn();
  ASSERT_EQ(connection->sent.size(), 1u);
  ASSERT_FALSE(connection->sent[0].complete());
  clock_.Advance(absl::Minutes(2));
  Turn();
  Ack(1, *connection);
  ASSERT_EQ(connection->sent.size(), 2u);
  EXPECT_EQ(connection->sent[1].removals_size(), 1);
}

TEST_F(HubTest, StartsAnewWhenTheStoreIsAnotherOne) {
  Feed({TestZone(1, 9)});
  auto connection = Open(1, "edge0");
  Hello(1);
  Ack(1, *connection);
  Feed({TestZone(2, 3)}, /*reset=*/true);
  ASSERT_TRUE(connection->ended.has_value());
  EXPECT_THAT(*connection->ended, HasCode(absl::StatusCode::kAborted));
  auto again = Open(2, "edge0");
  Hello(2);
  ASSERT_EQ(again->sent.size(), 1u);
  ASSERT_EQ(again->sent[0].upserts_size(), 1);
  EXPECT_EQ(again->sent[0].upserts(0).name(), TestName(2));
}

TEST_F(HubTest, EndsAllStreamsWhenItStops) {
  auto connection = std::make_shared<FakeConnection>();
  hub_.Start();
  ASSERT_TRUE(hub_.Opened(1, "edge0", connection));
  hub_.Stop();
  ASSERT_TRUE(connection->ended.has_value());
  EXPECT_THAT(*connection->ended, HasCode(absl::StatusCode::kUnavailable));
  EXPECT_FALSE(hub_.Opened(2, "edge1", connection));
}

}  // namespace
}  // namespace understudy::control
