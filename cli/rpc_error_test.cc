// Copyright 2026 The Understudy Authors
// SPDX-License-Identifier: Apache-2.0

#include "cli/rpc_error.h"

#include <grpcpp/support/status.h>

#include "gmock/gmock.h"
#include "google/rpc/error_details.pb.h"
#include "google/rpc/error_info.pb.h"
#include "google/rpc/status.pb.h"
#include "gtest/gtest.h"

namespace understudy::cli {
namespace {

using testing::HasSubstr;
using testing::Not;

grpc::Status BadZone() {
  google::rpc::Status details;
  google::rpc::ErrorInfo info;
  info.set_reason("INVALID_FIELDS");
  google::rpc::BadRequest bad;
  auto* violation = bad.add_field_violations();
  violation->set_field("zone.name");
  violation->set_description("is no domain name");
  violation = bad.add_field_violations();
  violation->set_field("zone.primaries[0].port");
  violation->set_description("is 70000; give 1 to 65535");
  details.add_details()->PackFrom(info);
  details.add_details()->PackFrom(bad);
  return grpc::Status(grpc::StatusCode::INVALID_ARGUMENT, "2 bad fields",
                      details.SerializeAsString());
}

TEST(RpcError, ShowsReasonAndEveryField) {
  EXPECT_EQ(DescribeRpcError("creating a.org", BadZone(), "h:1"),
            "creating a.org: 2 bad fields (INVALID_ARGUMENT, INVALID_FIELDS)\n"
            "  zone.name: is no domain name\n"
            "  zone.primaries[0].port: is 70000; give 1 to 65535");
  EXPECT_EQ(DescribeRpcErrorBriefly(BadZone(), "h:1"),
            "2 bad fields (INVALID_ARGUMENT, INVALID_FIELDS): "
            "zone.name: is no domain name; "
            "zone.primaries[0].port: is 70000; give 1 to 65535");
}

TEST(RpcError, UnreachableNamesTheEndpoint) {
  grpc::Status status(grpc::StatusCode::UNAVAILABLE, "connection refused");
  std::string text = DescribeRpcError("listing", status, "127.0.0.1:9");
  EXPECT_THAT(text, HasSubstr("no controller answers at 127.0.0.1:9"));
  EXPECT_THAT(text, HasSubstr("UNDERSTUDY_ENDPOINT"));
}

TEST(RpcError, UntrustedCertificateNamesTheCa) {
  grpc::Status status(grpc::StatusCode::UNAVAILABLE, "Ssl handshake failed");
  EXPECT_THAT(DescribeRpcError("listing", status, "h:1"),
              HasSubstr("UNDERSTUDY_CA"));
}

TEST(RpcError, BadTokenSaysWhatToGive) {
  grpc::Status status(grpc::StatusCode::UNAUTHENTICATED, "no");
  EXPECT_THAT(DescribeRpcError("listing", status, "h:1"),
              HasSubstr("UNDERSTUDY_TOKEN"));
}

TEST(RpcError, SurvivesGarbageInTheDetails) {
  grpc::Status status(grpc::StatusCode::NOT_FOUND, "no\x1bzone", "\xff\xff");
  std::string text = DescribeRpcError("getting", status, "h:1");
  EXPECT_THAT(text, HasSubstr("NOT_FOUND"));
  EXPECT_THAT(text, Not(HasSubstr("\x1b")));
}

}  // namespace
}  // namespace understudy::cli
