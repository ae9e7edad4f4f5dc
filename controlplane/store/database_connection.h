// Copyright 2026 The Understudy Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <memory>
#include <pqxx/pqxx>
#include <string>

#include "absl/status/statusor.h"

namespace understudy::control {

// One connection to PostgreSQL. Used by one thread at a time.
struct DatabaseConnection {
  explicit DatabaseConnection(const std::string& connection_string)
      : link(connection_string), quiet(link) {}

  pqxx::connection link;
  pqxx::quiet_errorhandler quiet;  // Notices do not go to standard error.
};

// The operator's connection string (keywords or a URI) with our defaults for
// what it leaves open: a connect timeout of 2 s, keepalives that notice a dead
// peer within seconds, our name. InvalidArgument when libpq cannot read it.
absl::StatusOr<std::string> CompleteConnectionString(const std::string& given);

// Connects; limits on statements and idle transactions are set, so that a
// controller that hangs cannot hold locks for ever. Unavailable otherwise.
absl::StatusOr<std::unique_ptr<DatabaseConnection>> Connect(
    const std::string& connection_string);

}  // namespace understudy::control
