// Copyright 2026 The Understudy Authors
// SPDX-License-Identifier: Apache-2.0

#include "controlplane/store/memory_store.h"

#include <algorithm>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "base/status_macros.h"
#include "controlplane/store/store_errors.h"
#include "controlplane/store/zone_key.h"

namespace understudy::control {

void MemoryStore::SetAvailable(bool available) {
  MutexLock lock(mu_);
  available_ = available;
}

absl::Status MemoryStore::Ready() const {
  if (available_) return absl::OkStatus();
  return absl::UnavailableError("the database is away; try again");
}

absl::StatusOr<bool> MemoryStore::Bootstrap(
    const std::string& project, const std::vector<TokenRow>& tokens) {
  MutexLock lock(mu_);
  UNDERSTUDY_RETURN_IF_ERROR(Ready());
  if (!projects_.empty()) return false;
  projects_.insert(project);
  for (const TokenRow& token : tokens) tokens_[token.sha256_hex] = token;
  return true;
}

absl::Status MemoryStore::CreateProject(const std::string& project,
                                        const std::vector<TokenRow>& tokens) {
  MutexLock lock(mu_);
  UNDERSTUDY_RETURN_IF_ERROR(Ready());
  if (!projects_.insert(project).second) return ProjectTaken(project);
  for (const TokenRow& token : tokens) tokens_[token.sha256_hex] = token;
  return absl::OkStatus();
}

absl::StatusOr<TokenRow> MemoryStore::FindToken(const std::string& sha256_hex) {
  MutexLock lock(mu_);
  UNDERSTUDY_RETURN_IF_ERROR(Ready());
  auto found = tokens_.find(sha256_hex);
  if (found == tokens_.end()) return TokenNotFound();
  return found->second;
}

absl::Status MemoryStore::CheckLocked(const ZoneRow& wanted,
                                      bool allow_nested) const {
  if (!projects_.count(wanted.project)) return ProjectNotFound(wanted.project);
  if (live_.count(wanted.zone)) return ZoneTaken(wanted.zone);
  if (allow_nested) return absl::OkStatus();
  const std::string key = ZoneKey(wanted.zone);
  for (const auto& [name, uid] : live_) {
    if (zones_.at(uid).project == wanted.project) continue;
    const std::string other = ZoneKey(name);
    if (absl::StartsWith(other, key) || absl::StartsWith(key, other)) {
      return ZoneNested(wanted.zone);
    }
  }
  return absl::OkStatus();
}

absl::StatusOr<CreateZoneResult> MemoryStore::CreateZone(
    const ZoneRow& wanted, const std::string& request_id, bool allow_nested) {
  MutexLock lock(mu_);
  UNDERSTUDY_RETURN_IF_ERROR(Ready());
  auto answer = answers_.find({wanted.project, request_id});
  if (!request_id.empty() && answer != answers_.end()) {
    const ZoneRow& first = answer->second;
    if (first.zone != wanted.zone || first.primaries != wanted.primaries) {
      return RequestIdReused();
    }
    return CreateZoneResult{.row = first, .replayed = true};
  }
  UNDERSTUDY_RETURN_IF_ERROR(CheckLocked(wanted, allow_nested));
  ZoneRow row = wanted;
  row.uid = RandomUuid(random_);
  row.etag = absl::StrCat(absl::Hex(random_.Uint64(), absl::kZeroPad16));
  row.create_time = row.update_time = clock_.Now();
  row.delete_time.reset();
  row.refresh_generation = row.retransfer_generation = 0;
  row.revision = ++revision_;
  zones_[row.uid] = row;
  live_[row.zone] = row.uid;
  if (!request_id.empty()) answers_[{row.project, request_id}] = row;
  Changed();
  return CreateZoneResult{.row = row};
}

absl::Status MemoryStore::CheckCreateZone(const ZoneRow& wanted,
                                          bool allow_nested) {
  MutexLock lock(mu_);
  UNDERSTUDY_RETURN_IF_ERROR(Ready());
  return CheckLocked(wanted, allow_nested);
}

ZoneRow* MemoryStore::FindLive(const std::string& project,
                               const std::string& zone) {
  auto uid = live_.find(zone);
  if (uid == live_.end()) return nullptr;
  ZoneRow& row = zones_.at(uid->second);
  return row.project == project ? &row : nullptr;
}

absl::StatusOr<ZoneRow> MemoryStore::GetZone(const std::string& project,
                                             const std::string& zone) {
  MutexLock lock(mu_);
  UNDERSTUDY_RETURN_IF_ERROR(Ready());
  ZoneRow* row = FindLive(project, zone);
  if (row == nullptr) return ZoneNotFound(zone);
  return *row;
}

absl::StatusOr<std::vector<ZoneRow>> MemoryStore::ListZones(
    const std::string& project, const std::string& after, int limit) {
  MutexLock lock(mu_);
  UNDERSTUDY_RETURN_IF_ERROR(Ready());
  std::vector<ZoneRow> rows;
  for (auto it = live_.upper_bound(after);
       it != live_.end() && rows.size() < static_cast<size_t>(limit); ++it) {
    const ZoneRow& row = zones_.at(it->second);
    if (row.project == project) rows.push_back(row);
  }
  return rows;
}

absl::Status MemoryStore::DeleteZone(const std::string& project,
                                     const std::string& zone,
                                     const std::string& etag) {
  MutexLock lock(mu_);
  UNDERSTUDY_RETURN_IF_ERROR(Ready());
  ZoneRow* row = FindLive(project, zone);
  if (row == nullptr) return ZoneNotFound(zone);
  if (!etag.empty() && etag != row->etag) return EtagMismatch();
  row->revision = ++revision_;
  row->delete_time = row->update_time = clock_.Now();
  row->etag = absl::StrCat(absl::Hex(random_.Uint64(), absl::kZeroPad16));
  const std::string uid = row->uid;
  live_.erase(zone);
  std::erase_if(placements_,
                [&](const auto& entry) { return entry.first.first == uid; });
  std::erase_if(rejections_,
                [&](const auto& entry) { return entry.first.second == uid; });
  Changed();
  return absl::OkStatus();
}

absl::Status MemoryStore::BumpGeneration(const std::string& project,
                                         const std::string& zone,
                                         int64_t ZoneRow::*generation) {
  MutexLock lock(mu_);
  UNDERSTUDY_RETURN_IF_ERROR(Ready());
  ZoneRow* row = FindLive(project, zone);
  if (row == nullptr) return ZoneNotFound(zone);
  ++(row->*generation);
  row->revision = ++revision_;
  Changed();
  return absl::OkStatus();
}

absl::Status MemoryStore::RequestRefresh(const std::string& project,
                                         const std::string& zone) {
  return BumpGeneration(project, zone, &ZoneRow::refresh_generation);
}

absl::Status MemoryStore::RequestRetransfer(const std::string& project,
                                            const std::string& zone) {
  return BumpGeneration(project, zone, &ZoneRow::retransfer_generation);
}

absl::StatusOr<int64_t> MemoryStore::LatestRevision() {
  MutexLock lock(mu_);
  UNDERSTUDY_RETURN_IF_ERROR(Ready());
  return revision_;
}

absl::StatusOr<std::vector<ZoneRow>> MemoryStore::ChangesAfter(int64_t revision,
                                                               int limit) {
  MutexLock lock(mu_);
  UNDERSTUDY_RETURN_IF_ERROR(Ready());
  std::vector<ZoneRow> rows;
  for (const auto& [uid, row] : zones_) {
    if (row.revision > revision) rows.push_back(row);
  }
  std::sort(rows.begin(), rows.end(), [](const ZoneRow& a, const ZoneRow& b) {
    return a.revision < b.revision;
  });
  if (rows.size() > static_cast<size_t>(limit)) {
    rows.resize(static_cast<size_t>(limit));
  }
  return rows;
}

void MemoryStore::Changed() {
  hinted_ = true;
  changed_.NotifyAll();
}

void MemoryStore::WaitForHint(absl::Duration timeout) {
  MutexLock lock(mu_);
  if (!hinted_ && !interrupted_) changed_.WaitFor(mu_, timeout);
  hinted_ = false;
}

void MemoryStore::Interrupt() {
  MutexLock lock(mu_);
  interrupted_ = true;
  changed_.NotifyAll();
}

}  // namespace understudy::control
