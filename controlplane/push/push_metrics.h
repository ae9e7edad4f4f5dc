// Copyright 2026 The Understudy Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include "base/metrics.h"

namespace understudy::control {

// What the push streams tell of themselves (docs/reference/metrics.md).
struct PushMetrics {
  // `metrics` must outlive it.
  explicit PushMetrics(Metrics& metrics);

  GaugeMetric& edges_connected;
  GaugeMetric& edges_syncing;
  GaugeMetric& zones;
  GaugeMetric& push_lag_seconds;
  HistogramMetric& ack_seconds;
  CounterMetric& upserts;
  CounterMetric& removals;
  CounterMetric& batches;
  CounterMetric& rejections;
  CounterMetric& reports;
  CounterMetric& reports_ignored;
  CounterMetric& streams_replaced;
  CounterMetric& streams_refused;
  CounterMetric& protocol_errors;
  CounterMetric& stream_timeouts;
};

}  // namespace understudy::control
