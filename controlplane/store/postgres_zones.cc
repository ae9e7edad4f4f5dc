// Copyright 2026 The Understudy Authors
// SPDX-License-Identifier: Apache-2.0

// The part of PostgresStore that is about zones.

#include "base/status_macros.h"
#include "controlplane/store/postgres_database.h"
#include "controlplane/store/row_codec.h"
#include "controlplane/store/sql.h"
#include "controlplane/store/store_errors.h"
#include "controlplane/store/text_array.h"
#include "controlplane/store/zone_key.h"

namespace understudy::control {
namespace {

// Locks out other writers to the end of the transaction.
int64_t TakeRevision(pqxx::work& work) {
  return work.exec1(sql::kTakeRevision)[0].as<int64_t>();
}

// Whether the zone may be created now; exact when the revision was taken
// before, since nobody else can create one meanwhile.
absl::Status CheckName(pqxx::transaction_base& work, const ZoneRow& wanted,
                       bool allow_nested) {
  if (work.exec_params(sql::kProjectExists, wanted.project).empty()) {
    return ProjectNotFound(wanted.project);
  }
  if (!work.exec_params(sql::kLiveName, wanted.zone).empty()) {
    return ZoneTaken(wanted.zone);
  }
  if (allow_nested) return absl::OkStatus();
  const std::string key = ZoneKey(wanted.zone);
  const std::string above = ToTextArray(NamesAbove(wanted.zone)).Finish();
  if (!work.exec_params(sql::kForeignAbove, above, wanted.project).empty() ||
      !work.exec_params(sql::kForeignBelow, key, KeyRangeEnd(key),
                        wanted.project)
           .empty()) {
    return ZoneNested(wanted.zone);
  }
  return absl::OkStatus();
}

// The first answer to this request, if it was made before.
absl::Status FindAnswer(pqxx::work& work, const ZoneRow& wanted,
                        const std::string& request_id,
                        std::optional<ZoneRow>* answer) {
  answer->reset();
  if (request_id.empty()) return absl::OkStatus();
  const pqxx::result rows =
      work.exec_params(sql::kFindRequest, wanted.project, request_id);
  if (rows.empty()) return absl::OkStatus();
  *answer = ToZone(rows[0]);
  if ((*answer)->zone != wanted.zone ||
      (*answer)->primaries != wanted.primaries) {
    return RequestIdReused();
  }
  return absl::OkStatus();
}

ZoneRow InsertZone(pqxx::work& work, const ZoneRow& wanted, int64_t revision,
                   const std::string& uid, const std::string& etag) {
  TextArray addresses;
  TextArray ports;
  for (const PrimaryRow& primary : wanted.primaries) {
    addresses.Add(absl::string_view(primary.address));
    ports.Add(int64_t{primary.port});
  }
  return ToZone(work.exec_params1(
      sql::kInsertZone, uid, wanted.project, wanted.zone, ZoneKey(wanted.zone),
      addresses.Finish(), ports.Finish(), wanted.claim_proven, revision, etag));
}

}  // namespace

absl::StatusOr<CreateZoneResult> PostgresStore::CreateZone(
    const ZoneRow& wanted, const std::string& request_id, bool allow_nested) {
  const std::string uid = RandomUuid(random_);
  const std::string etag = NewEtag();
  CreateZoneResult created;
  // A replay takes the row's lock too, so that it sees a request with the same
  // id that is in progress; it takes no revision, since it is undone.
  std::optional<ZoneRow> answer;
  absl::Status status =
      database_->Write(database_->limit, [&](pqxx::work& work) -> absl::Status {
        const int64_t revision = TakeRevision(work);
        UNDERSTUDY_RETURN_IF_ERROR(
            FindAnswer(work, wanted, request_id, &answer));
        if (answer.has_value()) return absl::CancelledError("replayed");
        UNDERSTUDY_RETURN_IF_ERROR(CheckName(work, wanted, allow_nested));
        created.row = InsertZone(work, wanted, revision, uid, etag);
        if (!request_id.empty()) {
          work.exec_params0(sql::kRememberRequest, request_id, uid);
        }
        return absl::OkStatus();
      });
  if (absl::IsCancelled(status) && answer.has_value()) {
    return CreateZoneResult{.row = *std::move(answer), .replayed = true};
  }
  UNDERSTUDY_RETURN_IF_ERROR(status);
  return created;
}

absl::Status PostgresStore::CheckCreateZone(const ZoneRow& wanted,
                                            bool allow_nested) {
  return database_->Read(database_->limit, [&](pqxx::nontransaction& work) {
    return CheckName(work, wanted, allow_nested);
  });
}

absl::StatusOr<ZoneRow> PostgresStore::GetZone(const std::string& project,
                                               const std::string& zone) {
  ZoneRow row;
  UNDERSTUDY_RETURN_IF_ERROR(
      database_->Read(database_->limit, [&](pqxx::nontransaction& work) {
        const pqxx::result rows =
            work.exec_params(sql::kGetZone, zone, project);
        if (rows.empty()) return ZoneNotFound(zone);
        row = ToZone(rows[0]);
        return absl::OkStatus();
      }));
  return row;
}

absl::StatusOr<std::vector<ZoneRow>> PostgresStore::ListZones(
    const std::string& project, const std::string& after, int limit) {
  std::vector<ZoneRow> zones;
  UNDERSTUDY_RETURN_IF_ERROR(
      database_->Read(database_->limit, [&](pqxx::nontransaction& work) {
        zones =
            ToZones(work.exec_params(sql::kListZones, project, after, limit));
        return absl::OkStatus();
      }));
  return zones;
}

absl::Status PostgresStore::DeleteZone(const std::string& project,
                                       const std::string& zone,
                                       const std::string& etag) {
  const std::string new_etag = NewEtag();
  return database_->Write(
      database_->limit, [&](pqxx::work& work) -> absl::Status {
        const int64_t revision = TakeRevision(work);
        const pqxx::result rows =
            work.exec_params(sql::kGetZone, zone, project);
        if (rows.empty()) return ZoneNotFound(zone);
        const ZoneRow row = ToZone(rows[0]);
        if (!etag.empty() && etag != row.etag) return EtagMismatch();
        work.exec_params0(sql::kBuryZone, row.uid, revision, new_etag);
        work.exec_params0(sql::kDeleteZonePlacements, row.uid);
        work.exec_params0(sql::kDeleteZoneRejections, row.uid);
        return absl::OkStatus();
      });
}

absl::Status PostgresStore::Bump(const char* statement,
                                 const std::string& project,
                                 const std::string& zone) {
  return database_->Write(database_->limit, [&](pqxx::work& work) {
    const int64_t revision = TakeRevision(work);
    const pqxx::result updated =
        work.exec_params(statement, zone, project, revision);
    return updated.affected_rows() == 0 ? ZoneNotFound(zone) : absl::OkStatus();
  });
}

absl::Status PostgresStore::RequestRefresh(const std::string& project,
                                           const std::string& zone) {
  return Bump(sql::kRequestRefresh, project, zone);
}

absl::Status PostgresStore::RequestRetransfer(const std::string& project,
                                              const std::string& zone) {
  return Bump(sql::kRequestRetransfer, project, zone);
}

}  // namespace understudy::control
