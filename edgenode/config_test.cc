// Copyright 2026 The Understudy Authors
// SPDX-License-Identifier: Apache-2.0

#include "edgenode/config.h"

#include <string>

#include "base/testing/status_matchers.h"
#include "gtest/gtest.h"

namespace understudy::edge {
namespace {

constexpr char kLeast[] = "data_dir: \"/d\" dns_listen: \"127.0.0.1:5300\"\n";

void ExpectFault(const std::string& text, const std::string& part) {
  auto settings = ParseConfig(text);
  ASSERT_THAT(settings, HasCode(absl::StatusCode::kInvalidArgument)) << text;
  EXPECT_NE(std::string(settings.status().message()).find(part),
            std::string::npos)
      << settings.status();
}

TEST(ParseConfig, FillsInTheDefaults) {
  auto settings = ParseConfig(kLeast);
  ASSERT_OK(settings);
  EXPECT_EQ(settings->data_dir, "/d");
  ASSERT_EQ(settings->dns_listen.size(), 1u);
  EXPECT_EQ(settings->dns_listen[0].ToString(), "127.0.0.1:5300");
  EXPECT_FALSE(settings->metrics_listen);
  EXPECT_TRUE(settings->controllers.empty());
  EXPECT_GE(settings->workers, 1);
  EXPECT_EQ(settings->store_bytes, uint64_t{64} << 30);
  EXPECT_EQ(settings->tcp_connections, 10'000u);
  EXPECT_EQ(settings->zone_loop.transfers, 200u);
  EXPECT_EQ(settings->zone_loop.limits.idle, absl::Seconds(10));
  EXPECT_EQ(settings->zone_loop.limits.total, absl::Hours(1));
  EXPECT_EQ(settings->zone_loop.limits.bytes, uint64_t{4} << 30);
  EXPECT_EQ(settings->zone_loop.limits.zone.records, 20'000'000u);
  EXPECT_EQ(settings->zone_loop.limits.zone.rrset_records, 65535u);
}

TEST(ParseConfig, TakesWhatIsSaid) {
  auto settings = ParseConfig(R"(
    data_dir: "/d"
    dns_listen: "127.0.0.1:0"
    dns_listen: "[::1]:53"
    metrics_listen: "127.0.0.1:9100"
    controllers: "controller.example:8443"
    controllers: "[2001:db8::1]:8443"
    controller_ca_file: "/ca.pem"
    token_file: "/token"
    workers: 3
    transfer_source: "192.0.2.7"
    address_file: "/a"
    limits { store_bytes: 1073741824 zone_records: 5 transfer_bytes: 6
             transfers: 7 tcp_connections: 8 transfer_idle_seconds: 2
             transfer_total_seconds: 9 rrset_records: 4 }
  )");
  ASSERT_OK(settings);
  EXPECT_EQ(settings->dns_listen[1].ToString(), "[::1]:53");
  EXPECT_EQ(settings->metrics_listen->port(), 9100);
  EXPECT_EQ(settings->controllers.size(), 2u);
  EXPECT_EQ(settings->workers, 3);
  EXPECT_EQ(settings->zone_loop.source->ip(), "192.0.2.7");
  EXPECT_EQ(settings->store_bytes, uint64_t{1} << 30);
  EXPECT_EQ(settings->tcp_connections, 8u);
  const ZoneLoopOptions& loop = settings->zone_loop;
  EXPECT_EQ(loop.transfers, 7u);
  EXPECT_EQ(loop.transfers_per_address, 1u);
  EXPECT_EQ(loop.limits.bytes, 6u);
  EXPECT_EQ(loop.limits.idle, absl::Seconds(2));
  EXPECT_EQ(loop.limits.answer, absl::Seconds(2));
  EXPECT_EQ(loop.limits.total, absl::Seconds(9));
  EXPECT_EQ(loop.limits.zone.records, 5u);
  EXPECT_EQ(loop.limits.zone.rrset_records, 4u);
  EXPECT_EQ(loop.limits.zone.bytes, 6u);
}

TEST(ParseConfig, NamesAllFaults) {
  const std::string text =
      "dns_listen: \"here\" metrics_listen: \"127.0.0.1\" "
      "controllers: \"x\" transfer_source: \"y\" workers: 1000 "
      "limits { store_bytes: 5 }";
  for (const char* part :
       {"data_dir: missing", "dns_listen: \"here\"",
        "metrics_listen: ", "controllers: \"x\" is not HOST:PORT",
        "token_file: missing", "transfer_source: \"y\"", "workers: at most 256",
        "limits.store_bytes"}) {
    ExpectFault(text, part);
  }
  ExpectFault("data_dir: \"/d\"", "dns_listen: missing");
}

TEST(ParseConfig, NamesTheLineOfASyntaxError) {
  ExpectFault("data_dir: \"/d\"\nnonsense: 1\n", "line 2, column 9: ");
}

TEST(LoadConfig, NamesTheFile) {
  auto settings = LoadConfig("/does/not/exist.textproto");
  EXPECT_FALSE(settings.ok());
  EXPECT_NE(std::string(settings.status().message()).find("/does/not/exist"),
            std::string::npos);
}

}  // namespace
}  // namespace understudy::edge
