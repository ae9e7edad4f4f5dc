// Copyright 2026 The Understudy Authors
// SPDX-License-Identifier: Apache-2.0

#include "base/metrics.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace understudy {
namespace {

using ::testing::HasSubstr;

TEST(Metrics, PrintsCountersGaugesAndHistograms) {
  Metrics metrics;
  metrics.Counter("understudy_a_total", "A.", {{"kind", "x"}}).Add(3);
  metrics.Gauge("understudy_b", "B.").Set(2.5);
  metrics.Histogram("understudy_c_seconds", "C.", {1, 2}).Observe(1.5);
  std::string text = metrics.Text();
  EXPECT_THAT(text, HasSubstr("understudy_a_total{kind=\"x\"} 3"));
  EXPECT_THAT(text, HasSubstr("understudy_b 2.5"));
  EXPECT_THAT(text, HasSubstr("understudy_c_seconds_count 1"));
}

TEST(Metrics, TheSameNameWithOtherLabelsIsOneFamily) {
  Metrics metrics;
  metrics.Counter("understudy_a_total", "A.", {{"kind", "x"}}).Increment();
  metrics.Counter("understudy_a_total", "A.", {{"kind", "y"}}).Increment();
  std::string text = metrics.Text();
  EXPECT_EQ(text.find("# TYPE understudy_a_total"),
            text.rfind("# TYPE understudy_a_total"));
}

TEST(Metrics, CollectsAtScrape) {
  Metrics metrics;
  double value = 1;
  metrics.Collect("understudy_d_total", "D.", MetricKind::kCounter, [&] {
    return std::vector<MetricSample>{{{{"w", "0"}}, value}};
  });
  value = 9;
  EXPECT_THAT(metrics.Text(), HasSubstr("understudy_d_total{w=\"0\"} 9"));
}

}  // namespace
}  // namespace understudy
