// Copyright 2026 The Understudy Authors
// SPDX-License-Identifier: Apache-2.0

// The part of PostgresStore that is about edges and what they say.

#include <array>
#include <map>

#include "base/status_macros.h"
#include "controlplane/store/postgres_database.h"
#include "controlplane/store/row_codec.h"
#include "controlplane/store/sql.h"
#include "controlplane/store/store_errors.h"
#include "controlplane/store/text_array.h"

namespace understudy::control {
namespace {

// What edges send is bounded here too, whatever was checked before.
constexpr size_t kMostReason = 64;
constexpr size_t kMostEvidence = 1024;
constexpr size_t kMostAddress = 64;
constexpr size_t kMostRejection = 1024;
constexpr size_t kMostVersion = 128;
// A page of a thousand zones on a thousand edges.
constexpr int kMostPlacements = 1'000'000;
constexpr int kMostEdges = 100'000;

using PlacementColumns = std::array<TextArray, 16>;

void AddRow(const PlacementRow& row, PlacementColumns& columns) {
  columns[0].Add(absl::string_view(row.zone_uid));
  columns[1].Add(absl::string_view(row.edge));
  columns[2].Add(static_cast<int64_t>(row.state));
  columns[3].Add(row.serial);
  columns[4].Add(row.primary_serial);
  columns[5].Add(row.publish_time);
  columns[6].Add(row.last_check_time);
  columns[7].Add(row.next_check_time);
  columns[8].Add(row.expire_time);
  columns[9].Add(int64_t{row.consecutive_failures});
  columns[10].Add(static_cast<int64_t>(row.record_count & INT64_MAX));
  columns[11].Add(
      absl::string_view(StorableText(row.error_reason, kMostReason)));
  columns[12].Add(
      absl::string_view(StorableText(row.error_evidence, kMostEvidence)));
  columns[13].Add(
      absl::string_view(StorableText(row.error_primary, kMostAddress)));
  columns[14].Add(row.error_time);
  columns[15].Add(std::optional<absl::Time>(row.report_time));
}

}  // namespace

absl::StatusOr<EdgeRow> PostgresStore::CreateEdge(const std::string& id,
                                                  const TokenRow& token) {
  const std::string uid = RandomUuid(random_);
  EdgeRow edge;
  absl::Status status =
      database_->Write(database_->limit, [&](pqxx::work& work) {
        edge = ToEdge(work.exec_params1(sql::kInsertEdge, id, uid));
        work.exec_params0(sql::kInsertToken, token.sha256_hex,
                          KindText(token.kind), token.subject);
        return absl::OkStatus();
      });
  if (absl::IsAlreadyExists(status)) return EdgeTaken(id);
  UNDERSTUDY_RETURN_IF_ERROR(status);
  return edge;
}

absl::StatusOr<EdgeRow> PostgresStore::GetEdge(const std::string& id) {
  EdgeRow edge;
  UNDERSTUDY_RETURN_IF_ERROR(
      database_->Read(database_->limit, [&](pqxx::nontransaction& work) {
        const pqxx::result rows = work.exec_params(sql::kGetEdge, id);
        if (rows.empty()) return EdgeNotFound(id);
        edge = ToEdge(rows[0]);
        return absl::OkStatus();
      }));
  return edge;
}

absl::StatusOr<std::vector<EdgeRow>> PostgresStore::ListEdges(
    const std::string& after, int limit) {
  std::vector<EdgeRow> edges;
  UNDERSTUDY_RETURN_IF_ERROR(
      database_->Read(database_->bulk_limit(), [&](pqxx::nontransaction& work) {
        edges.clear();
        for (const pqxx::row& row :
             work.exec_params(sql::kListEdges, after, limit)) {
          edges.push_back(ToEdge(row));
        }
        return absl::OkStatus();
      }));
  return edges;
}

absl::StatusOr<std::vector<std::string>> PostgresStore::EdgeIds() {
  std::vector<std::string> ids;
  UNDERSTUDY_RETURN_IF_ERROR(
      database_->Read(database_->limit, [&](pqxx::nontransaction& work) {
        ids.clear();
        for (const pqxx::row& row :
             work.exec_params(sql::kEdgeIds, kMostEdges)) {
          ids.emplace_back(row[0].c_str());
        }
        return absl::OkStatus();
      }));
  return ids;
}

absl::Status PostgresStore::DeleteEdge(const std::string& id) {
  return database_->Write(database_->bulk_limit(), [&](pqxx::work& work) {
    work.exec_params0(sql::kDeleteEdgeTokens, id);
    const pqxx::result deleted = work.exec_params(sql::kDeleteEdge, id);
    return deleted.affected_rows() == 0 ? EdgeNotFound(id) : absl::OkStatus();
  });
}

absl::Status PostgresStore::UpdateEdge(const EdgeRow& edge) {
  std::optional<int64_t> contact;
  if (edge.last_contact_time) contact = ToMicros(*edge.last_contact_time);
  const std::string contact_text = contact ? std::to_string(*contact) : "";
  return database_->Write(database_->limit, [&](pqxx::work& work) {
    const pqxx::result updated = work.exec_params(
        sql::kUpdateEdge, edge.id, edge.connected,
        contact ? contact_text.c_str() : static_cast<const char*>(nullptr),
        StorableText(edge.version, kMostVersion),
        StorableText(edge.instance, kMostVersion), edge.acked_revision);
    return updated.affected_rows() == 0 ? EdgeNotFound(edge.id)
                                        : absl::OkStatus();
  });
}

absl::Status PostgresStore::WritePlacements(
    const std::vector<PlacementRow>& rows) {
  // The latest of each, and in one order, so that writers cannot lock each
  // other out.
  std::map<std::pair<absl::string_view, absl::string_view>, const PlacementRow*>
      latest;
  for (const PlacementRow& row : rows) {
    if (IsUuid(row.zone_uid)) latest[{row.zone_uid, row.edge}] = &row;
  }
  if (latest.empty()) return absl::OkStatus();
  PlacementColumns columns;
  for (const auto& [key, row] : latest) AddRow(*row, columns);
  std::array<std::string, 16> c;
  for (size_t i = 0; i < c.size(); ++i) c[i] = columns[i].Finish();
  return database_->Write(database_->bulk_limit(), [&](pqxx::work& work) {
    work.exec_params0(sql::kWritePlacements, c[0], c[1], c[2], c[3], c[4], c[5],
                      c[6], c[7], c[8], c[9], c[10], c[11], c[12], c[13], c[14],
                      c[15]);
    return absl::OkStatus();
  });
}

absl::StatusOr<std::vector<PlacementRow>> PostgresStore::PlacementsOf(
    const std::vector<std::string>& zone_uids) {
  TextArray uids;
  for (const std::string& uid : zone_uids) {
    if (IsUuid(uid)) uids.Add(absl::string_view(uid));
  }
  const std::string list = uids.Finish();
  std::vector<PlacementRow> placements;
  UNDERSTUDY_RETURN_IF_ERROR(
      database_->Read(database_->bulk_limit(), [&](pqxx::nontransaction& work) {
        const pqxx::result rows =
            work.exec_params(sql::kPlacementsOf, list, kMostPlacements);
        placements.clear();
        placements.reserve(rows.size());
        for (const pqxx::row& row : rows) {
          placements.push_back(ToPlacement(row));
        }
        return absl::OkStatus();
      }));
  return placements;
}

absl::Status PostgresStore::WriteRejections(
    const std::vector<RejectionRow>& rows) {
  std::map<std::pair<absl::string_view, absl::string_view>, const RejectionRow*>
      latest;
  for (const RejectionRow& row : rows) latest[{row.edge, row.zone_uid}] = &row;
  std::array<TextArray, 4> kept;
  std::array<TextArray, 2> cleared;
  for (const auto& [key, row] : latest) {
    const std::string uid = StorableText(row->zone_uid, kMostAddress);
    if (row->reason.empty()) {
      cleared[0].Add(absl::string_view(row->edge));
      cleared[1].Add(absl::string_view(uid));
      continue;
    }
    kept[0].Add(absl::string_view(row->edge));
    kept[1].Add(absl::string_view(uid));
    kept[2].Add(row->revision);
    kept[3].Add(absl::string_view(StorableText(row->reason, kMostRejection)));
  }
  return database_->Write(database_->bulk_limit(), [&](pqxx::work& work) {
    work.exec_params0(sql::kClearRejections, cleared[0].Finish(),
                      cleared[1].Finish());
    work.exec_params0(sql::kWriteRejections, kept[0].Finish(), kept[1].Finish(),
                      kept[2].Finish(), kept[3].Finish());
    return absl::OkStatus();
  });
}

absl::StatusOr<std::vector<RejectionRow>> PostgresStore::RejectionsOf(
    const std::string& edge, int limit) {
  std::vector<RejectionRow> rejections;
  UNDERSTUDY_RETURN_IF_ERROR(
      database_->Read(database_->limit, [&](pqxx::nontransaction& work) {
        rejections.clear();
        for (const pqxx::row& row :
             work.exec_params(sql::kRejectionsOf, edge, limit)) {
          rejections.push_back(ToRejection(row));
        }
        return absl::OkStatus();
      }));
  return rejections;
}

}  // namespace understudy::control
