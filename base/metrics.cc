// Copyright 2026 The Understudy Authors
// SPDX-License-Identifier: Apache-2.0

#include "base/metrics.h"

#include <prometheus/collectable.h>
#include <prometheus/counter.h>
#include <prometheus/gauge.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>
#include <prometheus/text_serializer.h>

#include <utility>

#include "absl/base/thread_annotations.h"
#include "base/mutex.h"

namespace understudy {
namespace {

class Counted final : public CounterMetric {
 public:
  explicit Counted(prometheus::Counter& counter) : counter_(counter) {}
  void Add(double amount) override { counter_.Increment(amount); }

 private:
  prometheus::Counter& counter_;
};

class Gauged final : public GaugeMetric {
 public:
  explicit Gauged(prometheus::Gauge& gauge) : gauge_(gauge) {}
  void Set(double value) override { gauge_.Set(value); }

 private:
  prometheus::Gauge& gauge_;
};

class Observed final : public HistogramMetric {
 public:
  explicit Observed(prometheus::Histogram& histogram) : histogram_(histogram) {}
  void Observe(double value) override { histogram_.Observe(value); }

 private:
  prometheus::Histogram& histogram_;
};

struct Collected {
  std::string name;
  std::string help;
  MetricKind kind;
  std::function<std::vector<MetricSample>()> read;
};

prometheus::MetricFamily ToFamily(const Collected& collected) {
  prometheus::MetricFamily family;
  family.name = collected.name;
  family.help = collected.help;
  const bool is_counter = collected.kind == MetricKind::kCounter;
  family.type = is_counter ? prometheus::MetricType::Counter
                           : prometheus::MetricType::Gauge;
  for (const MetricSample& sample : collected.read()) {
    prometheus::ClientMetric metric;
    for (const auto& [key, value] : sample.labels) {
      metric.label.push_back({key, value});
    }
    (is_counter ? metric.counter.value : metric.gauge.value) = sample.value;
    family.metric.push_back(std::move(metric));
  }
  return family;
}

}  // namespace

struct Metrics::Impl {
  prometheus::Registry registry{prometheus::Registry::InsertBehavior::Merge};
  Mutex mu;
  std::vector<std::unique_ptr<CounterMetric>> counters ABSL_GUARDED_BY(mu);
  std::vector<std::unique_ptr<GaugeMetric>> gauges ABSL_GUARDED_BY(mu);
  std::vector<std::unique_ptr<HistogramMetric>> histograms ABSL_GUARDED_BY(mu);
  std::vector<Collected> collected ABSL_GUARDED_BY(mu);
};

Metrics::Metrics() : impl_(std::make_unique<Impl>()) {}
Metrics::~Metrics() = default;

CounterMetric& Metrics::Counter(const std::string& name,
                                const std::string& help,
                                const MetricLabels& labels) {
  auto& family = prometheus::BuildCounter().Name(name).Help(help).Register(
      impl_->registry);
  MutexLock lock(impl_->mu);
  impl_->counters.push_back(std::make_unique<Counted>(family.Add(labels)));
  return *impl_->counters.back();
}

GaugeMetric& Metrics::Gauge(const std::string& name, const std::string& help,
                            const MetricLabels& labels) {
  auto& family =
      prometheus::BuildGauge().Name(name).Help(help).Register(impl_->registry);
  MutexLock lock(impl_->mu);
  impl_->gauges.push_back(std::make_unique<Gauged>(family.Add(labels)));
  return *impl_->gauges.back();
}

HistogramMetric& Metrics::Histogram(const std::string& name,
                                    const std::string& help,
                                    const std::vector<double>& buckets,
                                    const MetricLabels& labels) {
  auto& family = prometheus::BuildHistogram().Name(name).Help(help).Register(
      impl_->registry);
  MutexLock lock(impl_->mu);
  impl_->histograms.push_back(
      std::make_unique<Observed>(family.Add(labels, buckets)));
  return *impl_->histograms.back();
}

void Metrics::Collect(const std::string& name, const std::string& help,
                      MetricKind kind,
                      std::function<std::vector<MetricSample>()> read) {
  MutexLock lock(impl_->mu);
  impl_->collected.push_back({name, help, kind, std::move(read)});
}

std::string Metrics::Text() {
  std::vector<prometheus::MetricFamily> families = impl_->registry.Collect();
  std::vector<Collected> collected;
  {
    MutexLock lock(impl_->mu);
    collected = impl_->collected;
  }
  for (const Collected& one : collected) families.push_back(ToFamily(one));
  return prometheus::TextSerializer().Serialize(families);
}

}  // namespace understudy
