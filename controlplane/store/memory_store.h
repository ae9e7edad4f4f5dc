// Copyright 2026 The Understudy Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "base/clock.h"
#include "base/mutex.h"
#include "base/random.h"
#include "controlplane/store/store.h"

namespace understudy::control {

// A Store that forgets: for tests. Passes the same contract suite as the real
// one. Thread-safe. Times are those of the clock.
class MemoryStore final : public Store {
 public:
  // Both must outlive the store.
  MemoryStore(const Clock& clock, Random& random)
      : clock_(clock), random_(random) {}

  // False: every call fails with Unavailable, as when the database is away.
  void SetAvailable(bool available);

  absl::StatusOr<bool> Bootstrap(const std::string& project,
                                 const std::vector<TokenRow>& tokens) override;
  absl::Status CreateProject(const std::string& project,
                             const std::vector<TokenRow>& tokens) override;
  absl::StatusOr<TokenRow> FindToken(const std::string& sha256_hex) override;

  absl::StatusOr<CreateZoneResult> CreateZone(const ZoneRow& wanted,
                                              const std::string& request_id,
                                              bool allow_nested) override;
  absl::Status CheckCreateZone(const ZoneRow& wanted,
                               bool allow_nested) override;
  absl::StatusOr<ZoneRow> GetZone(const std::string& project,
                                  const std::string& zone) override;
  absl::StatusOr<std::vector<ZoneRow>> ListZones(const std::string& project,
                                                 const std::string& after,
                                                 int limit) override;
  absl::Status DeleteZone(const std::string& project, const std::string& zone,
                          const std::string& etag) override;
  absl::Status RequestRefresh(const std::string& project,
                              const std::string& zone) override;
  absl::Status RequestRetransfer(const std::string& project,
                                 const std::string& zone) override;

  absl::StatusOr<int64_t> LatestRevision() override;
  absl::StatusOr<std::vector<ZoneRow>> ChangesAfter(int64_t revision,
                                                    int limit) override;
  void WaitForHint(absl::Duration timeout) override;
  void Interrupt() override;

  absl::StatusOr<EdgeRow> CreateEdge(const std::string& id,
                                     const TokenRow& token) override;
  absl::StatusOr<EdgeRow> GetEdge(const std::string& id) override;
  absl::StatusOr<std::vector<EdgeRow>> ListEdges(const std::string& after,
                                                 int limit) override;
  absl::StatusOr<std::vector<std::string>> EdgeIds() override;
  absl::Status DeleteEdge(const std::string& id) override;
  absl::Status UpdateEdge(const EdgeRow& edge) override;

  absl::Status WritePlacements(const std::vector<PlacementRow>& rows) override;
  absl::StatusOr<std::vector<PlacementRow>> PlacementsOf(
      const std::vector<std::string>& zone_uids) override;
  absl::Status WriteRejections(const std::vector<RejectionRow>& rows) override;
  absl::StatusOr<std::vector<RejectionRow>> RejectionsOf(
      const std::string& edge, int limit) override;
  absl::StatusOr<int64_t> CountZones() override;
  absl::Status Purge(absl::Time tombstones_before) override;
  absl::Status Ping() override;

 private:
  using Pair = std::pair<std::string, std::string>;

  absl::Status Ready() const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);
  absl::Status CheckLocked(const ZoneRow& wanted, bool allow_nested) const
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);
  // Null when there is no live one.
  ZoneRow* FindLive(const std::string& project, const std::string& zone)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);
  absl::Status BumpGeneration(const std::string& project,
                              const std::string& zone,
                              int64_t ZoneRow::*generation);
  void Changed() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);
  EdgeRow Counted(EdgeRow edge) const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);

  const Clock& clock_;
  Random& random_;

  Mutex mu_;
  CondVar changed_;
  bool available_ ABSL_GUARDED_BY(mu_) = true;
  bool hinted_ ABSL_GUARDED_BY(mu_) = false;
  bool interrupted_ ABSL_GUARDED_BY(mu_) = false;
  int64_t revision_ ABSL_GUARDED_BY(mu_) = 0;
  std::set<std::string> projects_ ABSL_GUARDED_BY(mu_);
  std::map<std::string, TokenRow> tokens_ ABSL_GUARDED_BY(mu_);
  std::map<std::string, ZoneRow> zones_ ABSL_GUARDED_BY(mu_);  // By uid.
  // By name: uids of those that live.
  std::map<std::string, std::string> live_ ABSL_GUARDED_BY(mu_);
  // By (project, request id).
  std::map<Pair, ZoneRow> answers_ ABSL_GUARDED_BY(mu_);
  std::map<std::string, EdgeRow> edges_ ABSL_GUARDED_BY(mu_);
  // By (zone uid, edge).
  std::map<Pair, PlacementRow> placements_ ABSL_GUARDED_BY(mu_);
  // By (edge, zone uid).
  std::map<Pair, RejectionRow> rejections_ ABSL_GUARDED_BY(mu_);
};

}  // namespace understudy::control
