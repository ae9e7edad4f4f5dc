// Copyright 2026 The Understudy Authors
// SPDX-License-Identifier: Apache-2.0

#include "controlplane/store/postgres_errors.h"

#include <exception>
#include <pqxx/pqxx>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"

namespace understudy::control {
namespace {

// libpq's messages end in newlines and may have several lines.
std::string OneLine(absl::string_view message) {
  return absl::StrReplaceAll(absl::StripAsciiWhitespace(message),
                             {{"\n\t", " "}, {"\n", " "}});
}

bool EndsConnection(const std::string& sqlstate) {
  return sqlstate.empty() || absl::StartsWith(sqlstate, "08") ||
         absl::StartsWith(sqlstate, "57P") || sqlstate == "25006";
}

}  // namespace

absl::Status StatusOfSqlState(const std::string& sqlstate,
                              const std::string& message) {
  const std::string text =
      sqlstate.empty()
          ? absl::StrCat("the database is away: ", OneLine(message))
          : absl::StrCat("the database says (SQLSTATE ", sqlstate,
                         "): ", OneLine(message));
  // 08 connection, 25006 read-only (a standby), 40 deadlock or serialization,
  // 53 resources, 55P03 a lock, 57 ended or cancelled by the server, 42P01 no
  // such table: not migrated yet.
  for (absl::string_view prefix :
       {"08", "25006", "40", "53", "55P03", "57", "42P01"}) {
    if (absl::StartsWith(sqlstate, prefix)) return absl::UnavailableError(text);
  }
  if (sqlstate.empty()) return absl::UnavailableError(text);
  if (sqlstate == "23505") return absl::AlreadyExistsError(text);
  return absl::InternalError(text);
}

absl::Status CatchPostgresErrors(absl::FunctionRef<absl::Status()> body,
                                 bool* lost) {
  bool unused = false;
  if (lost == nullptr) lost = &unused;
  *lost = true;
  try {
    absl::Status status = body();
    *lost = false;
    return status;
  } catch (const pqxx::broken_connection& e) {
    return StatusOfSqlState("", e.what());
  } catch (const pqxx::in_doubt_error& e) {
    return StatusOfSqlState("", e.what());
  } catch (const pqxx::sql_error& e) {
    *lost = EndsConnection(e.sqlstate());
    return StatusOfSqlState(e.sqlstate(), e.what());
  } catch (const pqxx::failure& e) {
    return StatusOfSqlState("", e.what());
  } catch (const std::exception& e) {
    return absl::InternalError(
        absl::StrCat("the database library says: ", OneLine(e.what())));
  }
}

}  // namespace understudy::control
