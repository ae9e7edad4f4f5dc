// Copyright 2026 The Understudy Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"

namespace understudy {

// Names and values of the closed label sets; never a zone, a customer or a
// client (docs/adr/0010).
using MetricLabels = std::map<std::string, std::string>;

// Only goes up. Thread-safe, lock-free.
class CounterMetric {
 public:
  virtual ~CounterMetric() = default;
  virtual void Add(double amount) = 0;
  void Increment() { Add(1); }
};

// Goes up and down. Thread-safe, lock-free.
class GaugeMetric {
 public:
  virtual ~GaugeMetric() = default;
  virtual void Set(double value) = 0;
};

// Counts observations into buckets. Thread-safe.
class HistogramMetric {
 public:
  virtual ~HistogramMetric() = default;
  virtual void Observe(double value) = 0;
};

// One value read at scrape time.
struct MetricSample {
  MetricLabels labels;
  double value;
};

enum class MetricKind { kCounter, kGauge };

// A process's metrics, with prometheus-cpp behind it. Each component declares
// its own in its constructor; what is returned lives as long as the registry.
// Thread-safe.
class Metrics {
 public:
  Metrics();
  ~Metrics();
  Metrics(const Metrics&) = delete;
  Metrics& operator=(const Metrics&) = delete;

  // Names as in docs/reference/metrics.md, with the understudy_ prefix. The
  // same name with other labels is another child of one family.
  CounterMetric& Counter(const std::string& name, const std::string& help,
                         const MetricLabels& labels = {});
  GaugeMetric& Gauge(const std::string& name, const std::string& help,
                     const MetricLabels& labels = {});
  HistogramMetric& Histogram(const std::string& name, const std::string& help,
                             const std::vector<double>& buckets,
                             const MetricLabels& labels = {});

  // A family whose samples `read` makes at each scrape: for counters that
  // workers keep by themselves. `read` must stay callable until the registry
  // is gone.
  void Collect(const std::string& name, const std::string& help,
               MetricKind kind,
               std::function<std::vector<MetricSample>()> read);

  // All of it in the Prometheus text format.
  std::string Text();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace understudy
