// Copyright 2026 The Understudy Authors
// SPDX-License-Identifier: Apache-2.0

#include "cli/rpc_error.h"

#include <grpcpp/support/status.h>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "cli/table.h"
#include "google/rpc/code.pb.h"
#include "google/rpc/error_details.pb.h"
#include "google/rpc/error_info.pb.h"
#include "google/rpc/status.pb.h"

namespace understudy::cli {
namespace {

// What the caller can do about it. Empty: the message says it.
std::string Advice(const RpcError& error, absl::string_view endpoint) {
  // With a reason it is the controller that speaks, and its message says what
  // to do; without one the call did not get through to it.
  if (error.code == "UNAVAILABLE") {
    if (!error.reason.empty()) return "try again in a moment";
    if (absl::StrContains(error.message, "handshake") ||
        absl::StrContains(error.message, "certificate")) {
      return absl::StrCat("the controller at ", endpoint,
                          " has a certificate that is not trusted; name its CA "
                          "with --ca or UNDERSTUDY_CA");
    }
    return absl::StrCat("no controller answers at ", endpoint,
                        "; check that it runs and that --endpoint or "
                        "UNDERSTUDY_ENDPOINT names it");
  }
  if (error.code == "UNAUTHENTICATED") {
    return "give a valid token with UNDERSTUDY_TOKEN or --token";
  }
  if (error.code == "DEADLINE_EXCEEDED" && error.reason.empty()) {
    return absl::StrCat("no answer in time from ", endpoint,
                        "; try again, or give a longer --timeout");
  }
  if (error.code == "UNIMPLEMENTED") {
    return "the controller is older than this program; update it";
  }
  return "";
}

std::string OneLine(const RpcError& error, absl::string_view endpoint) {
  std::string line = absl::StrCat(
      error.message.empty() ? "no message" : error.message, " (", error.code,
      error.reason.empty() ? "" : ", ", error.reason, ")");
  std::string advice = Advice(error, endpoint);
  if (!advice.empty()) absl::StrAppend(&line, "; ", advice);
  return line;
}

}  // namespace

RpcError ParseRpcError(const grpc::Status& status) {
  RpcError error;
  int code = static_cast<int>(status.error_code());
  error.code =
      google::rpc::Code_IsValid(code)
          ? google::rpc::Code_Name(static_cast<google::rpc::Code>(code))
          : absl::StrCat("code ", code);
  error.message = Printable(status.error_message());
  google::rpc::Status details;
  if (!details.ParseFromString(status.error_details())) return error;
  for (const auto& any : details.details()) {
    google::rpc::ErrorInfo info;
    google::rpc::BadRequest bad;
    if (any.UnpackTo(&info)) {
      error.reason = Printable(info.reason());
    } else if (any.UnpackTo(&bad)) {
      for (const auto& violation : bad.field_violations()) {
        error.violations.push_back(
            absl::StrCat(Printable(violation.field()), ": ",
                         Printable(violation.description())));
      }
    }
  }
  return error;
}

std::string DescribeRpcError(absl::string_view what, const grpc::Status& status,
                             absl::string_view endpoint) {
  RpcError error = ParseRpcError(status);
  std::string text = absl::StrCat(what, ": ", OneLine(error, endpoint));
  for (const std::string& violation : error.violations) {
    absl::StrAppend(&text, "\n  ", violation);
  }
  return text;
}

std::string DescribeRpcErrorBriefly(const grpc::Status& status,
                                    absl::string_view endpoint) {
  RpcError error = ParseRpcError(status);
  std::string text = OneLine(error, endpoint);
  if (!error.violations.empty()) {
    absl::StrAppend(&text, ": ", absl::StrJoin(error.violations, "; "));
  }
  return text;
}

}  // namespace understudy::cli
