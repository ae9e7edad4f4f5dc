// Copyright 2026 The Understudy Authors
// SPDX-License-Identifier: Apache-2.0

#include "controlplane/store/testing/postgres_fixture.h"

#include <sys/stat.h>

#include <atomic>
#include <cstdlib>
#include <pqxx/pqxx>

#include "absl/strings/str_cat.h"
#include "base/check.h"
#include "base/log.h"
#include "base/random.h"
#include "controlplane/embedded/embedded_postgres.h"

// libpqxx 6 loses the result of a statement whose connection breaks: some 2 KiB
// for each lost connection. Not ours to mend; read by the leak sanitizer.
extern "C" const char* __lsan_default_suppressions();
extern "C" const char* __lsan_default_suppressions() {
  return "leak:PQmakeEmptyPGresult\n";
}

namespace understudy::control {
namespace {

// The server with all that it needs.
class Server {
 public:
  Server() {
    char pattern[] = "/tmp/understudy-test-XXXXXX";
    UNDERSTUDY_CHECK(mkdtemp(pattern) != nullptr);
    root_ = pattern;
    UNDERSTUDY_CHECK(chmod(pattern, 0755) == 0);
    auto started = EmbeddedPostgres::Start({.directory = root_ + "/postgres",
                                            .most_connections = 100,
                                            .durable = false},
                                           random_, logger_);
    if (!started.ok()) {
      logger_.Error("no postgresql", {{"error", started.status().message()}});
    }
    UNDERSTUDY_CHECK(started.ok());
    postgres_ = *std::move(started);
  }
  ~Server() {
    postgres_.reset();
    if (system(absl::StrCat("rm -rf ", root_).c_str()) != 0) {
      logger_.Warning("directory left over", {{"directory", root_}});
    }
  }
  EmbeddedPostgres& postgres() { return *postgres_; }

 private:
  SystemClock clock_;
  SystemRandom random_;
  StderrLogSink sink_;
  Logger logger_{sink_, clock_};
  std::string root_;
  std::unique_ptr<EmbeddedPostgres> postgres_;
};

EmbeddedPostgres& Postgres() {
  static Server server;
  return server.postgres();
}

}  // namespace

std::string FreshDatabase() {
  static std::atomic<int> count{0};
  const std::string schema = absl::StrCat("case_", ++count);
  const std::string server = Postgres().connection_string();
  RunSql(server, absl::StrCat("CREATE SCHEMA ", schema));
  return absl::StrCat(server, " options='-csearch_path=", schema, "'");
}

std::unique_ptr<PostgresStore> FreshPostgresStore() {
  std::string database;
  return FreshPostgresStore(&database);
}

std::unique_ptr<PostgresStore> FreshPostgresStore(std::string* database) {
  static SystemClock clock;
  static SystemRandom random;
  *database = FreshDatabase();
  auto store =
      PostgresStore::Open({.connection_string = *database}, clock, random);
  if (!store.ok() || !(*store)->Migrate().ok()) return nullptr;
  return *std::move(store);
}

pid_t PostmasterPid() { return Postgres().pid(); }

std::string RunSql(const std::string& database, const std::string& statements) {
  pqxx::connection link(database);
  pqxx::quiet_errorhandler quiet(link);
  const pqxx::result rows = pqxx::nontransaction(link).exec(statements);
  return rows.empty() ? "" : std::string(rows[0][0].c_str());
}

}  // namespace understudy::control
