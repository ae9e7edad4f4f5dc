// Copyright 2026 The Understudy Authors
// SPDX-License-Identifier: Apache-2.0

#include "base/backoff.h"

#include "base/testing/fake_random.h"
#include "gtest/gtest.h"

namespace understudy {
namespace {

TEST(Backoff, DoublesToItsCeilingWithinJitter) {
  FakeRandom random(1);
  Backoff backoff(absl::Seconds(1), absl::Seconds(10), random);
  for (int expected : {1, 2, 4, 8, 10, 10, 10}) {
    absl::Duration delay = backoff.Next();
    EXPECT_GE(delay, absl::Seconds(expected) * 0.5);
    EXPECT_LE(delay, absl::Seconds(expected));
  }
}

TEST(Backoff, StartsAnewAfterReset) {
  FakeRandom random(1);
  Backoff backoff(absl::Seconds(1), absl::Seconds(10), random);
  for (int i = 0; i < 5; ++i) backoff.Next();
  backoff.Reset();
  EXPECT_LE(backoff.Next(), absl::Seconds(1));
}

}  // namespace
}  // namespace understudy
