// Copyright 2026 The Understudy Authors
// SPDX-License-Identifier: Apache-2.0

#include "controlplane/push/push_service.h"

#include <grpc/support/time.h>
#include <grpcpp/grpcpp.h>

#include <atomic>
#include <map>
#include <set>

#include "base/testing/fake_random.h"
#include "base/testing/log_capture.h"
#include "base/testing/status_matchers.h"
#include "controlplane/store/memory_store.h"
#include "gtest/gtest.h"
#include "understudy/edge/v1/edge_sync_service.grpc.pb.h"

namespace understudy::control {
namespace {

using edge::v1::EdgeSyncService;
using edge::v1::SyncRequest;
using edge::v1::SyncResponse;

// The token of edge X is "token-X".
class FakeAuthenticator final : public EdgeAuthenticator {
 public:
  absl::StatusOr<std::string> EdgeOf(const std::string& token) override {
    if (revoked || token.rfind("token-", 0) != 0) {
      return absl::UnauthenticatedError("no edge has this token");
    }
    return token.substr(6);
  }
  std::atomic<bool> revoked{false};
};

// An edge with real gRPC under it. Its methods block; each test has a deadline
// for the whole stream.
class TestEdge {
 public:
  TestEdge(const std::shared_ptr<grpc::Channel>& channel,
           const std::string& authorization)
      : stub_(EdgeSyncService::NewStub(channel)) {
    if (!authorization.empty()) {
      context_.AddMetadata("authorization", authorization);
    }
    context_.set_deadline(gpr_time_from_seconds(30, GPR_TIMESPAN));
    stream_ = stub_->Sync(&context_);
  }
  ~TestEdge() {
    if (stream_ != nullptr) {
      context_.TryCancel();
      Finish();
    }
  }

  void Hello(const std::map<std::string, int64_t>& holds) {
    SyncRequest request;
    request.mutable_hello()->set_instance("test");
    for (const auto& [name, revision] : holds) {
      auto& item = *request.mutable_hello()->add_held();
      item.set_name(name);
      item.set_revision(revision);
    }
    stream_->Write(request);
  }

  // Takes one batch over and acknowledges it. False: the stream ended.
  bool TakeBatch() {
    if (!stream_->Read(&last)) return false;
    for (const auto& removal : last.removals()) {
      held.erase(removal.assignment());
    }
    SyncRequest request;
    for (const auto& upsert : last.upserts()) {
      if (refused.count(upsert.zone()) > 0) {
        auto& rejection = *request.mutable_ack()->add_rejections();
        rejection.set_assignment(upsert.name());
        rejection.set_revision(upsert.revision());
        rejection.set_reason("this edge does not like it");
      } else {
        held[upsert.name()] = upsert.revision();
      }
    }
    request.mutable_ack()->set_nonce(last.nonce());
    return stream_->Write(request);
  }

  void Report(const std::string& assignment, uint32_t serial) {
    SyncRequest request;
    auto& zone = *request.mutable_report()->add_zones();
    zone.set_assignment(assignment);
    zone.set_state(edge::v1::ZoneReport::STATE_SERVING);
    zone.set_serial(serial);
    stream_->Write(request);
  }

  grpc::Status Finish() {
    SyncResponse rest;
    while (stream_->Read(&rest)) {
    }
    grpc::Status status = stream_->Finish();
    stream_.reset();
    return status;
  }

  SyncResponse last;
  std::map<std::string, int64_t> held;
  std::set<std::string> refused;

 private:
  std::unique_ptr<EdgeSyncService::Stub> stub_;
  grpc::ClientContext context_;
  std::unique_ptr<grpc::ClientReaderWriter<SyncRequest, SyncResponse>> stream_;
};

class PushServiceTest : public testing::Test {
 protected:
  PushServiceTest() {
    EXPECT_OK(store_.Bootstrap("acme", {}));
    for (const char* edge : {"fra1", "ams1"}) {
      TokenRow token;
      token.sha256_hex = std::string("hash of ") + edge;
      token.kind = TokenKind::kEdge;
      token.subject = edge;
      EXPECT_OK(store_.CreateEdge(edge, token));
    }
    push_.emplace(store_, authenticator_, clock_, random_, metrics_, log_);
    push_->Start();
    grpc::ServerBuilder builder;
    int port = 0;
    builder.AddListeningPort("127.0.0.1:0", grpc::InsecureServerCredentials(),
                             &port);
    builder.RegisterService(push_->service());
    server_ = builder.BuildAndStart();
    channel_ = grpc::CreateChannel("127.0.0.1:" + std::to_string(port),
                                   grpc::InsecureChannelCredentials());
  }
  ~PushServiceTest() override {
    push_->Stop();
    server_->Shutdown(gpr_time_from_seconds(5, GPR_TIMESPAN));
    server_->Wait();
  }

  ZoneRow Create(const std::string& zone) {
    ZoneRow row;
    row.project = "acme";
    row.zone = zone;
    row.primaries = {{"192.0.2.1", 53}};
    auto created = store_.CreateZone(row, "", true);
    EXPECT_OK(created);
    return created->row;
  }

  // Polls until it holds, at most ten seconds.
  template <typename Condition>
  bool Eventually(const Condition& condition) {
    const absl::Duration until = clock_.Monotonic() + absl::Seconds(10);
    Mutex mu;
    CondVar never;
    while (!condition()) {
      if (clock_.Monotonic() > until) return false;
      MutexLock lock(mu);
      never.WaitFor(mu, absl::Milliseconds(10));
    }
    return true;
  }

  static std::string Name(const ZoneRow& zone) {
    return "assignments/" + zone.uid;
  }

  SystemClock clock_;
  FakeRandom random_{1};
  Metrics metrics_;
  LogCapture lines_;
  Logger log_{lines_, clock_};
  MemoryStore store_{clock_, random_};
  FakeAuthenticator authenticator_;
  std::optional<PushService> push_;
  std::unique_ptr<grpc::Server> server_;
  std::shared_ptr<grpc::Channel> channel_;
};

TEST_F(PushServiceTest, AZoneArrivesAndGoes) {
  ZoneRow before = Create("before.example");
  TestEdge edge(channel_, "Bearer token-fra1");
  edge.Hello({});
  ASSERT_TRUE(edge.TakeBatch());
  EXPECT_EQ(edge.held.count(Name(before)), 1u);
  EXPECT_TRUE(edge.last.complete());

  ZoneRow after = Create("after.example");
  ASSERT_TRUE(edge.TakeBatch());
  EXPECT_EQ(edge.last.upserts(0).zone(), "after.example");
  EXPECT_EQ(edge.held.size(), 2u);

  ASSERT_OK(store_.DeleteZone("acme", "before.example", ""));
  ASSERT_TRUE(edge.TakeBatch());
  EXPECT_EQ(edge.last.removals(0).cause(), edge::v1::Removal::CAUSE_WITHDRAWN);
  EXPECT_EQ(edge.held.size(), 1u);
  EXPECT_TRUE(Eventually([&] {
    EdgeRow row = *store_.GetEdge("fra1");
    return row.connected && row.instance == "test" &&
           row.acked_revision == *store_.LatestRevision();
  }));
}

TEST_F(PushServiceTest, AReconnectingEdgeGetsNothingTwice) {
  Create("a.example");
  std::map<std::string, int64_t> held;
  {
    TestEdge edge(channel_, "Bearer token-fra1");
    edge.Hello({});
    ASSERT_TRUE(edge.TakeBatch());
    held = edge.held;
  }
  EXPECT_TRUE(Eventually([&] { return !store_.GetEdge("fra1")->connected; }));
  TestEdge again(channel_, "Bearer token-fra1");
  again.Hello(held);
  ASSERT_TRUE(again.TakeBatch());
  EXPECT_EQ(again.last.upserts_size(), 0);
  EXPECT_EQ(again.last.removals_size(), 0);
  EXPECT_TRUE(again.last.complete());
}

TEST_F(PushServiceTest, TheSecondStreamOfAnEdgeEndsTheFirst) {
  TestEdge first(channel_, "Bearer token-fra1");
  first.Hello({});
  ASSERT_TRUE(first.TakeBatch());
  TestEdge other(channel_, "Bearer token-ams1");
  other.Hello({});
  ASSERT_TRUE(other.TakeBatch());
  TestEdge second(channel_, "Bearer token-fra1");
  second.Hello({});
  ASSERT_TRUE(second.TakeBatch());
  EXPECT_EQ(first.Finish().error_code(), grpc::StatusCode::ABORTED);
  Create("a.example");
  EXPECT_TRUE(second.TakeBatch());
  EXPECT_TRUE(other.TakeBatch());
}

TEST_F(PushServiceTest, SurvivesAStoreThatIsAway) {
  TestEdge edge(channel_, "Bearer token-fra1");
  edge.Hello({});
  ASSERT_TRUE(edge.TakeBatch());
  ZoneRow zone = Create("a.example");
  ASSERT_TRUE(edge.TakeBatch());
  store_.SetAvailable(false);
  edge.Report(Name(zone), 7);
  ASSERT_TRUE(Eventually([&] {
    return metrics_.Text().find("status_write_failures_total 0") ==
           std::string::npos;
  }));
  edge.Report(Name(zone), 8);
  store_.SetAvailable(true);
  EXPECT_TRUE(Eventually([&] {
    auto rows = store_.PlacementsOf({zone.uid});
    return rows.ok() && rows->size() == 1 && (*rows)[0].serial == 8u;
  }));
  Create("b.example");
  ASSERT_TRUE(edge.TakeBatch());
  EXPECT_EQ(edge.held.size(), 2u);
}

TEST_F(PushServiceTest, ARejectionIsSeenAndTheOthersAreTaken) {
  ZoneRow bad = Create("bad.example");
  ZoneRow good = Create("good.example");
  TestEdge edge(channel_, "Bearer token-fra1");
  edge.refused = {"bad.example"};
  edge.Hello({});
  ASSERT_TRUE(edge.TakeBatch());
  EXPECT_EQ(edge.held.count(Name(good)), 1u);
  EXPECT_TRUE(Eventually([&] {
    auto rows = store_.PlacementsOf({bad.uid});
    return rows.ok() && rows->size() == 1 &&
           (*rows)[0].state == PlacementRow::State::kRejected &&
           (*rows)[0].error_evidence == "this edge does not like it";
  }));
  EXPECT_TRUE(
      Eventually([&] { return store_.RejectionsOf("fra1", 10)->size() == 1; }));
}

TEST_F(PushServiceTest, RefusesStrangers) {
  for (std::string authorization :
       {"", "Bearer ", "Bearer stranger", "Basic token-fra1"}) {
    TestEdge edge(channel_, authorization);
    EXPECT_EQ(edge.Finish().error_code(), grpc::StatusCode::UNAUTHENTICATED)
        << authorization;
  }
}

TEST_F(PushServiceTest, EndsAStreamWhoseTokenWasRevoked) {
  TestEdge edge(channel_, "Bearer token-fra1");
  edge.Hello({});
  ASSERT_TRUE(edge.TakeBatch());
  // The edge's row is there, as after it was deleted and made anew.
  authenticator_.revoked = true;
  EXPECT_EQ(edge.Finish().error_code(), grpc::StatusCode::UNAUTHENTICATED);
}

TEST_F(PushServiceTest, EndsAStreamThatBreaksTheProtocol) {
  TestEdge edge(channel_, "Bearer token-fra1");
  edge.Report("assignments/x", 1);
  grpc::Status status = edge.Finish();
  EXPECT_EQ(status.error_code(), grpc::StatusCode::INVALID_ARGUMENT);
  EXPECT_NE(status.error_message().find("hello"), std::string::npos);
}

TEST_F(PushServiceTest, EndsStreamsWhenItStops) {
  TestEdge edge(channel_, "Bearer token-fra1");
  edge.Hello({});
  ASSERT_TRUE(edge.TakeBatch());
  push_->Stop();
  EXPECT_EQ(edge.Finish().error_code(), grpc::StatusCode::UNAVAILABLE);
  TestEdge late(channel_, "Bearer token-fra1");
  EXPECT_EQ(late.Finish().error_code(), grpc::StatusCode::UNAVAILABLE);
  EXPECT_FALSE(store_.GetEdge("fra1")->connected);
}

// Streams come and go while changes flow: for the sanitizers, and for the
// lifetimes of reactors.
TEST_F(PushServiceTest, StreamsMayEndAtAnyMoment) {
  for (int i = 0; i < 200; ++i) {
    if (i % 10 == 0) Create("z" + std::to_string(i) + ".example");
    TestEdge edge(channel_,
                  i % 3 == 0 ? "Bearer token-ams1" : "Bearer token-fra1");
    if (i % 2 == 0) edge.Hello({});
    if (i % 4 == 0 && !edge.TakeBatch()) {
      // Only by a stream that began at the same moment.
      EXPECT_EQ(edge.Finish().error_code(), grpc::StatusCode::ABORTED);
    }
  }
  size_t held = 0;
  ASSERT_TRUE(Eventually([&] {
    TestEdge edge(channel_, "Bearer token-fra1");
    edge.Hello({});
    if (!edge.TakeBatch()) return false;
    held = edge.held.size();
    return true;
  }));
  EXPECT_EQ(held, 20u);
}

}  // namespace
}  // namespace understudy::control
