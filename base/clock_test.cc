// Copyright 2026 The Understudy Authors
// SPDX-License-Identifier: Apache-2.0

#include "base/clock.h"

#include "base/testing/fake_clock.h"
#include "gtest/gtest.h"

namespace understudy {
namespace {

TEST(SystemClock, MonotonicNeverGoesBack) {
  SystemClock clock;
  absl::Duration last = clock.Monotonic();
  for (int i = 0; i < 1000; ++i) {
    absl::Duration now = clock.Monotonic();
    ASSERT_GE(now, last);
    last = now;
  }
}

TEST(FakeClock, MovesWallAndMonotonicTogether) {
  FakeClock clock;
  absl::Time wall = clock.Now();
  absl::Duration monotonic = clock.Monotonic();
  clock.Advance(absl::Seconds(5));
  EXPECT_EQ(clock.Now() - wall, absl::Seconds(5));
  EXPECT_EQ(clock.Monotonic() - monotonic, absl::Seconds(5));
}

TEST(FakeClock, WallTimeCanJumpAlone) {
  FakeClock clock;
  absl::Duration monotonic = clock.Monotonic();
  clock.JumpWall(-absl::Hours(1));
  EXPECT_EQ(clock.Monotonic(), monotonic);
}

}  // namespace
}  // namespace understudy
