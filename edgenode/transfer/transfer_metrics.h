// Copyright 2026 The Understudy Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <map>
#include <memory>

#include "base/metrics.h"
#include "edgenode/transfer/xfr_client.h"
#include "edgenode/transfer/zone_agent.h"
#include "edgenode/zone/failure.h"

namespace understudy::edge {

// What the zone loop counts. Its methods are for the loop's thread; scrapes
// may come from any.
class TransferMetrics {
 public:
  explicit TransferMetrics(Metrics& metrics);

  // One attempt against one primary.
  void OnAttempt(const XfrOutcome& outcome);
  // A NOTIFY's fate: "accepted", "coalesced", "old", "dropped", "unknown_zone".
  enum class Notify { kAccepted, kCoalesced, kOld, kDropped, kUnknownZone };
  // Any thread.
  void OnNotify(Notify verdict);
  // A zone came (from null), changed its phase, or went (to null).
  void OnPhase(const ZoneAgent::Phase* from, const ZoneAgent::Phase* to);
  void OnArchiveFailure() { archive_failures_.Increment(); }

 private:
  CounterMetric& TransferCounter(FailureReason reason);
  CounterMetric& CheckCounter(const char* result);

  Metrics& metrics_;
  // Outlives the registry's collector.
  std::shared_ptr<std::array<std::atomic<int64_t>, 3>> zones_;
  HistogramMetric& duration_;
  CounterMetric& bytes_;
  CounterMetric& records_;
  CounterMetric& archive_failures_;
  CounterMetric& checks_current_;
  CounterMetric& checks_behind_;
  CounterMetric& checks_failed_;
  std::map<FailureReason, CounterMetric*> transfers_;
  std::array<CounterMetric*, 5> notifies_;
};

}  // namespace understudy::edge
