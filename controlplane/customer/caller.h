// Copyright 2026 The Understudy Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <grpcpp/server_context.h>
#include <grpcpp/support/status.h>

#include <optional>

#include "base/clock.h"
#include "controlplane/auth/authenticator.h"
#include "controlplane/auth/principal.h"

namespace understudy::control {

// Tells who makes a call of the API, from its metadata `authorization`.
// UNAUTHENTICATED, UNAVAILABLE, or PERMISSION_DENIED for an edge's token, which
// is good for the push stream alone.
grpc::Status FindCaller(Authenticator& authenticator,
                        const grpc::ServerContextBase& context,
                        std::optional<Principal>* caller);

// As FindCaller; PERMISSION_DENIED for all but operators.
grpc::Status RequireOperator(Authenticator& authenticator,
                             const grpc::ServerContextBase& context);

// To be asked before anything is stored: DEADLINE_EXCEEDED or CANCELLED when
// nobody waits for the answer any more.
grpc::Status CheckAwaited(const grpc::ServerContextBase& context,
                          const Clock& clock);

}  // namespace understudy::control
