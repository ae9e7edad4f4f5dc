// Copyright 2026 The Understudy Authors
// SPDX-License-Identifier: Apache-2.0

#include "controlplane/config.h"

#include "base/testing/status_matchers.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace understudy::control {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

std::string Faults(const std::string& text) {
  auto config = ParseConfig(text);
  EXPECT_THAT(config, HasCode(absl::StatusCode::kInvalidArgument)) << text;
  EXPECT_THAT(std::string(config.status().message()), Not(HasSubstr("\n")));
  return std::string(config.status().message());
}

TEST(ParseConfig, FillsInDefaults) {
  auto config = ParseConfig("data_dir: '/d'");
  ASSERT_OK(config);
  EXPECT_EQ(config->grpc_listen(), "127.0.0.1:8443");
  EXPECT_EQ(config->database_connections(), 8u);
  EXPECT_EQ(config->http_listen(), "");
  EXPECT_FALSE(config->insecure_claims());
}

TEST(ParseConfig, TakesAFullOne) {
  EXPECT_OK(ParseConfig(R"(
    data_dir: "/d"
    grpc_listen: "[::]:0"
    http_listen: "127.0.0.1:8080"
    metrics_listen: "127.0.0.1:9443"
    database_url: "postgresql://u@h1,h2/db?target_session_attrs=read-write"
    database_connections: 20
    tls_certificate_file: "/c" tls_key_file: "/k"
    tls_names: "api.example.org" tls_names: "192.0.2.1"
    insecure_claims: true
    address_file: "/a")"));
}

TEST(ParseConfig, TellsEveryFault) {
  const std::string faults = Faults(R"(
    grpc_listen: "nowhere"
    http_listen: "0.0.0.0:80"
    metrics_listen: "127.0.0.1"
    database_url: "nonsense"
    database_connections: 1000
    tls_key_file: "/k"
    tls_names: "a b")");
  for (const char* field :
       {"data_dir", "grpc_listen", "http_listen", "metrics_listen",
        "database_url", "database_connections", "tls_certificate_file",
        "tls_names"}) {
    EXPECT_THAT(faults, HasSubstr(std::string(field) + ":"));
  }
}

TEST(ParseConfig, TellsThePlaceOfAnUnknownField) {
  EXPECT_THAT(Faults("data_dir: '/d'\ncolour: 'red'"), HasSubstr("line 2"));
  EXPECT_THAT(Faults("data_dir: '/d'\ncolour: 'red'"), HasSubstr("colour"));
  Faults("data_dir: ");
  Faults(std::string("\0\xff", 2));
}

TEST(ReadConfig, SaysWhenThereIsNoFile) {
  EXPECT_THAT(ReadConfig("/nonexistent/x.conf"),
              HasCode(absl::StatusCode::kNotFound));
}

}  // namespace
}  // namespace understudy::control
