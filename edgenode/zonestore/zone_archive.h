// Copyright 2026 The Understudy Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "base/log.h"
#include "base/metrics.h"
#include "edgenode/zone/zone.h"
#include "edgenode/zonestore/group_committer.h"
#include "edgenode/zonestore/lmdb_environment.h"
#include "edgenode/zonestore/zone_timers.h"
#include "understudy/edge/v1/assignment.pb.h"

namespace understudy::edge {

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
  static absl::StatusOr<std::unique_ptr<ZoneArchive>> FromEnvironment(
      std::unique_ptr<LmdbEnvironment> environment, Metrics& metrics,
      const Logger& log);
  ZoneArchive(std::unique_ptr<LmdbEnvironment> environment, Metrics& metrics,
              const Logger& log);
  void Write(LmdbEnvironment::Body body, Done done = nullptr);

  const std::unique_ptr<LmdbEnvironment> environment_;
  const Logger& log_;
  CounterMetric& damaged_;
  std::atomic<uint64_t> next_version_{1};
  // Last, so that it ends first.
  GroupCommitter committer_;
};

}  // namespace understudy::edge
