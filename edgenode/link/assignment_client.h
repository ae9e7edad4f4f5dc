// Copyright 2026 The Understudy Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "absl/status/statusor.h"
#include "edgenode/assignment/zone_assignment.h"
#include "understudy/edge/v1/edge_sync_service.pb.h"

namespace understudy::edge {

// The edge's side of the push protocol (docs/protocol/edge-stream.md): what it
// says it holds, which items of a batch it takes, what it answers. Knows names,
// revisions and zones, not what is done with them. No I/O, no clock, no
// thread. Not thread-safe.
class AssignmentClient {
 public:
  static constexpr int kMaxHeldPerHello = 20'000;
  static constexpr int kMaxUpserts = 1'000;
  static constexpr int kMaxRemovals = 20'000;
  // Of a Rejection.
  static constexpr size_t kMaxReason = 512;

  // What to do with a batch: save it, then send the ack, then apply it.
  struct Decision {
    std::vector<understudy::edge::v1::Assignment>
        saved;                            // The upserts as sent.
    std::vector<ZoneAssignment> upserts;  // The same, parsed.
    std::vector<std::string> removals;    // Come first.
    understudy::edge::v1::Ack ack;
    bool complete = false;
    int64_t revision = 0;
  };

  // `held`: what was accepted before, from the archive.
  explicit AssignmentClient(const std::vector<ZoneAssignment>& held);

  // A stream begins: the Hello, in as many messages as it takes.
  std::vector<understudy::edge::v1::Hello> BeginStream(
      const std::string& instance, const std::string& version);

  // InvalidArgument when the batch breaks the protocol as a whole, and the
  // stream must end; nothing is taken from it then. A bad item is rejected
  // alone, within the decision.
  absl::StatusOr<Decision> OnBatch(
      const understudy::edge::v1::SyncResponse& batch);

  size_t held_count() const { return held_.size(); }

 private:
  struct Held {
    int64_t revision = 0;
    std::string zone;  // Wire form, lower case.
  };

  void TakeRemoval(const understudy::edge::v1::Removal& removal,
                   Decision& decision);
  void TakeUpsert(const understudy::edge::v1::Assignment& assignment,
                  Decision& decision);
  // Makes sure that nobody else holds the zone; false: somebody does.
  bool ClaimZone(const ZoneAssignment& assignment, Decision& decision);
  // At the end of a set: what the controller does not know is dropped, unless
  // nothing would be left.
  void SettleUnknown(bool may_empty, Decision& decision);
  void Drop(const std::string& name, Decision& decision);
  void Hold(const ZoneAssignment& assignment);

  absl::flat_hash_map<std::string, Held> held_;
  // Zone in wire form to the assignment that holds it.
  absl::flat_hash_map<std::string, std::string> by_zone_;
  // Removals with CAUSE_UNKNOWN on this stream, until the set is complete.
  absl::flat_hash_set<std::string> unknown_;
};

}  // namespace understudy::edge
