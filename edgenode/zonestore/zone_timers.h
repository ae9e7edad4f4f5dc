// Copyright 2026 The Understudy Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include "absl/time/time.h"

namespace understudy::edge {

// What must outlive the process beside a zone's content. Wall times.
struct ZoneTimers {
  // When a primary last confirmed that the copy is current.
  absl::Time last_check = absl::InfinitePast();
  // When the copy must no longer be answered from.
  absl::Time expire = absl::InfinitePast();
  // When the present serial was published first.
  absl::Time publish = absl::InfinitePast();
};

}  // namespace understudy::edge
