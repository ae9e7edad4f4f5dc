// Copyright 2026 The Understudy Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "controlplane/push/assignment_id.h"
#include "controlplane/push/desired_state.h"
#include "understudy/edge/v1/edge_sync_service.pb.h"

namespace understudy::control {

// The state of one edge's stream: what to send next, what an ack means
// (docs/protocol/edge-stream.md). A value without I/O, clock or thread, owned
// by the hub. The sessions do not copy the desired state: each has a cursor
// into its order of revisions, so that an idle session costs nothing.
//
// Errors are InvalidArgument: the edge broke the protocol and the stream is to
// be ended with that status.
class EdgeSession {
 public:
  static constexpr int kMaxHeldPerHello = 20'000;
  static constexpr size_t kMaxHeld = 4'000'000;
  static constexpr int kMaxUpserts = 1'000;
  static constexpr int kMaxRemovals = 20'000;
  static constexpr int kMaxReportedZones = 5'000;
  static constexpr int kMaxVisited = 20'000;

  // Of one call of Next. Smaller in a test that wants many batches.
  struct BatchLimits {
    int upserts = kMaxUpserts;
    int removals = kMaxRemovals;
    // Items looked at, so that an edge with a million zones does not hold up
    // the others.
    int visited = kMaxVisited;
  };

  // An item that the edge refused.
  struct Rejected {
    AssignmentId id;
    int64_t revision = 0;
    std::string reason;  // As sent, at most as long as its message.
  };

  // What an ack told.
  struct AckOutcome {
    // A repetition of the ack before; nothing else is set.
    bool repeated = false;
    std::vector<Rejected> rejected;
    // Items that were rejected on this stream before and are so no more.
    std::vector<AssignmentId> cleared;
    // Why the edge refused the batch's removals; empty when it did not.
    std::string removals_refused;
    // The first difference is through: now the edge's rejections are exactly
    // those of rejections().
    bool first_sync_done = false;
  };

  EdgeSession() = default;
  explicit EdgeSession(const BatchLimits& limits) : limits_(limits) {}

  // Takes a Hello, or one of several.
  absl::Status OnHello(const edge::v1::Hello& hello,
                       const DesiredState& desired);
  absl::StatusOr<AckOutcome> OnAck(const edge::v1::Ack& ack);
  // Whether a report is allowed now and is not too long.
  absl::Status OnReport(const edge::v1::Report& report) const;

  // The next batch, when one is due: to be called after each input, after each
  // change of the desired state, and again while is_busy().
  std::optional<edge::v1::SyncResponse> Next(const DesiredState& desired);

  // Next stopped in the middle of a long walk without a batch.
  bool is_busy() const { return busy_; }
  // The Hello is complete.
  bool has_greeted() const { return greeted_; }
  // The first difference was acknowledged.
  bool is_synced() const { return synced_; }
  bool has_batch_outstanding() const { return outstanding_.has_value(); }
  // Every change up to this revision is acknowledged; 0 until is_synced().
  int64_t AckedRevision(const DesiredState& desired) const;
  // The oldest change that is not acknowledged; null when there is none.
  const DesiredState::Item* OldestUnacked(const DesiredState& desired) const;
  // What the edge refuses now, with the revisions refused.
  const absl::flat_hash_map<AssignmentId, int64_t>& rejections() const {
    return rejected_;
  }
  // From the Hello.
  const std::string& instance() const { return instance_; }
  const std::string& version() const { return version_; }

 private:
  struct Outstanding {
    std::string nonce;
    int64_t revision = 0;
    int64_t cursor = 0;
    bool complete = false;
    absl::flat_hash_map<AssignmentId, int64_t> upserts;
    std::vector<AssignmentId> removals;
  };

  // Finds what the controller has never heard of. False while the desired
  // state is too old to tell.
  bool Judge(const DesiredState& desired);
  void AddUnknown(edge::v1::SyncResponse& batch);
  // True when the walk came to the end.
  bool Walk(const DesiredState& desired, edge::v1::SyncResponse& batch,
            Outstanding& outstanding);
  // Whether the edge needs to be told of the item.
  bool IsDue(const DesiredState::Item& item) const;

  BatchLimits limits_;
  // What the edge holds, by its Hello and by what it was sent since; given up
  // once the first walk is through.
  absl::flat_hash_map<AssignmentId, int64_t> held_;
  // Names to be removed with CAUSE_UNKNOWN.
  std::vector<std::string> unknown_;
  std::string instance_;
  std::string version_;
  bool hello_begun_ = false;
  bool greeted_ = false;
  bool judged_ = false;
  // The first walk is through; held_ is empty and means nothing.
  bool walked_ = false;
  bool synced_ = false;
  bool busy_ = false;
  int64_t newest_held_ = 0;
  // The read of the desired state from which on it is certainly newer than
  // the Hello.
  int64_t fresh_at_read_ = 0;
  // Everything up to this revision was sent, or need not be.
  int64_t cursor_ = 0;
  // As cursor_, but acknowledged too.
  int64_t acked_cursor_ = 0;
  int64_t acked_revision_ = 0;
  uint64_t batches_ = 0;
  std::string last_acked_nonce_;
  std::optional<Outstanding> outstanding_;
  absl::flat_hash_map<AssignmentId, int64_t> rejected_;
};

}  // namespace understudy::control
