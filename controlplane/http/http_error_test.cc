// Copyright 2026 The Understudy Authors
// SPDX-License-Identifier: Apache-2.0

#include "controlplane/http/http_error.h"

#include "google/rpc/error_details.pb.h"
#include "google/rpc/error_info.pb.h"
#include "gtest/gtest.h"

namespace understudy::control {
namespace {

using google::rpc::Code;

TEST(HttpError, MapsEveryCanonicalCode) {
  const std::pair<int, int> expected[] = {
      {Code::OK, 200},
      {Code::CANCELLED, 499},
      {Code::UNKNOWN, 500},
      {Code::INVALID_ARGUMENT, 400},
      {Code::DEADLINE_EXCEEDED, 504},
      {Code::NOT_FOUND, 404},
      {Code::ALREADY_EXISTS, 409},
      {Code::PERMISSION_DENIED, 403},
      {Code::UNAUTHENTICATED, 401},
      {Code::RESOURCE_EXHAUSTED, 429},
      {Code::FAILED_PRECONDITION, 400},
      {Code::ABORTED, 409},
      {Code::OUT_OF_RANGE, 400},
      {Code::UNIMPLEMENTED, 501},
      {Code::INTERNAL, 500},
      {Code::UNAVAILABLE, 503},
      {Code::DATA_LOSS, 500},
      {12345, 500},
  };
  for (auto [code, http] : expected) EXPECT_EQ(HttpStatusOf(code), http);
}

TEST(HttpError, WritesTheBody) {
  google::rpc::Status status =
      GatewayError(Code::INVALID_ARGUMENT, "BAD_FIELD", "it is \"bad\"",
                   {{"zone.name", "not a name"}});
  EXPECT_EQ(ErrorJson(status, 400),
            "{\"error\":{\"code\":400,\"message\":\"it is \\\"bad\\\"\","
            "\"status\":\"INVALID_ARGUMENT\",\"details\":["
            "{\"@type\":\"type.googleapis.com/google.rpc.ErrorInfo\","
            "\"reason\":\"BAD_FIELD\",\"domain\":\"understudy\"},"
            "{\"@type\":\"type.googleapis.com/google.rpc.BadRequest\","
            "\"fieldViolations\":[{\"field\":\"zone.name\","
            "\"description\":\"not a name\"}]}]}}\n");
}

TEST(HttpError, KeepsTheDetailsOfACall) {
  google::rpc::Status sent = GatewayError(Code::ABORTED, "ETAG", "changed");
  google::rpc::Status status =
      CallError(Code::ABORTED, "changed", sent.SerializeAsString());
  EXPECT_EQ(status.details_size(), 1);
  EXPECT_NE(ErrorJson(status, 409).find("\"reason\":\"ETAG\""),
            std::string::npos);
}

TEST(HttpError, SurvivesBrokenAndUnknownDetails) {
  google::rpc::Status status = CallError(Code::INTERNAL, "m", "\xff\xff\xff");
  EXPECT_EQ(status.code(), Code::INTERNAL);
  EXPECT_EQ(ErrorJson(status, 500),
            "{\"error\":{\"code\":500,\"message\":\"m\","
            "\"status\":\"INTERNAL\",\"details\":[]}}\n");
  status.add_details()->set_type_url("type.googleapis.com/no.such.Type");
  EXPECT_NE(ErrorJson(status, 500)
                .find("[{\"@type\":\"type.googleapis.com/no.such.Type\"}]"),
            std::string::npos);
}

TEST(HttpError, FindsTheRetryDelay) {
  google::rpc::Status status =
      GatewayError(Code::RESOURCE_EXHAUSTED, "RATE", "slow down");
  EXPECT_EQ(RetryAfterSeconds(status), 0);
  google::rpc::RetryInfo info;
  info.mutable_retry_delay()->set_seconds(2);
  info.mutable_retry_delay()->set_nanos(1);
  status.add_details()->PackFrom(info);
  EXPECT_EQ(RetryAfterSeconds(status), 3);
}

}  // namespace
}  // namespace understudy::control
