// Copyright 2026 The Understudy Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <pqxx/pqxx>
#include <string>

#include "absl/functional/function_ref.h"
#include "controlplane/store/change_listener.h"
#include "controlplane/store/connection_pool.h"
#include "controlplane/store/postgres_store.h"

namespace understudy::control {

// What PostgresStore's methods share: how statements reach the database.
struct PostgresStore::Database {
  Database(const std::string& complete, const DatabaseOptions& options,
           const Clock& clock)
      : connection_string(complete),
        limit(options.call_limit),
        pool(complete, static_cast<size_t>(options.most_connections), clock),
        listener(complete) {}

  // One statement, or several that need not see the same state. May run twice.
  absl::Status Read(
      absl::Duration how_long,
      absl::FunctionRef<absl::Status(pqxx::nontransaction&)> body);
  // A transaction: committed when `body` returns OK, else undone. The body may
  // run twice, the commit does not.
  absl::Status Write(absl::Duration how_long,
                     absl::FunctionRef<absl::Status(pqxx::work&)> body);

  absl::Duration bulk_limit() const { return 5 * limit; }

  const std::string connection_string;
  const absl::Duration limit;
  ConnectionPool pool;
  ChangeListener listener;
};

}  // namespace understudy::control
