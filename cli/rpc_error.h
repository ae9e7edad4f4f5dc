// Copyright 2026 The Understudy Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <string>
#include <vector>

#include "absl/strings/string_view.h"

namespace grpc {
class Status;
}

namespace understudy::cli {

// What a failed call says, taken apart: the code's name, the message, the
// reason of google.rpc.ErrorInfo, and google.rpc.BadRequest's violations as
// "field: description".
struct RpcError {
  std::string code;
  std::string reason;
  std::string message;
  std::vector<std::string> violations;
};

// Details that do not parse are left out.
RpcError ParseRpcError(const grpc::Status& status);

// One line, "WHAT: MESSAGE (CODE, REASON); what to do", then one line for each
// bad field. `endpoint` is where the call went. No line end after the last.
std::string DescribeRpcError(absl::string_view what, const grpc::Status& status,
                             absl::string_view endpoint);

// The same on a single line, for a report with many failures.
std::string DescribeRpcErrorBriefly(const grpc::Status& status,
                                    absl::string_view endpoint);

}  // namespace understudy::cli
