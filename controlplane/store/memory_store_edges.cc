// Copyright 2026 The Understudy Authors
// SPDX-License-Identifier: Apache-2.0

// The half of MemoryStore that is about edges and what they say.

#include <algorithm>

#include "base/status_macros.h"
#include "controlplane/store/memory_store.h"
#include "controlplane/store/store_errors.h"

namespace understudy::control {

EdgeRow MemoryStore::Counted(EdgeRow edge) const {
  edge.zones_serving = std::count_if(
      placements_.begin(), placements_.end(), [&](const auto& entry) {
        return entry.second.edge == edge.id &&
               entry.second.state == PlacementRow::State::kServing;
      });
  return edge;
}

absl::StatusOr<EdgeRow> MemoryStore::CreateEdge(const std::string& id,
                                                const TokenRow& token) {
  MutexLock lock(mu_);
  UNDERSTUDY_RETURN_IF_ERROR(Ready());
  if (edges_.count(id)) return EdgeTaken(id);
  EdgeRow edge;
  edge.id = id;
  edge.uid = RandomUuid(random_);
  edge.create_time = clock_.Now();
  edges_[id] = edge;
  tokens_[token.sha256_hex] = token;
  return edge;
}

absl::StatusOr<EdgeRow> MemoryStore::GetEdge(const std::string& id) {
  MutexLock lock(mu_);
  UNDERSTUDY_RETURN_IF_ERROR(Ready());
  auto found = edges_.find(id);
  if (found == edges_.end()) return EdgeNotFound(id);
  return Counted(found->second);
}

absl::StatusOr<std::vector<EdgeRow>> MemoryStore::ListEdges(
    const std::string& after, int limit) {
  MutexLock lock(mu_);
  UNDERSTUDY_RETURN_IF_ERROR(Ready());
  std::vector<EdgeRow> rows;
  for (auto it = edges_.upper_bound(after);
       it != edges_.end() && rows.size() < static_cast<size_t>(limit); ++it) {
    rows.push_back(Counted(it->second));
  }
  return rows;
}

absl::StatusOr<std::vector<std::string>> MemoryStore::EdgeIds() {
  MutexLock lock(mu_);
  UNDERSTUDY_RETURN_IF_ERROR(Ready());
  std::vector<std::string> ids;
  for (const auto& [id, edge] : edges_) ids.push_back(id);
  return ids;
}

absl::Status MemoryStore::DeleteEdge(const std::string& id) {
  MutexLock lock(mu_);
  UNDERSTUDY_RETURN_IF_ERROR(Ready());
  if (edges_.erase(id) == 0) return EdgeNotFound(id);
  std::erase_if(tokens_, [&](const auto& entry) {
    return entry.second.kind == TokenKind::kEdge && entry.second.subject == id;
  });
  std::erase_if(placements_,
                [&](const auto& entry) { return entry.first.second == id; });
  std::erase_if(rejections_,
                [&](const auto& entry) { return entry.first.first == id; });
  return absl::OkStatus();
}

absl::Status MemoryStore::UpdateEdge(const EdgeRow& edge) {
  MutexLock lock(mu_);
  UNDERSTUDY_RETURN_IF_ERROR(Ready());
  auto found = edges_.find(edge.id);
  if (found == edges_.end()) return EdgeNotFound(edge.id);
  found->second.connected = edge.connected;
  found->second.last_contact_time = edge.last_contact_time;
  found->second.version = edge.version;
  found->second.instance = edge.instance;
  found->second.acked_revision = edge.acked_revision;
  return absl::OkStatus();
}

absl::Status MemoryStore::WritePlacements(
    const std::vector<PlacementRow>& rows) {
  MutexLock lock(mu_);
  UNDERSTUDY_RETURN_IF_ERROR(Ready());
  for (const PlacementRow& row : rows) {
    auto zone = zones_.find(row.zone_uid);
    if (zone == zones_.end() || zone->second.delete_time) continue;
    if (!edges_.count(row.edge)) continue;
    placements_[{row.zone_uid, row.edge}] = row;
  }
  return absl::OkStatus();
}

absl::StatusOr<std::vector<PlacementRow>> MemoryStore::PlacementsOf(
    const std::vector<std::string>& zone_uids) {
  MutexLock lock(mu_);
  UNDERSTUDY_RETURN_IF_ERROR(Ready());
  std::set<std::string> uids(zone_uids.begin(), zone_uids.end());
  std::vector<PlacementRow> rows;
  for (const std::string& uid : uids) {
    for (auto it = placements_.lower_bound({uid, ""});
         it != placements_.end() && it->first.first == uid; ++it) {
      rows.push_back(it->second);
    }
  }
  return rows;
}

absl::Status MemoryStore::WriteRejections(
    const std::vector<RejectionRow>& rows) {
  MutexLock lock(mu_);
  UNDERSTUDY_RETURN_IF_ERROR(Ready());
  for (const RejectionRow& row : rows) {
    if (!edges_.count(row.edge)) continue;
    if (row.reason.empty()) {
      rejections_.erase({row.edge, row.zone_uid});
    } else {
      rejections_[{row.edge, row.zone_uid}] = row;
    }
  }
  return absl::OkStatus();
}

absl::StatusOr<std::vector<RejectionRow>> MemoryStore::RejectionsOf(
    const std::string& edge, int limit) {
  MutexLock lock(mu_);
  UNDERSTUDY_RETURN_IF_ERROR(Ready());
  std::vector<RejectionRow> rows;
  for (auto it = rejections_.lower_bound({edge, ""});
       it != rejections_.end() && it->first.first == edge &&
       rows.size() < static_cast<size_t>(limit);
       ++it) {
    rows.push_back(it->second);
  }
  return rows;
}

absl::StatusOr<int64_t> MemoryStore::CountZones() {
  MutexLock lock(mu_);
  UNDERSTUDY_RETURN_IF_ERROR(Ready());
  return static_cast<int64_t>(live_.size());
}

absl::Status MemoryStore::Purge(absl::Time tombstones_before) {
  MutexLock lock(mu_);
  UNDERSTUDY_RETURN_IF_ERROR(Ready());
  int64_t acked = revision_;
  for (const auto& [id, edge] : edges_) {
    acked = std::min(acked, edge.acked_revision);
  }
  std::erase_if(zones_, [&](const auto& entry) {
    const ZoneRow& row = entry.second;
    return row.delete_time && *row.delete_time < tombstones_before &&
           row.revision <= acked;
  });
  const absl::Time day_ago = clock_.Now() - absl::Hours(24);
  std::erase_if(answers_, [&](const auto& entry) {
    return entry.second.create_time < day_ago;
  });
  return absl::OkStatus();
}

absl::Status MemoryStore::Ping() {
  MutexLock lock(mu_);
  return Ready();
}

}  // namespace understudy::control
