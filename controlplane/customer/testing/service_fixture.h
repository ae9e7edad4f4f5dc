// Copyright 2026 The Understudy Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <grpcpp/client_context.h>
#include <grpcpp/create_channel.h>
#include <grpcpp/server.h>
#include <grpcpp/server_builder.h>

#include <memory>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/metrics.h"
#include "base/testing/fake_random.h"
#include "base/testing/log_capture.h"
#include "base/testing/status_matchers.h"
#include "controlplane/auth/authenticator.h"
#include "controlplane/auth/tokens.h"
#include "controlplane/customer/api_parts.h"
#include "controlplane/store/memory_store.h"
#include "google/rpc/error_details.pb.h"
#include "google/rpc/error_info.pb.h"
#include "google/rpc/status.pb.h"
#include "gtest/gtest.h"

namespace understudy::control {

// The reason and the bad fields of a failed call.
struct Told {
  std::string reason;
  std::vector<std::string> fields;
};

inline Told TellOf(const grpc::Status& status) {
  Told told;
  google::rpc::Status details;
  EXPECT_TRUE(details.ParseFromString(status.error_details()));
  EXPECT_EQ(details.code(), static_cast<int>(status.error_code()));
  for (const auto& detail : details.details()) {
    google::rpc::ErrorInfo info;
    google::rpc::BadRequest bad;
    if (detail.UnpackTo(&info)) told.reason = info.reason();
    if (detail.UnpackTo(&bad)) {
      for (const auto& violation : bad.field_violations()) {
        told.fields.push_back(violation.field());
      }
    }
  }
  return told;
}

// Services over a real gRPC server without a socket, on a store in memory with
// the projects "acme" and "globex" and a token of each kind.
class ServiceFixture : public testing::Test {
 protected:
  ServiceFixture() {
    EXPECT_OK(store_.Bootstrap(
        "acme", {{owner_.sha256_hex, TokenKind::kProjectOwner, "acme"},
                 {operator_.sha256_hex, TokenKind::kOperator, ""}}));
    EXPECT_OK(store_.CreateProject(
        "globex", {{other_.sha256_hex, TokenKind::kProjectOwner, "globex"}}));
  }

  ApiParts Parts() {
    return {store_,       authenticator_, clock_,          random_,
            rpc_metrics_, logger_,        insecure_claims_};
  }
  std::shared_ptr<grpc::Channel> Serve(grpc::Service* service) {
    grpc::ServerBuilder builder;
    builder.RegisterService(service);
    server_ = builder.BuildAndStart();
    return server_->InProcessChannel({});
  }
  // Before the services go.
  void StopServer() {
    server_->Shutdown();
    server_->Wait();
  }

  static std::unique_ptr<grpc::ClientContext> As(const NewToken& token) {
    auto context = std::make_unique<grpc::ClientContext>();
    context->AddMetadata("authorization", "Bearer " + token.text.reveal());
    return context;
  }

  SystemClock clock_;
  FakeRandom random_{1};
  const NewToken owner_ = MakeToken(random_);
  const NewToken other_ = MakeToken(random_);
  const NewToken operator_ = MakeToken(random_);
  MemoryStore store_{clock_, random_};
  Authenticator authenticator_{store_, clock_};
  Metrics metrics_;
  RpcMetrics rpc_metrics_{metrics_, clock_};
  LogCapture sink_;
  Logger logger_{sink_, clock_};
  bool insecure_claims_ = false;
  std::unique_ptr<grpc::Server> server_;
};

}  // namespace understudy::control
