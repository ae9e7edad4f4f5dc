// Copyright 2026 The Understudy Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <string>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"

namespace understudy::control {

// Runs `body` and turns what libpqxx throws into a status: the one place that
// catches. Connection trouble, lock and resource shortage and a missing schema
// are Unavailable, a broken unique constraint is AlreadyExists, the rest
// Internal. Messages are for operators. `lost` tells whether the connection is
// of no further use: closed, about to be, or to a standby.
absl::Status CatchPostgresErrors(absl::FunctionRef<absl::Status()> body,
                                 bool* lost = nullptr);

// The same for one SQLSTATE (PostgreSQL's Appendix A); empty stands for a
// connection that was lost.
absl::Status StatusOfSqlState(const std::string& sqlstate,
                              const std::string& message);

}  // namespace understudy::control
