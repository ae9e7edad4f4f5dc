// Copyright 2026 The Understudy Authors
// SPDX-License-Identifier: Apache-2.0

#include "controlplane/store/postgres_store.h"

#include "absl/strings/str_cat.h"
#include "base/status_macros.h"
#include "controlplane/store/migrator.h"
#include "controlplane/store/postgres_database.h"
#include "controlplane/store/row_codec.h"
#include "controlplane/store/sql.h"
#include "controlplane/store/store_errors.h"

namespace understudy::control {
namespace {

// A round of the purge; more rounds follow while there is more.
constexpr int kPurgeBatch = 10'000;

void InsertProject(pqxx::work& work, const std::string& project,
                   const std::vector<TokenRow>& tokens) {
  work.exec_params0(sql::kInsertProject, project);
  for (const TokenRow& token : tokens) {
    work.exec_params0(sql::kInsertToken, token.sha256_hex, KindText(token.kind),
                      token.subject);
  }
}

}  // namespace

absl::Status PostgresStore::Database::Read(
    absl::Duration how_long,
    absl::FunctionRef<absl::Status(pqxx::nontransaction&)> body) {
  return pool.Run(how_long, [&](ConnectionPool::Call& call) {
    pqxx::nontransaction work(call.link);
    return body(work);
  });
}

absl::Status PostgresStore::Database::Write(
    absl::Duration how_long,
    absl::FunctionRef<absl::Status(pqxx::work&)> body) {
  return pool.Run(how_long, [&](ConnectionPool::Call& call) {
    pqxx::work work(call.link);
    UNDERSTUDY_RETURN_IF_ERROR(body(work));
    call.may_repeat = false;
    work.commit();
    return absl::OkStatus();
  });
}

absl::Status PostgresStore::CheckConnectionString(const std::string& text) {
  return CompleteConnectionString(text).status();
}

absl::StatusOr<std::unique_ptr<PostgresStore>> PostgresStore::Open(
    const DatabaseOptions& options, const Clock& clock, Random& random) {
  UNDERSTUDY_ASSIGN_OR_RETURN(
      std::string complete,
      CompleteConnectionString(options.connection_string));
  return std::unique_ptr<PostgresStore>(new PostgresStore(
      std::make_unique<Database>(complete, options, clock), random));
}

PostgresStore::PostgresStore(std::unique_ptr<Database> database, Random& random)
    : database_(std::move(database)), random_(random) {}

PostgresStore::~PostgresStore() = default;

absl::Status PostgresStore::Migrate() {
  return control::Migrate(database_->connection_string, AllMigrations());
}

std::string PostgresStore::NewEtag() {
  return absl::StrCat(absl::Hex(random_.Uint64(), absl::kZeroPad16));
}

absl::StatusOr<bool> PostgresStore::Bootstrap(
    const std::string& project, const std::vector<TokenRow>& tokens) {
  bool made = false;
  UNDERSTUDY_RETURN_IF_ERROR(
      database_->Write(database_->limit, [&](pqxx::work& work) {
        work.exec(sql::kLockBootstrap);
        made = work.exec(sql::kAnyProject).empty();
        if (made) InsertProject(work, project, tokens);
        return absl::OkStatus();
      }));
  return made;
}

absl::Status PostgresStore::CreateProject(const std::string& project,
                                          const std::vector<TokenRow>& tokens) {
  absl::Status status =
      database_->Write(database_->limit, [&](pqxx::work& work) {
        InsertProject(work, project, tokens);
        return absl::OkStatus();
      });
  return absl::IsAlreadyExists(status) ? ProjectTaken(project) : status;
}

absl::StatusOr<TokenRow> PostgresStore::FindToken(
    const std::string& sha256_hex) {
  TokenRow token;
  UNDERSTUDY_RETURN_IF_ERROR(
      database_->Read(database_->limit, [&](pqxx::nontransaction& work) {
        const pqxx::result rows = work.exec_params(sql::kFindToken, sha256_hex);
        if (rows.empty()) return TokenNotFound();
        token = ToToken(rows[0]);
        return absl::OkStatus();
      }));
  return token;
}

absl::StatusOr<int64_t> PostgresStore::LatestRevision() {
  int64_t revision = 0;
  UNDERSTUDY_RETURN_IF_ERROR(
      database_->Read(database_->limit, [&](pqxx::nontransaction& work) {
        revision = work.exec1(sql::kLatestRevision)[0].as<int64_t>();
        return absl::OkStatus();
      }));
  return revision;
}

absl::StatusOr<std::vector<ZoneRow>> PostgresStore::ChangesAfter(
    int64_t revision, int limit) {
  std::vector<ZoneRow> zones;
  UNDERSTUDY_RETURN_IF_ERROR(
      database_->Read(database_->bulk_limit(), [&](pqxx::nontransaction& work) {
        zones = ToZones(work.exec_params(sql::kChangesAfter, revision, limit));
        return absl::OkStatus();
      }));
  return zones;
}

void PostgresStore::WaitForHint(absl::Duration timeout) {
  database_->listener.Wait(timeout);
}

void PostgresStore::Interrupt() { database_->listener.Interrupt(); }

absl::StatusOr<int64_t> PostgresStore::CountZones() {
  int64_t count = 0;
  UNDERSTUDY_RETURN_IF_ERROR(
      database_->Read(database_->bulk_limit(), [&](pqxx::nontransaction& work) {
        count = work.exec1(sql::kCountZones)[0].as<int64_t>();
        return absl::OkStatus();
      }));
  return count;
}

absl::Status PostgresStore::Purge(absl::Time tombstones_before) {
  const int64_t before = absl::ToUnixMicros(tombstones_before);
  size_t removed = 0;
  do {
    UNDERSTUDY_RETURN_IF_ERROR(
        database_->Write(database_->bulk_limit(), [&](pqxx::work& work) {
          removed = work.exec_params(sql::kPurgeTombstones, before, kPurgeBatch)
                        .affected_rows();
          return absl::OkStatus();
        }));
  } while (removed == kPurgeBatch);
  return database_->Write(database_->bulk_limit(), [&](pqxx::work& work) {
    work.exec(sql::kPurgePlacements);
    work.exec(sql::kPurgeRequests);
    return absl::OkStatus();
  });
}

absl::Status PostgresStore::Ping() {
  return database_->Read(database_->limit, [&](pqxx::nontransaction& work) {
    work.exec(sql::kPing);
    return absl::OkStatus();
  });
}

}  // namespace understudy::control
