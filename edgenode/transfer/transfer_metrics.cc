// Copyright 2026 The Understudy Authors
// SPDX-License-Identifier: Apache-2.0

#include "edgenode/transfer/transfer_metrics.h"

#include <string>

#include "absl/strings/ascii.h"

namespace understudy::edge {
namespace {

using Phase = ZoneAgent::Phase;
using Kind = XfrOutcome::Kind;

constexpr std::array<const char*, 3> kPhaseNames = {"loading", "serving",
                                                    "expired"};
constexpr std::array<const char*, 5> kNotifyNames = {
    "accepted", "coalesced", "old", "dropped", "unknown_zone"};

}  // namespace

TransferMetrics::TransferMetrics(Metrics& metrics)
    : metrics_(metrics),
      zones_(std::make_shared<std::array<std::atomic<int64_t>, 3>>()),
      duration_(metrics.Histogram(
          "understudy_edge_transfer_duration_seconds",
          "Time of a zone transfer, from its query to the zone being built.",
          {0.01, 0.05, 0.1, 0.5, 1, 5, 10, 60, 300, 3600})),
      bytes_(metrics.Counter("understudy_edge_transfer_bytes_total",
                             "Bytes received in zone transfers.")),
      records_(metrics.Counter("understudy_edge_transfer_records_total",
                               "Records of zones that were transferred.")),
      archive_failures_(metrics.Counter(
          "understudy_edge_zones_not_archived_total",
          "Zone versions that are served from memory alone because the disk "
          "did not take them.")),
      checks_current_(CheckCounter("up_to_date")),
      checks_behind_(CheckCounter("newer")),
      checks_failed_(CheckCounter("failed")) {
  TransferCounter(FailureReason::kNone);
  for (size_t i = 0; i < notifies_.size(); ++i) {
    notifies_[i] =
        &metrics.Counter("understudy_edge_notifies_total",
                         "NOTIFYs from primaries, by what became of them.",
                         {{"verdict", kNotifyNames[i]}});
  }
  metrics.Collect(
      "understudy_edge_zones", "Zones by state.", MetricKind::kGauge,
      [zones = zones_] {
        std::vector<MetricSample> samples;
        for (size_t i = 0; i < zones->size(); ++i) {
          samples.push_back({{{"state", kPhaseNames[i]}},
                             static_cast<double>((*zones)[i].load())});
        }
        return samples;
      });
}

CounterMetric& TransferMetrics::CheckCounter(const char* result) {
  return metrics_.Counter(
      "understudy_edge_checks_total",
      "Attempts against a primary, by what its SOA answer said.",
      {{"result", result}});
}

CounterMetric& TransferMetrics::TransferCounter(FailureReason reason) {
  CounterMetric*& counter = transfers_[reason];
  if (counter == nullptr) {
    const std::string result =
        reason == FailureReason::kNone
            ? "ok"
            : absl::AsciiStrToLower(FailureReasonName(reason));
    counter = &metrics_.Counter(
        "understudy_edge_transfers_total",
        "Zone transfers, by kind and by \"ok\" or the reason of failure.",
        {{"kind", "axfr"}, {"result", result}});
  }
  return *counter;
}

void TransferMetrics::OnAttempt(const XfrOutcome& outcome) {
  if (!outcome.transfer_begun) {
    (outcome.kind == Kind::kUpToDate ? checks_current_ : checks_failed_)
        .Increment();
    return;
  }
  checks_behind_.Increment();
  bytes_.Add(static_cast<double>(outcome.bytes));
  TransferCounter(outcome.failure.reason).Increment();
  if (outcome.kind != Kind::kTransferred) return;
  duration_.Observe(absl::ToDoubleSeconds(outcome.duration));
  records_.Add(static_cast<double>(outcome.zone->record_count()));
}

void TransferMetrics::OnNotify(Notify verdict) {
  notifies_[static_cast<size_t>(verdict)]->Increment();
}

void TransferMetrics::OnPhase(const Phase* from, const Phase* to) {
  if (from) --(*zones_)[static_cast<size_t>(*from)];
  if (to) ++(*zones_)[static_cast<size_t>(*to)];
}

}  // namespace understudy::edge
