// Copyright 2026 The Understudy Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include "absl/time/time.h"
#include "base/random.h"

namespace understudy {

// Delays between attempts: doubling from `first` to `ceiling`, each drawn
// uniformly from the upper half, so that many clients do not march in step.
// Not thread-safe.
class Backoff {
 public:
  Backoff(absl::Duration first, absl::Duration ceiling, Random& random)
      : first_(first), ceiling_(ceiling), next_(first), random_(random) {}

  // The delay before the next attempt.
  absl::Duration Next() {
    absl::Duration delay = next_ * (0.5 + 0.5 * random_.Unit());
    next_ = std::min(next_ * 2, ceiling_);
    return delay;
  }

  // After a success.
  void Reset() { next_ = first_; }

 private:
  absl::Duration first_;
  absl::Duration ceiling_;
  absl::Duration next_;
  Random& random_;
};

}  // namespace understudy
