// Copyright 2026 The Understudy Authors
// SPDX-License-Identifier: Apache-2.0

#include "controlplane/customer/caller.h"

#include "absl/time/time.h"
#include "controlplane/customer/errors.h"

namespace understudy::control {

grpc::Status FindCaller(Authenticator& authenticator,
                        const grpc::ServerContextBase& context,
                        std::optional<Principal>* caller) {
  const auto& metadata = context.client_metadata();
  const auto found = metadata.find("authorization");
  absl::string_view authorization;
  if (found != metadata.end()) {
    authorization = {found->second.data(), found->second.size()};
  }
  absl::StatusOr<Principal> principal =
      authenticator.Authenticate(authorization);
  if (absl::IsUnauthenticated(principal.status())) {
    return MakeError(
        absl::StatusCode::kUnauthenticated,
        authorization.empty() ? kReasonTokenMissing : kReasonTokenInvalid,
        principal.status().message());
  }
  if (!principal.ok()) return StoreError(principal.status(), kReasonInternal);
  if (principal->is_edge()) {
    return MakeError(absl::StatusCode::kPermissionDenied, kReasonEdgeToken,
                     "this is an edge's token, which is for the edge alone; "
                     "use a project's or an operator's");
  }
  *caller = *std::move(principal);
  return grpc::Status::OK;
}

grpc::Status RequireOperator(Authenticator& authenticator,
                             const grpc::ServerContextBase& context) {
  std::optional<Principal> caller;
  if (grpc::Status status = FindCaller(authenticator, context, &caller);
      !status.ok()) {
    return status;
  }
  if (caller->is_operator()) return grpc::Status::OK;
  return MakeError(absl::StatusCode::kPermissionDenied, kReasonOperatorOnly,
                   "this needs an operator's token");
}

grpc::Status CheckAwaited(const grpc::ServerContextBase& context,
                          const Clock& clock) {
  if (absl::FromChrono(context.deadline()) <= clock.Now()) {
    return MakeError(absl::StatusCode::kDeadlineExceeded, kReasonDeadlinePassed,
                     "the deadline passed before anything was stored");
  }
  if (context.IsCancelled()) {
    return MakeError(absl::StatusCode::kCancelled, kReasonCancelled,
                     "the call was cancelled before anything was stored");
  }
  return grpc::Status::OK;
}

}  // namespace understudy::control
