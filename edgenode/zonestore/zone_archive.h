// Copyright 2026 The Understudy Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "base/log.h"
#include "base/metrics.h"
#include "dns/name.h"
#include "edgenode/zone/zone.h"
#include "understudy/edge/v1/assignment.pb.h"

namespace understudy::edge {

// What must outlive the process beside a zone's content. Wall times.
struct ZoneTimers {
  // When a primary last confirmed that the copy is current.
  absl::Time last_check = absl::InfinitePast();
  // When the copy must no longer be answered from.
  absl::Time expire = absl::InfinitePast();
  // When the present serial was published first.
  absl::Time publish = absl::InfinitePast();
};

struct StoredZone {
  std::string assignment;  // "assignments/{uid}"
  ZoneRef zone;
  ZoneTimers timers;
};

// The edge's disk: zones as blocks, their timers, and the assignments that were
// accepted last, in one LMDB environment (docs/adr/0012).
//
// Writes are queued and committed together by one thread, at the latest some 50
// ms after the first of them; the callbacks run on that thread, after the
// commit. A write that fails (disk full, map full) fails alone as far as that
// is possible, is logged and counted, and the edge goes on from memory.
// Thread-safe.
class ZoneArchive {
 public:
  using Done = std::function<void(absl::Status)>;

  // Opens or makes the store in `directory`. FailedPrecondition when another
  // process has it open, or when its format is newer than this program;
  // DataLoss when it cannot be read at all.
  static absl::StatusOr<std::unique_ptr<ZoneArchive>> Open(
      const std::string& directory, uint64_t max_bytes, Metrics& metrics,
      const Logger& log);
  // Commits what waits, then closes.
  ~ZoneArchive();

  // Every whole zone. A damaged one is logged, counted, removed and left out:
  // it will be transferred anew.
  absl::StatusOr<std::vector<StoredZone>> LoadZones();
  absl::StatusOr<std::vector<understudy::edge::v1::Assignment>>
  LoadAssignments();

  // Replaces the zone's stored content and timers; a crash leaves the old
  // version or the new one, whole. `done` may be empty.
  void SaveZone(const std::string& assignment, ZoneRef zone,
                const ZoneTimers& timers, Done done);
  // Nothing happens when no content is stored for the assignment.
  void SaveTimers(const std::string& assignment, const ZoneTimers& timers);
  // Content and timers.
  void RemoveZone(const std::string& assignment);
  // Takes over one batch of accepted changes in one transaction.
  void SaveAssignments(std::vector<understudy::edge::v1::Assignment> upserts,
                       std::vector<std::string> removals, Done done);

  // Waits until all that was queued so far is committed.
  void Flush();

 private:
  struct Impl;
  explicit ZoneArchive(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace understudy::edge
