// Copyright 2026 The Understudy Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include "absl/time/time.h"

namespace understudy {

// Where time comes from. Everything that asks for the time takes a Clock, so
// that a test can turn it. Thread-safe.
class Clock {
 public:
  virtual ~Clock() = default;

  // Wall time: for people and for what must outlive the process.
  virtual absl::Time Now() const = 0;

  // Time since an arbitrary start; never goes back. For intervals.
  virtual absl::Duration Monotonic() const = 0;
};

// The machine's clock.
class SystemClock final : public Clock {
 public:
  absl::Time Now() const override;
  absl::Duration Monotonic() const override;
};

}  // namespace understudy
