// Copyright 2026 The Understudy Authors
// SPDX-License-Identifier: Apache-2.0

#include "edgenode/report/report_pacer.h"

#include "gtest/gtest.h"

namespace understudy::edge {
namespace {

TEST(ReportPacer, SendsTheFirstChangeSoon) {
  ReportPacer pacer;
  EXPECT_EQ(pacer.due(), absl::InfiniteDuration());
  pacer.OnChange(absl::Seconds(100));
  EXPECT_EQ(pacer.due(), absl::Seconds(100) + ReportPacer::kGather);
  // More changes do not put it off.
  pacer.OnChange(absl::Seconds(100.04));
  EXPECT_EQ(pacer.due(), absl::Seconds(100) + ReportPacer::kGather);
  pacer.OnSent(absl::Seconds(100.05));
  EXPECT_EQ(pacer.due(), absl::InfiniteDuration());
}

TEST(ReportPacer, ABusyEdgeSendsOneBatchASecond) {
  ReportPacer pacer;
  absl::Duration now = absl::Seconds(100);
  int batches = 0;
  while (now < absl::Seconds(160)) {
    pacer.OnChange(now);  // Something changes all the time.
    now = pacer.due();
    pacer.OnSent(now);
    ++batches;
  }
  EXPECT_GE(batches, 60);
  EXPECT_LE(batches, 60 + ReportPacer::kBurst);
}

TEST(ReportPacer, ChangesAFewSecondsApartAllGoOutSoon) {
  ReportPacer pacer;
  for (int second = 0; second < 100; second += 2) {
    pacer.OnChange(absl::Seconds(second));
    EXPECT_EQ(pacer.due(), absl::Seconds(second) + ReportPacer::kGather);
    pacer.OnSent(pacer.due());
  }
}

}  // namespace
}  // namespace understudy::edge
