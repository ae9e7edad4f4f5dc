// Copyright 2026 The Understudy Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "google/rpc/code.pb.h"
#include "google/rpc/status.pb.h"

namespace understudy::control {

// A field of a request that is not right, and why.
struct FieldProblem {
  std::string field;
  std::string description;
};

// An error of the gateway's own, in the shape of the API's: ErrorInfo with
// this reason, and BadRequest when fields are named.
google::rpc::Status GatewayError(google::rpc::Code code,
                                 absl::string_view reason,
                                 absl::string_view message,
                                 const std::vector<FieldProblem>& fields = {});

// What a failed call left: `details` is the value of grpc-status-details-bin,
// which may be empty or not what it should be.
google::rpc::Status CallError(int code, absl::string_view message,
                              absl::string_view details);

// The HTTP status code of a canonical code.
int HttpStatusOf(int code);

// {"error": {"code", "message", "status", "details"}}; `http_status` because
// some answers (405, 413) have no canonical code of their own.
std::string ErrorJson(const google::rpc::Status& status, int http_status);

// Seconds after which google.rpc.RetryInfo asks to try again, rounded up; 0
// when it is not there.
int RetryAfterSeconds(const google::rpc::Status& status);

}  // namespace understudy::control
