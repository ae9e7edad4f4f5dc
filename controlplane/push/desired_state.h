// Copyright 2026 The Understudy Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

#include "absl/container/btree_map.h"
#include "absl/container/flat_hash_map.h"
#include "absl/status/status.h"
#include "absl/time/time.h"
#include "controlplane/push/assignment_id.h"
#include "controlplane/store/store.h"
#include "understudy/edge/v1/assignment.pb.h"

namespace understudy::control {

// The one place where a registration becomes what an edge is told.
edge::v1::Assignment AssignmentOf(const ZoneRow& row);

// What all edges should hold: the newest state of every zone, ordered by
// revision, so that "what changed after N" is a walk. Fed from the change
// feed; a change replaces the zone's earlier one, which is what makes a zone
// that changed three times be sent once.
//
// A value owned by the hub's thread. No I/O.
class DesiredState {
 public:
  struct Item {
    AssignmentId id;
    int64_t revision = 0;
    // Deleted: edges are told to drop it.
    bool withdrawn = false;
    absl::Time delete_time;
    // When the controller read it; monotonic.
    absl::Duration seen;
    // The Assignment, serialised: a million of them as messages would take
    // three times the memory. Empty when withdrawn.
    std::string assignment;
  };
  using ByRevision = absl::btree_map<int64_t, const Item*>;

  // Takes over one change, in the order of revisions. Older ones than what is
  // known are ignored.
  // DataLoss, and nothing is taken, for a row that breaks the store's promises
  // (a uid that is no UUID, a revision that another zone has).
  absl::Status Apply(const ZoneRow& row, absl::Duration seen);

  // The feed has read everything up to `revision`.
  void FinishRead(int64_t revision);

  // Everything is forgotten, and reads() is 0 again.
  void Clear();

  // Drops tombstones of zones deleted before `before`; edges that still hold
  // such a zone are told CAUSE_UNKNOWN.
  void ForgetTombstones(absl::Time before);

  // Null when the id was never heard of.
  const Item* Find(const AssignmentId& id) const;

  // The first item above `revision`; end() when there is none.
  ByRevision::const_iterator After(int64_t revision) const {
    return by_revision_.upper_bound(revision);
  }
  ByRevision::const_iterator end() const { return by_revision_.end(); }

  // Every change up to this revision is contained.
  int64_t revision() const { return revision_; }
  // How often the feed came to the end of what the store had. While 0, the
  // state is not whole and nothing may be concluded from it.
  int64_t reads() const { return reads_; }
  // Changes were taken over that the feed has not read to their end yet: a zone
  // may be missing here, though it is old, because it changed again meanwhile.
  bool is_reading() const { return reading_; }
  // Zones that are not withdrawn.
  size_t live() const { return live_; }
  size_t tombstones() const { return items_.size() - live_; }

 private:
  absl::flat_hash_map<AssignmentId, std::unique_ptr<Item>> items_;
  ByRevision by_revision_;
  size_t live_ = 0;
  int64_t revision_ = 0;
  int64_t reads_ = 0;
  bool reading_ = false;
};

}  // namespace understudy::control
