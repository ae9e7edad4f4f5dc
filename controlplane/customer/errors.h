// Copyright 2026 The Understudy Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <grpcpp/support/status.h>

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"

namespace understudy::control {

// The reasons of the API's errors, stable for programs;
// docs/reference/errors.md tells what to do about each.
inline constexpr char kReasonTokenMissing[] = "TOKEN_MISSING";
inline constexpr char kReasonTokenInvalid[] = "TOKEN_INVALID";
inline constexpr char kReasonEdgeToken[] = "EDGE_TOKEN_NOT_ALLOWED";
inline constexpr char kReasonOperatorOnly[] = "OPERATOR_ONLY";
inline constexpr char kReasonInvalidFields[] = "INVALID_FIELDS";
inline constexpr char kReasonProjectNotFound[] = "PROJECT_NOT_FOUND";
inline constexpr char kReasonZoneNotFound[] = "ZONE_NOT_FOUND";
inline constexpr char kReasonEdgeNotFound[] = "EDGE_NOT_FOUND";
inline constexpr char kReasonZoneTaken[] = "ZONE_NAME_TAKEN";
inline constexpr char kReasonEdgeTaken[] = "EDGE_NAME_TAKEN";
inline constexpr char kReasonEtagMismatch[] = "ETAG_MISMATCH";
inline constexpr char kReasonRequestIdReused[] = "REQUEST_ID_REUSED";
inline constexpr char kReasonSerialNotServed[] = "SERIAL_NOT_SERVED";
inline constexpr char kReasonTooManyWaits[] = "TOO_MANY_WAITS";
inline constexpr char kReasonDeadlinePassed[] = "DEADLINE_PASSED";
inline constexpr char kReasonCancelled[] = "CANCELLED_BY_CLIENT";
inline constexpr char kReasonDatabaseAway[] = "DATABASE_UNAVAILABLE";
inline constexpr char kReasonStopping[] = "CONTROLLER_STOPPING";
inline constexpr char kReasonInternal[] = "INTERNAL_ERROR";

// A field of a request that is not right, as google.rpc.BadRequest names it.
struct FieldViolation {
  std::string field;  // "zone.primaries[1].port".
  std::string description;
};

// An error as clients get it: the code, the message, and as details ErrorInfo
// with the reason in the domain "understudy" and, when fields are named, a
// BadRequest.
grpc::Status MakeError(absl::StatusCode code, absl::string_view reason,
                       absl::string_view message,
                       const std::vector<FieldViolation>& violations = {});

// INVALID_ARGUMENT for these fields; its message tells the first one.
grpc::Status InvalidFields(const std::vector<FieldViolation>& violations);

// What the store said, for the client. `reason` is for the codes that mean
// something about the request (NotFound, AlreadyExists, Aborted,
// FailedPrecondition). Unavailable and our own faults get their reasons, and
// messages that tell nothing of the database.
grpc::Status StoreError(const absl::Status& status, absl::string_view reason);

}  // namespace understudy::control
