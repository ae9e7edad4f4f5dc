// Copyright 2026 The Understudy Authors
// SPDX-License-Identifier: Apache-2.0

#include "controlplane/push/status_book.h"

namespace understudy::control {

PlacementRow StatusBook::Overlaid(const Key& key, const Refusal& refusal) {
  PlacementRow row = refusal.report.value_or(PlacementRow());
  row.edge = key.first;
  row.zone_uid = key.second;
  row.state = PlacementRow::State::kRejected;
  row.error_reason = "EDGE_REJECTED";
  row.error_evidence = refusal.reason;
  row.error_primary.clear();
  row.error_time = refusal.time;
  if (!refusal.report.has_value()) row.report_time = refusal.time;
  return row;
}

void StatusBook::ForgetRefusals(const std::string& edge) {
  refusals_.erase(edge);
}

void StatusBook::Report(PlacementRow row) {
  Key key(row.edge, row.zone_uid);
  auto edge = refusals_.find(row.edge);
  if (edge != refusals_.end()) {
    auto refusal = edge->second.find(row.zone_uid);
    if (refusal != edge->second.end()) {
      refusal->second.report = std::move(row);
      placements_.Put(key, Overlaid(key, refusal->second));
      return;
    }
  }
  placements_.Put(std::move(key), std::move(row));
}

void StatusBook::Reject(RejectionRow row, absl::Time now) {
  Key key(row.edge, row.zone_uid);
  Refusal& refusal = refusals_[row.edge][row.zone_uid];
  refusal.reason = row.reason;
  refusal.time = now;
  placements_.Put(key, Overlaid(key, refusal));
  // An empty reason would clear it.
  if (row.reason.empty()) row.reason = "no reason given";
  rejections_.Put(std::move(key), std::move(row));
}

void StatusBook::Accept(const std::string& edge, const std::string& zone_uid,
                        absl::Time now) {
  Key key(edge, zone_uid);
  RejectionRow cleared;
  cleared.edge = edge;
  cleared.zone_uid = zone_uid;
  rejections_.Put(key, std::move(cleared));
  auto it = refusals_.find(edge);
  if (it == refusals_.end()) return;
  auto refusal = it->second.find(zone_uid);
  if (refusal == it->second.end()) return;
  // Until the edge reports on what it took now, what it said last holds.
  PlacementRow row = refusal->second.report.value_or(PlacementRow());
  row.edge = edge;
  row.zone_uid = zone_uid;
  if (!refusal->second.report.has_value()) row.report_time = now;
  it->second.erase(refusal);
  if (it->second.empty()) refusals_.erase(it);
  placements_.Put(std::move(key), std::move(row));
}

void StatusBook::Reconcile(const std::string& edge,
                           const std::vector<RejectionRow>& stored) {
  auto present = refusals_.find(edge);
  for (const RejectionRow& row : stored) {
    if (present != refusals_.end() && present->second.contains(row.zone_uid)) {
      continue;
    }
    RejectionRow cleared;
    cleared.edge = edge;
    cleared.zone_uid = row.zone_uid;
    rejections_.Put(Key(edge, row.zone_uid), std::move(cleared));
  }
}

}  // namespace understudy::control
