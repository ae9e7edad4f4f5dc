// Copyright 2026 The Understudy Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <algorithm>

#include "absl/time/time.h"

namespace understudy::edge {

// When reports go out: the first change some milliseconds after it happened,
// so that a customer who waits for a serial sees it at once; when changes keep
// coming, a batch a second, so that a busy edge does not drown its controller.
// Not thread-safe.
class ReportPacer {
 public:
  // Lets the changes of one event come together.
  static constexpr absl::Duration kGather = absl::Milliseconds(50);
  // Between batches when busy...
  static constexpr absl::Duration kSpacing = absl::Seconds(1);
  // ...after so many that went out quickly: a new zone's first steps.
  static constexpr int kBurst = 5;

  // Something waits to be reported.
  void OnChange(absl::Duration now) {
    if (due_ != absl::InfiniteDuration()) return;
    due_ = std::max(now + kGather, EarliestBatch());
  }

  // When the next batch is due; infinite when nothing waits.
  absl::Duration due() const { return due_; }

  // A batch with everything that waited has gone out.
  void OnSent(absl::Duration now) {
    due_ = absl::InfiniteDuration();
    // One slot is used up; they come back one in each kSpacing.
    slots_full_at_ = std::max(slots_full_at_, now) + kSpacing;
  }

 private:
  absl::Duration EarliestBatch() const {
    return slots_full_at_ - kSpacing * (kBurst - 1);
  }

  absl::Duration due_ = absl::InfiniteDuration();
  // When all kBurst slots would be free again.
  absl::Duration slots_full_at_ = -absl::InfiniteDuration();
};

}  // namespace understudy::edge
