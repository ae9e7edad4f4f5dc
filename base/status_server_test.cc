// Copyright 2026 The Understudy Authors
// SPDX-License-Identifier: Apache-2.0

#include "base/status_server.h"

#include <httplib.h>

#include "base/testing/status_matchers.h"
#include "gtest/gtest.h"

namespace understudy {
namespace {

class StatusServerTest : public ::testing::Test {
 protected:
  void SetUp() override {
    metrics_.Counter("understudy_x_total", "X.").Add(4);
    auto server = StatusServer::Start(*SocketAddress::Parse("127.0.0.1:0"),
                                      metrics_, [this] { return ready_; });
    ASSERT_OK(server);
    server_ = *std::move(server);
    client_ = std::make_unique<httplib::Client>("127.0.0.1",
                                                server_->address().port());
  }

  Metrics metrics_;
  absl::Status ready_;
  std::unique_ptr<StatusServer> server_;
  std::unique_ptr<httplib::Client> client_;
};

TEST_F(StatusServerTest, ServesMetrics) {
  auto response = client_->Get("/metrics");
  ASSERT_TRUE(response);
  EXPECT_EQ(response->status, 200);
  EXPECT_NE(response->body.find("understudy_x_total 4"), std::string::npos);
}

TEST_F(StatusServerTest, ReadinessSaysWhy) {
  EXPECT_EQ(client_->Get("/readyz")->status, 200);
  ready_ = absl::UnavailableError("zones are still loading");
  auto response = client_->Get("/readyz");
  EXPECT_EQ(response->status, 503);
  EXPECT_EQ(response->body, "zones are still loading\n");
  EXPECT_EQ(client_->Get("/healthz")->status, 200);
}

TEST_F(StatusServerTest, SaysThatTheAddressIsTaken) {
  EXPECT_THAT(StatusServer::Start(*SocketAddress::Parse("192.0.2.1:9"),
                                  metrics_, [] { return absl::OkStatus(); }),
              HasCode(absl::StatusCode::kUnavailable));
}

}  // namespace
}  // namespace understudy
