// Copyright 2026 The Understudy Authors
// SPDX-License-Identifier: Apache-2.0

#include "controlplane/store/migrator.h"

#include <pqxx/pqxx>

#include "absl/strings/str_cat.h"
#include "base/status_macros.h"
#include "controlplane/store/database_connection.h"
#include "controlplane/store/postgres_errors.h"

namespace understudy::control {
namespace {

// The oldest that is tested; extract() is exact since 14.
constexpr int kOldestServer = 140000;

constexpr char kBegin[] =
    "SET LOCAL statement_timeout = 0; SET LOCAL lock_timeout = 0; "
    "SET LOCAL idle_in_transaction_session_timeout = 0; "
    "SELECT pg_advisory_xact_lock(8100000001)";
constexpr char kMakeTable[] =
    "CREATE TABLE IF NOT EXISTS schema_migrations ("
    "number integer PRIMARY KEY CHECK (number > 0), name text NOT NULL, "
    "checksum text NOT NULL, apply_time timestamptz NOT NULL DEFAULT now())";
constexpr char kHaveTable[] =
    "SELECT to_regclass('schema_migrations') IS NOT NULL";
constexpr char kApplied[] =
    "SELECT number, name, checksum FROM schema_migrations ORDER BY number "
    "LIMIT 10000";
constexpr char kChecksum[] =
    "SELECT encode(sha256(convert_to($1::text, 'UTF8')), 'hex')";
constexpr char kRemember[] =
    "INSERT INTO schema_migrations (number, name, checksum) VALUES ($1, $2, "
    "encode(sha256(convert_to($3::text, 'UTF8')), 'hex'))";

// The number of migrations that are there, after checking that they are ours.
absl::Status CheckApplied(pqxx::work& work,
                          const std::vector<Migration>& migrations,
                          size_t* applied) {
  const pqxx::result rows = work.exec(kApplied);
  if (rows.size() > migrations.size()) {
    return absl::FailedPreconditionError(
        absl::StrCat("the database has schema ", rows.size(),
                     ", this program knows schemas up to ", migrations.size(),
                     "; run the newer controller that made it"));
  }
  for (size_t i = 0; i < rows.size(); ++i) {
    const auto row = rows[static_cast<pqxx::result::size_type>(i)];
    const std::string checksum =
        work.exec_params1(kChecksum, std::string(migrations[i].sql))[0]
            .as<std::string>();
    if (row[0].as<size_t>() != i + 1 || row[2].as<std::string>() != checksum) {
      return absl::FailedPreconditionError(absl::StrCat(
          "migration ", row[1].as<std::string>(),
          " was applied with another text than this program has (",
          migrations[i].name,
          "); run the controller that made the database, or restore a backup"));
    }
  }
  *applied = rows.size();
  return absl::OkStatus();
}

absl::Status Apply(pqxx::connection& link,
                   const std::vector<Migration>& migrations) {
  if (link.server_version() < kOldestServer) {
    return absl::FailedPreconditionError(
        absl::StrCat("PostgreSQL ", link.server_version() / 10000,
                     " is too old; 14 or newer is needed"));
  }
  pqxx::work work(link);
  work.exec(kBegin);
  // Asked first: a role without the right to make tables can use those that
  // an administrator made.
  if (!work.exec1(kHaveTable)[0].as<bool>()) work.exec(kMakeTable);
  size_t applied = 0;
  UNDERSTUDY_RETURN_IF_ERROR(CheckApplied(work, migrations, &applied));
  for (size_t i = applied; i < migrations.size(); ++i) {
    work.exec(migrations[i].sql);
    work.exec_params0(kRemember, i + 1, std::string(migrations[i].name),
                      std::string(migrations[i].sql));
  }
  work.commit();
  return absl::OkStatus();
}

}  // namespace

absl::Status Migrate(const std::string& connection_string,
                     const std::vector<Migration>& migrations) {
  UNDERSTUDY_ASSIGN_OR_RETURN(std::unique_ptr<DatabaseConnection> connection,
                              Connect(connection_string));
  return CatchPostgresErrors(
      [&] { return Apply(connection->link, migrations); });
}

}  // namespace understudy::control
