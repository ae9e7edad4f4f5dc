// Copyright 2026 The Understudy Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <google/protobuf/descriptor.h>

#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "controlplane/http/path_template.h"
#include "google/api/http.pb.h"
#include "google/rpc/status.pb.h"

namespace understudy::control {

// Turns HTTP requests into gRPC calls and their responses into JSON, for every
// method that has a google.api.http annotation: by the descriptors alone, so
// that a new method needs no code here. Immutable and thread-safe; no I/O.
class Transcoder {
 public:
  // A call to make.
  struct Call {
    const google::protobuf::MethodDescriptor* method = nullptr;
    // `/understudy.v1.ZoneService/GetZone`.
    std::string path;
    // The request, serialised.
    std::string request;
    // The request's own `timeout`, for methods that wait.
    std::optional<absl::Duration> timeout;
  };
  // An answer without a call.
  struct Failure {
    google::rpc::Status status;
    int http_status = 500;
    // The methods that the path takes, for a 405; otherwise empty.
    std::string allow;
  };
  using Result = std::variant<Call, Failure>;

  // `services` are full names of services that are linked into the program.
  // InvalidArgument when one is not, or has annotations that are wrong or of a
  // kind that is not served (streams, response_body, custom methods).
  static absl::StatusOr<Transcoder> Create(
      const std::vector<std::string>& services);

  // `http_method` in capitals; `target` as it came: path and query,
  // percent-encoded; `body` may be empty.
  Result Transcode(absl::string_view http_method, absl::string_view target,
                   absl::string_view body) const;

  // The JSON of a response. Internal when the bytes are not one.
  static absl::StatusOr<std::string> ResponseJson(
      const google::protobuf::MethodDescriptor& method,
      const std::string& response);

 private:
  struct Route {
    std::string http_method;
    PathTemplate path;
    // The field that the body is, `*` for the whole request, or empty.
    std::string body;
    const google::protobuf::MethodDescriptor* method;
  };

  absl::Status AddMethod(const google::protobuf::MethodDescriptor& method);
  absl::Status AddRule(const google::protobuf::MethodDescriptor& method,
                       const google::api::HttpRule& rule);
  static Result Build(const Route& route,
                      const PathTemplate::Bindings& bindings,
                      absl::string_view query, absl::string_view body);

  std::vector<Route> routes_;
};

}  // namespace understudy::control
