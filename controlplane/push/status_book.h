// Copyright 2026 The Understudy Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/time/time.h"
#include "controlplane/push/latest_queue.h"
#include "controlplane/store/store.h"

namespace understudy::control {

// What the edges said and is not written yet, the newest fact of each zone on
// each edge, with rejections laid over reports: while an edge refuses an
// assignment, its placement shows that, and what it goes on serving beside it.
// Memory is bounded by zones times edges. No I/O; not thread-safe.
class StatusBook {
 public:
  // An edge and a zone's uid.
  using Key = std::pair<std::string, std::string>;
  using Placements = LatestQueue<Key, PlacementRow>;
  using Rejections = LatestQueue<Key, RejectionRow>;

  // A stream of the edge begins or ends: what it refused is open again.
  void ForgetRefusals(const std::string& edge);

  void Report(PlacementRow row);

  // The edge refuses the assignment of row.zone_uid. row.reason is shown as
  // the evidence.
  void Reject(RejectionRow row, absl::Time now);

  // The edge took it after all, or was told to drop it.
  void Accept(const std::string& edge, const std::string& zone_uid,
              absl::Time now);

  // `stored` are rejections of the edge from earlier streams. Those that were
  // not repeated by the end of its first difference are void.
  void Reconcile(const std::string& edge,
                 const std::vector<RejectionRow>& stored);

  Placements& placements() { return placements_; }
  Rejections& rejections() { return rejections_; }

 private:
  struct Refusal {
    std::string reason;
    absl::Time time;
    // What the edge reports beside.
    std::optional<PlacementRow> report;
  };

  static PlacementRow Overlaid(const Key& key, const Refusal& refusal);

  Placements placements_;
  Rejections rejections_;
  // By edge, then by zone: in force on the present streams.
  absl::flat_hash_map<std::string, absl::flat_hash_map<std::string, Refusal>>
      refusals_;
};

}  // namespace understudy::control
