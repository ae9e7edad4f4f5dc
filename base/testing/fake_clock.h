// Copyright 2026 The Understudy Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <atomic>

#include "base/clock.h"

namespace understudy {

// A clock that stands still until the test moves it. Thread-safe.
class FakeClock final : public Clock {
 public:
  explicit FakeClock(absl::Time start = absl::FromUnixSeconds(1'800'000'000))
      : wall_(absl::ToUnixNanos(start)) {}

  absl::Time Now() const override { return absl::FromUnixNanos(wall_); }
  absl::Duration Monotonic() const override {
    return absl::Nanoseconds(monotonic_.load());
  }

  void Advance(absl::Duration by) {
    wall_ += absl::ToInt64Nanoseconds(by);
    monotonic_ += absl::ToInt64Nanoseconds(by);
  }

  // As when an operator sets the machine's clock.
  void JumpWall(absl::Duration by) { wall_ += absl::ToInt64Nanoseconds(by); }

 private:
  std::atomic<int64_t> wall_;
  std::atomic<int64_t> monotonic_{0};
};

}  // namespace understudy
