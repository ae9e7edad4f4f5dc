// Copyright 2026 The Understudy Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <sys/types.h>

#include <memory>
#include <string>

#include "controlplane/store/postgres_store.h"

namespace understudy::control {

// A real PostgreSQL for a test program: started at the first use, ended with
// the program. Works as root and as another user.
//
// A place of its own on it, as a connection string: empty, without a schema.
std::string FreshDatabase();

// A store on a fresh database, with its schema. Null after a failure.
std::unique_ptr<PostgresStore> FreshPostgresStore();

// Its connection string goes into `database`.
std::unique_ptr<PostgresStore> FreshPostgresStore(std::string* database);

// Of the server; changes when it is started again.
pid_t PostmasterPid();

// Runs statements as the database's owner; aborts when they fail. Returns the
// first field of the first row, if any.
std::string RunSql(const std::string& database, const std::string& statements);

}  // namespace understudy::control
