// Copyright 2026 The Understudy Authors
// SPDX-License-Identifier: Apache-2.0

#include "edgenode/link/controller_stream.h"

#include <grpcpp/security/server_credentials.h>
#include <grpcpp/server.h>
#include <grpcpp/server_builder.h>

#include <cstdlib>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "base/file.h"
#include "base/mutex.h"
#include "base/testing/log_capture.h"
#include "base/testing/status_matchers.h"
#include "edgenode/link/testing/test_certificate.h"
#include "gtest/gtest.h"
#include "understudy/edge/v1/edge_sync_service.grpc.pb.h"

namespace understudy::edge {
namespace {

using understudy::edge::v1::Assignment;
using understudy::edge::v1::EdgeSyncService;
using understudy::edge::v1::Report;
using understudy::edge::v1::SyncRequest;
using understudy::edge::v1::SyncResponse;

// A controller of one edge: sends what the test gives it, keeps what it gets.
class FakeController final : public EdgeSyncService::Service {
 public:
  FakeController() {
    grpc::SslServerCredentialsOptions tls;
    tls.pem_key_cert_pairs.push_back({kTestKey, kTestCertificate});
    grpc::ServerBuilder builder;
    builder.AddListeningPort("127.0.0.1:0", grpc::SslServerCredentials(tls),
                             &port_);
    builder.RegisterService(this);
    server_ = builder.BuildAndStart();
  }
  ~FakeController() override { Shutdown(); }

  void Shutdown() {
    if (server_) server_->Shutdown(std::chrono::system_clock::time_point());
    server_.reset();
  }
  std::string address() const { return absl::StrCat("127.0.0.1:", port_); }

  // What every stream is sent once its Hello is complete.
  void SetBatches(std::vector<SyncResponse> batches) {
    MutexLock lock(mu_);
    batches_ = std::move(batches);
  }
  // Ends the stream that is there.
  void Drop() {
    MutexLock lock(mu_);
    if (context_) context_->TryCancel();
  }

  // The first request that is so, once it came.
  SyncRequest Await(std::function<bool(const SyncRequest&)> is_so) {
    MutexLock lock(mu_);
    for (int i = 0; i < 1000; ++i) {
      for (const SyncRequest& request : requests_) {
        if (is_so(request)) return request;
      }
      changed_.WaitFor(mu_, absl::Milliseconds(10));
    }
    ADD_FAILURE() << "no such request";
    return {};
  }
  std::string token() {
    MutexLock lock(mu_);
    return token_;
  }

  grpc::Status Sync(
      grpc::ServerContext* context,
      grpc::ServerReaderWriter<SyncResponse, SyncRequest>* stream) override {
    {
      MutexLock lock(mu_);
      context_ = context;
      auto at = context->client_metadata().find("authorization");
      if (at != context->client_metadata().end()) {
        token_ = std::string(at->second.data(), at->second.size());
      }
    }
    SyncRequest request;
    size_t sent = 0;
    while (stream->Read(&request)) {
      std::vector<SyncResponse> batches;
      {
        MutexLock lock(mu_);
        requests_.push_back(request);
        batches = batches_;
      }
      changed_.NotifyAll();
      const bool turn =
          request.has_ack() || (request.has_hello() && !request.hello().more());
      if (turn && sent < batches.size()) stream->Write(batches[sent++]);
    }
    MutexLock lock(mu_);
    context_ = nullptr;
    return grpc::Status(grpc::StatusCode::UNAVAILABLE, "dropped");
  }

 private:
  int port_ = 0;
  std::unique_ptr<grpc::Server> server_;
  Mutex mu_;
  CondVar changed_;
  grpc::ServerContext* context_ ABSL_GUARDED_BY(mu_) = nullptr;
  std::string token_ ABSL_GUARDED_BY(mu_);
  std::vector<SyncResponse> batches_ ABSL_GUARDED_BY(mu_);
  std::vector<SyncRequest> requests_ ABSL_GUARDED_BY(mu_);
};

Assignment Make(const std::string& id, const std::string& zone) {
  Assignment a;
  a.set_name("assignments/" + id);
  a.set_revision(5);
  a.set_zone(zone);
  auto* primary = a.add_primaries();
  primary->set_address("192.0.2.1");
  primary->set_port(53);
  return a;
}

SyncResponse Batch(const std::string& nonce,
                   const std::vector<Assignment>& upserts) {
  SyncResponse batch;
  batch.set_nonce(nonce);
  batch.set_revision(5);
  batch.set_complete(true);
  for (const Assignment& a : upserts) *batch.add_upserts() = a;
  return batch;
}

bool IsAckOf(const SyncRequest& request, const std::string& nonce) {
  return request.has_ack() && request.ack().nonce() == nonce;
}

class ControllerStreamTest : public testing::Test {
 protected:
  void SetUp() override {
    directory = testing::TempDir() + "/link.XXXXXX";
    ASSERT_NE(mkdtemp(directory.data()), nullptr);
    options.ca_file = directory + "/ca.pem";
    options.token_file = directory + "/token";
    options.version = "0.1";
    options.first_delay = absl::Milliseconds(10);
    options.longest_delay = absl::Milliseconds(50);
    ASSERT_OK(ReplaceFile(options.ca_file, kTestCertificate, 0644));
    ASSERT_OK(ReplaceFile(options.token_file, "edge-token\n", 0600));
    auto opened = ZoneArchive::Open(directory + "/store", uint64_t{1} << 26,
                                    metrics, log);
    ASSERT_OK(opened);
    archive = *std::move(opened);
  }
  void Start(std::vector<std::string> controllers) {
    options.controllers = std::move(controllers);
    stream = std::make_unique<ControllerStream>(
        options, ControllerStreamDeps{clock, random, log, metrics, *archive},
        std::vector<ZoneAssignment>(),
        ControllerStream::Callbacks{[this](std::vector<ZoneAssignment> upserts,
                                           std::vector<std::string> removals) {
                                      MutexLock lock(mu);
                                      for (auto& a : upserts)
                                        applied.push_back("+" + a.name);
                                      for (auto& name : removals)
                                        applied.push_back("-" + name);
                                      changed.NotifyAll();
                                    },
                                    [this](bool all) {
                                      MutexLock lock(mu);
                                      (all ? alls : more) += 1;
                                      changed.NotifyAll();
                                    }});
  }
  void Await(std::function<bool()> is_so) {
    MutexLock lock(mu);
    for (int i = 0; i < 1000 && !is_so(); ++i) {
      changed.WaitFor(mu, absl::Milliseconds(10));
    }
    EXPECT_TRUE(is_so()) << capture.text();
  }

  SystemClock clock;
  SystemRandom random;
  LogCapture capture;
  Logger log{capture, clock};
  Metrics metrics;
  std::string directory;
  ControllerStreamOptions options;
  std::unique_ptr<ZoneArchive> archive;
  Mutex mu;
  CondVar changed;
  std::vector<std::string> applied ABSL_GUARDED_BY(mu);
  int alls ABSL_GUARDED_BY(mu) = 0;
  int more ABSL_GUARDED_BY(mu) = 0;
  FakeController controller;
  std::unique_ptr<ControllerStream> stream;
};

TEST_F(ControllerStreamTest, GreetsAndTakesABatch) {
  controller.SetBatches({Batch("a", {Make("1", "one.example")}),
                         Batch("b", {Make("2", "two.example")})});
  Start({controller.address()});
  controller.Await([](const SyncRequest& r) { return IsAckOf(r, "b"); });
  SyncRequest hello =
      controller.Await([](const SyncRequest& r) { return r.has_hello(); });
  EXPECT_EQ(hello.hello().version(), "0.1");
  EXPECT_FALSE(hello.hello().instance().empty());
  EXPECT_EQ(controller.token(), "Bearer edge-token");
  Await([this]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu) {
    return applied ==
           std::vector<std::string>{"+assignments/1", "+assignments/2"};
  });
  EXPECT_NE(metrics.Text().find("understudy_edge_controller_connected 1"),
            std::string::npos);
  // Acknowledged means saved.
  auto stored = archive->LoadAssignments();
  ASSERT_OK(stored);
  EXPECT_EQ(stored->size(), 2u);
}

TEST_F(ControllerStreamTest, SaysWhatItRefuses) {
  Assignment bad = Make("1", "one..example");
  controller.SetBatches({Batch("a", {bad})});
  Start({controller.address()});
  SyncRequest ack =
      controller.Await([](const SyncRequest& r) { return IsAckOf(r, "a"); });
  ASSERT_EQ(ack.ack().rejections_size(), 1);
  EXPECT_EQ(ack.ack().rejections(0).assignment(), "assignments/1");
  EXPECT_NE(metrics.Text().find("understudy_edge_assignments_rejected_total 1"),
            std::string::npos);
}

TEST_F(ControllerStreamTest, ComesBackWithWhatItHolds) {
  controller.SetBatches({Batch("a", {Make("1", "one.example")})});
  Start({controller.address()});
  controller.Await([](const SyncRequest& r) { return IsAckOf(r, "a"); });
  controller.Drop();
  SyncRequest hello = controller.Await([](const SyncRequest& r) {
    return r.has_hello() && r.hello().held_size() == 1;
  });
  EXPECT_EQ(hello.hello().held(0).name(), "assignments/1");
  EXPECT_EQ(hello.hello().held(0).revision(), 5);
  // Every stream begins with all reports.
  Await([this]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu) { return alls >= 2; });
}

TEST_F(ControllerStreamTest, SendsReportsOneAfterTheOther) {
  controller.SetBatches({Batch("a", {})});
  Start({controller.address()});
  Await([this]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu) { return alls == 1; });
  Report report;
  report.add_zones()->set_assignment("assignments/1");
  stream->SendReport(report);
  controller.Await([](const SyncRequest& r) { return r.has_report(); });
  Await([this]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu) { return more == 1; });
}

TEST_F(ControllerStreamTest, TriesTheNextControllerWhenOneIsDead) {
  FakeController other;
  other.SetBatches({Batch("a", {Make("1", "one.example")})});
  controller.Shutdown();
  Start({controller.address(), other.address()});
  other.Await([](const SyncRequest& r) { return IsAckOf(r, "a"); });
}

TEST_F(ControllerStreamTest, TrustsNobodyWithoutTheCa) {
  options.ca_file = "";
  Start({controller.address()});
  for (int i = 0; i < 500; ++i) {
    if (capture.text().find("no controller") != std::string::npos) break;
    MutexLock lock(mu);
    changed.WaitFor(mu, absl::Milliseconds(10));
  }
  EXPECT_NE(capture.text().find("no controller"), std::string::npos);
  EXPECT_EQ(controller.token(), "");
}

TEST_F(ControllerStreamTest, EndsWithoutAToken) {
  options.token_file = directory + "/none";
  Start({controller.address()});
  stream.reset();
  EXPECT_EQ(controller.token(), "");
}

TEST_F(ControllerStreamTest, EndsTheStreamWhenABatchBreaksTheProtocol) {
  controller.SetBatches({Batch("", {Make("1", "one.example")})});
  Start({controller.address()});
  for (int i = 0; i < 500; ++i) {
    if (capture.text().find("batch refused") != std::string::npos) break;
    MutexLock lock(mu);
    changed.WaitFor(mu, absl::Milliseconds(10));
  }
  EXPECT_NE(capture.text().find("batch refused"), std::string::npos);
  MutexLock lock(mu);
  EXPECT_TRUE(applied.empty());
}

}  // namespace
}  // namespace understudy::edge
