// Copyright 2026 The Understudy Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <thread>
#include <vector>

#include "absl/status/status.h"
#include "base/log.h"
#include "base/mailbox.h"
#include "base/metrics.h"
#include "edgenode/zonestore/lmdb_environment.h"

namespace understudy::edge {

// Writes from any thread, committed together by one: whatever waits when a
// commit is done goes into the next, so that many small writes share an fsync.
// A write that cannot be done fails alone, is logged and counted. Thread-safe.
class GroupCommitter {
 public:
  struct Job {
    // When set: runs before the others' common transaction, with transactions
    // of its own. `write` is left out when it fails.
    std::function<absl::Status(LmdbEnvironment&)> prepare;
    // May run twice, in another transaction, when another job spoilt the first.
    LmdbEnvironment::Body write;
    // After the commit, on the committing thread. May be empty.
    std::function<void(absl::Status)> done;
    // What it writes, about.
    size_t bytes = 0;
  };

  // All must outlive it.
  GroupCommitter(LmdbEnvironment& environment, Metrics& metrics,
                 const Logger& log);
  // Commits what waits.
  ~GroupCommitter();

  void Enqueue(Job job);

  // Waits until all that was enqueued so far is committed.
  void Flush();

 private:
  void Run();
  void Commit(std::vector<Job> jobs);
  void NoteFailure(const absl::Status& status);

  LmdbEnvironment& environment_;
  const Logger& log_;
  Mailbox<Job> queue_;
  CounterMetric& errors_;
  CounterMetric& commits_;
  GaugeMetric& used_;
  uint64_t failures_ = 0;  // Since content was last written; the thread's.
  std::thread thread_;
};

}  // namespace understudy::edge
