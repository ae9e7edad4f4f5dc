// Copyright 2026 The Understudy Authors
// SPDX-License-Identifier: Apache-2.0

#include "controlplane/store/database_connection.h"

#include <postgresql/libpq-fe.h>

#include <map>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "base/status_macros.h"
#include "controlplane/store/postgres_errors.h"

namespace understudy::control {
namespace {

struct OptionsFreer {
  void operator()(PQconninfoOption* options) const { PQconninfoFree(options); }
};

constexpr char kSessionSettings[] =
    "SET statement_timeout = '30s'; SET lock_timeout = '1500ms'; "
    "SET idle_in_transaction_session_timeout = '15s'; "
    "SET client_encoding = 'UTF8'; SET TimeZone = 'UTC'";

// A lost connection is replaced by the pool, not revived in silence: a
// transaction must never go on over another connection.
void NeverRevive(pqxx::connection& link) {
  // Deprecated since the next major version never revives.
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wdeprecated-declarations"
  link.inhibit_reactivation(true);
#pragma GCC diagnostic pop
}

}  // namespace

absl::StatusOr<std::string> CompleteConnectionString(const std::string& given) {
  char* error = nullptr;
  std::unique_ptr<PQconninfoOption, OptionsFreer> options(
      PQconninfoParse(given.c_str(), &error));
  if (options == nullptr) {
    std::string message = error == nullptr ? "out of memory" : error;
    PQfreemem(error);
    return absl::InvalidArgumentError(
        absl::StrCat("not a PostgreSQL connection string: ",
                     absl::StripAsciiWhitespace(message)));
  }
  std::map<std::string, std::string> settings = {
      {"connect_timeout", "2"},
      {"keepalives_idle", "5"},
      {"keepalives_interval", "2"},
      {"keepalives_count", "3"},
      {"tcp_user_timeout", "5000"},
      {"fallback_application_name", "understudy-controller"}};
  for (const PQconninfoOption* o = options.get(); o->keyword != nullptr; ++o) {
    if (o->val != nullptr) settings[o->keyword] = o->val;
  }
  std::string complete;
  for (const auto& [keyword, value] : settings) {
    absl::StrAppend(&complete, complete.empty() ? "" : " ", keyword, "='",
                    absl::StrReplaceAll(value, {{"\\", "\\\\"}, {"'", "\\'"}}),
                    "'");
  }
  return complete;
}

absl::StatusOr<std::unique_ptr<DatabaseConnection>> Connect(
    const std::string& connection_string) {
  std::unique_ptr<DatabaseConnection> connection;
  UNDERSTUDY_RETURN_IF_ERROR(CatchPostgresErrors([&] {
    connection = std::make_unique<DatabaseConnection>(connection_string);
    NeverRevive(connection->link);
    pqxx::nontransaction(connection->link).exec(kSessionSettings);
    return absl::OkStatus();
  }));
  return connection;
}

}  // namespace understudy::control
