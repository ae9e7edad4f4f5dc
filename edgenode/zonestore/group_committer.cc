// Copyright 2026 The Understudy Authors
// SPDX-License-Identifier: Apache-2.0

#include "edgenode/zonestore/group_committer.h"

#include <malloc.h>

#include <utility>

#include "base/mutex.h"
#include "base/status_macros.h"

namespace understudy::edge {
namespace {

// So many jobs may wait: more than an edge has zones.
constexpr size_t kQueue = 4'000'000;

// After commits of this size the heap is given back to the system: the store's
// dirty pages were on it.
constexpr size_t kTrimBytes = size_t{32} << 20;

}  // namespace

GroupCommitter::GroupCommitter(LmdbEnvironment& environment, Metrics& metrics,
                               const Logger& log)
    : environment_(environment),
      log_(log),
      queue_(kQueue),
      errors_(metrics.Counter("understudy_edge_store_errors_total",
                              "Writes to the zone store that failed.")),
      commits_(metrics.Counter("understudy_edge_store_commits_total",
                               "Commits to the zone store.")),
      used_(metrics.Gauge("understudy_edge_store_bytes",
                          "Bytes of the zone store in use.")),
      thread_([this] { Run(); }) {}

GroupCommitter::~GroupCommitter() {
  queue_.Close();
  thread_.join();
}

void GroupCommitter::Enqueue(Job job) {
  auto done = job.done;
  if (!queue_.Put(std::move(job)) && done) {
    done(absl::UnavailableError("the store is closed"));
  }
}

void GroupCommitter::Run() {
  for (;;) {
    const bool closing = queue_.is_closed();
    std::vector<Job> jobs = queue_.TakeAll(absl::Seconds(3600));
    if (!jobs.empty()) {
      Commit(std::move(jobs));
    } else if (closing) {
      return;
    }
  }
}

void GroupCommitter::Commit(std::vector<Job> jobs) {
  size_t bytes = 0;
  std::vector<absl::Status> results(jobs.size());
  for (size_t i = 0; i < jobs.size(); ++i) {
    bytes += jobs[i].bytes;
    if (jobs[i].prepare) results[i] = jobs[i].prepare(environment_);
  }
  const absl::Status all = environment_.Write([&](LmdbTransaction& txn) {
    for (size_t i = 0; i < jobs.size(); ++i) {
      if (results[i].ok()) UNDERSTUDY_RETURN_IF_ERROR(jobs[i].write(txn));
    }
    return absl::OkStatus();
  });
  if (!all.ok()) {
    // One of them spoilt it for all: each for itself, then.
    for (size_t i = 0; i < jobs.size(); ++i) {
      if (results[i].ok()) results[i] = environment_.Write(jobs[i].write);
    }
  }
  commits_.Increment();
  used_.Set(static_cast<double>(environment_.used_bytes()));
  for (size_t i = 0; i < jobs.size(); ++i) {
    if (!results[i].ok()) {
      errors_.Increment();
      NoteFailure(results[i]);
    } else if (jobs[i].bytes > 0) {
      failures_ = 0;
    }
    if (jobs[i].done) jobs[i].done(results[i]);
  }
  jobs.clear();
  if (bytes > kTrimBytes) malloc_trim(0);
}

void GroupCommitter::NoteFailure(const absl::Status& status) {
  // A full disk fails every zone's every write: the first is told, then those
  // whose number is a power of two.
  ++failures_;
  if ((failures_ & (failures_ - 1)) != 0) return;
  log_.Error("store write failed",
             {{"error", std::string(status.message())},
              {"failures", failures_},
              {"hint",
               "the edge goes on from memory; free space on the disk or "
               "raise limits.store_bytes"}});
}

void GroupCommitter::Flush() {
  Mutex mu;
  CondVar written;
  bool is_done = false;
  Enqueue({.prepare = nullptr,
           .write = [](LmdbTransaction&) { return absl::OkStatus(); },
           .done =
               [&](absl::Status) {
                 MutexLock lock(mu);
                 is_done = true;
                 written.NotifyAll();
               }});
  MutexLock lock(mu);
  while (!is_done) written.Wait(mu);
}

}  // namespace understudy::edge
