// Copyright 2026 The Understudy Authors
// SPDX-License-Identifier: Apache-2.0

#include "controlplane/customer/errors.h"

#include "absl/strings/str_cat.h"
#include "google/rpc/error_details.pb.h"
#include "google/rpc/error_info.pb.h"
#include "google/rpc/status.pb.h"

namespace understudy::control {
namespace {

constexpr char kDomain[] = "understudy";

std::string Text(absl::string_view text) { return std::string(text); }

}  // namespace

grpc::Status MakeError(absl::StatusCode code, absl::string_view reason,
                       absl::string_view message,
                       const std::vector<FieldViolation>& violations) {
  google::rpc::Status details;
  details.set_code(static_cast<int>(code));
  details.set_message(Text(message));
  google::rpc::ErrorInfo info;
  info.set_reason(Text(reason));
  info.set_domain(kDomain);
  details.add_details()->PackFrom(info);
  if (!violations.empty()) {
    google::rpc::BadRequest bad;
    for (const FieldViolation& violation : violations) {
      auto& entry = *bad.add_field_violations();
      entry.set_field(violation.field);
      entry.set_description(violation.description);
    }
    details.add_details()->PackFrom(bad);
  }
  return grpc::Status(static_cast<grpc::StatusCode>(code), Text(message),
                      details.SerializeAsString());
}

grpc::Status InvalidFields(const std::vector<FieldViolation>& violations) {
  std::string message = absl::StrCat(violations.front().field, ": ",
                                     violations.front().description);
  if (violations.size() > 1) {
    absl::StrAppend(&message, " (and ", violations.size() - 1,
                    " more, see the details)");
  }
  return MakeError(absl::StatusCode::kInvalidArgument, kReasonInvalidFields,
                   message, violations);
}

grpc::Status StoreError(const absl::Status& status, absl::string_view reason) {
  switch (status.code()) {
    case absl::StatusCode::kNotFound:
    case absl::StatusCode::kAlreadyExists:
    case absl::StatusCode::kAborted:
    case absl::StatusCode::kFailedPrecondition:
      return MakeError(status.code(), reason, status.message());
    case absl::StatusCode::kUnavailable:
      return MakeError(status.code(), kReasonDatabaseAway,
                       "the database is away; nothing is lost, try again");
    default:
      return MakeError(absl::StatusCode::kInternal, kReasonInternal,
                       "the controller failed; its log tells why");
  }
}

}  // namespace understudy::control
