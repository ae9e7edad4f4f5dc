// Copyright 2026 The Understudy Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <thread>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/container/flat_hash_set.h"
#include "absl/status/status.h"
#include "base/backoff.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/metrics.h"
#include "base/mutex.h"
#include "base/random.h"
#include "controlplane/push/status_book.h"
#include "controlplane/store/store.h"

namespace understudy::control {

// Writes what the edges say into the store, in batches, from a thread of its
// own: at most one round in 100 ms. While the store is away, the newest fact of
// each zone and edge is kept and written when it is back.
//
// The methods that take facts may be called from any thread and never block
// on the store.
class StatusWriter {
 public:
  static constexpr size_t kMaxRows = 5'000;
  // Facts that may wait before those who bring them should slow down.
  static constexpr size_t kHighWater = 1'000'000;

  // Called from the writer's thread when the store does not know an edge any
  // more: it was deleted.
  using EdgeGone = std::function<void(const std::string& edge)>;

  // All references must outlive the writer.
  StatusWriter(Store& store, const Clock& clock, Random& random,
               Metrics& metrics, Logger& log, EdgeGone edge_gone);
  // Stops.
  ~StatusWriter();
  StatusWriter(const StatusWriter&) = delete;
  StatusWriter& operator=(const StatusWriter&) = delete;

  void Start();
  // Writes what waits if the store takes it, and joins. What it does not take
  // is lost; the edges report it again on their next stream.
  void Stop();

  // A stream of the edge begins: what it refused before is open again.
  void EdgeOpened(const std::string& edge);
  // The newest of an edge's own row: connected, contact, acknowledgements.
  void UpdateEdge(EdgeRow row);
  void Report(std::vector<PlacementRow> rows);
  void Reject(std::vector<RejectionRow> rows);
  void Accept(const std::string& edge, const std::vector<std::string>& zones);
  // The edge's first difference is through: rejections that the store still
  // has from earlier streams, and that were not repeated, are void.
  void Reconcile(const std::string& edge);

  // True while more waits than kHighWater.
  bool is_overfull();

  // Writes a round of everything that waits. The writer's thread does it; a
  // test may, instead of Start. The status of the store when it was away.
  absl::Status WriteRound();

 private:
  void Loop();
  absl::Status WriteEdges();
  absl::Status WritePlacements();
  absl::Status WriteRejections();
  absl::Status WriteReconciliations();
  bool HasWork() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);
  void Wake();

  Store& store_;
  const Clock& clock_;
  Logger& log_;
  const EdgeGone edge_gone_;
  Backoff backoff_;
  CounterMetric& written_;
  CounterMetric& dropped_;
  CounterMetric& failures_;
  GaugeMetric& backlog_;

  Mutex mu_;
  CondVar changed_;
  bool stopping_ ABSL_GUARDED_BY(mu_) = false;
  StatusBook book_ ABSL_GUARDED_BY(mu_);
  LatestQueue<std::string, EdgeRow> edges_ ABSL_GUARDED_BY(mu_);
  absl::flat_hash_set<std::string> to_reconcile_ ABSL_GUARDED_BY(mu_);
  std::thread thread_;
};

}  // namespace understudy::control
