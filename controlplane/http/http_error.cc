// Copyright 2026 The Understudy Authors
// SPDX-License-Identifier: Apache-2.0

#include "controlplane/http/http_error.h"

#include <google/protobuf/struct.pb.h>
#include <google/protobuf/util/json_util.h>

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "google/rpc/error_details.pb.h"
#include "google/rpc/error_info.pb.h"

namespace understudy::control {
namespace {

using google::rpc::Code;

// Of ErrorInfo (docs/reference/errors.md).
constexpr char kDomain[] = "understudy";
constexpr int64_t kLongestRetry = 3600;

// A JSON string, through the library's own quoting.
std::string Quoted(const std::string& text) {
  google::protobuf::Value value;
  value.set_string_value(text);
  std::string json;
  if (!google::protobuf::util::MessageToJsonString(value, &json).ok()) {
    return "\"\"";
  }
  return json;
}

// A detail of a type that is not linked in is told by its type alone.
std::string DetailJson(const google::protobuf::Any& detail) {
  std::string json;
  if (google::protobuf::util::MessageToJsonString(detail, &json).ok()) {
    return json;
  }
  return absl::StrCat("{\"@type\":", Quoted(detail.type_url()), "}");
}

}  // namespace

google::rpc::Status GatewayError(Code code, absl::string_view reason,
                                 absl::string_view message,
                                 const std::vector<FieldProblem>& fields) {
  google::rpc::Status status;
  status.set_code(code);
  status.set_message(std::string(message));
  google::rpc::ErrorInfo info;
  info.set_reason(std::string(reason));
  info.set_domain(kDomain);
  status.add_details()->PackFrom(info);
  if (!fields.empty()) {
    google::rpc::BadRequest bad;
    for (const FieldProblem& problem : fields) {
      auto& violation = *bad.add_field_violations();
      violation.set_field(problem.field);
      violation.set_description(problem.description);
    }
    status.add_details()->PackFrom(bad);
  }
  return status;
}

google::rpc::Status CallError(int code, absl::string_view message,
                              absl::string_view details) {
  google::rpc::Status status;
  if (details.empty() ||
      !status.ParseFromArray(details.data(),
                             static_cast<int>(details.size()))) {
    status.Clear();
  }
  // The call's own word is the last one.
  status.set_code(code);
  status.set_message(std::string(message));
  return status;
}

int HttpStatusOf(int code) {
  switch (code) {
    case Code::OK:
      return 200;
    case Code::INVALID_ARGUMENT:
    case Code::FAILED_PRECONDITION:
    case Code::OUT_OF_RANGE:
      return 400;
    case Code::UNAUTHENTICATED:
      return 401;
    case Code::PERMISSION_DENIED:
      return 403;
    case Code::NOT_FOUND:
      return 404;
    case Code::ALREADY_EXISTS:
    case Code::ABORTED:
      return 409;
    case Code::RESOURCE_EXHAUSTED:
      return 429;
    case Code::CANCELLED:
      return 499;
    case Code::UNIMPLEMENTED:
      return 501;
    case Code::UNAVAILABLE:
      return 503;
    case Code::DEADLINE_EXCEEDED:
      return 504;
    default:
      return 500;
  }
}

std::string ErrorJson(const google::rpc::Status& status, int http_status) {
  std::string name = "UNKNOWN";
  if (google::rpc::Code_IsValid(status.code())) {
    name = google::rpc::Code_Name(static_cast<Code>(status.code()));
  }
  std::string json =
      absl::StrCat("{\"error\":{\"code\":", http_status,
                   ",\"message\":", Quoted(status.message()),
                   ",\"status\":", Quoted(name), ",\"details\":[");
  for (int i = 0; i < status.details_size(); ++i) {
    absl::StrAppend(&json, i == 0 ? "" : ",", DetailJson(status.details(i)));
  }
  absl::StrAppend(&json, "]}}\n");
  return json;
}

int RetryAfterSeconds(const google::rpc::Status& status) {
  for (const google::protobuf::Any& detail : status.details()) {
    google::rpc::RetryInfo info;
    if (!detail.Is<google::rpc::RetryInfo>() || !detail.UnpackTo(&info)) {
      continue;
    }
    const int64_t seconds =
        std::clamp<int64_t>(info.retry_delay().seconds(), 0, kLongestRetry);
    return static_cast<int>(seconds + (info.retry_delay().nanos() > 0 ? 1 : 0));
  }
  return 0;
}

}  // namespace understudy::control
