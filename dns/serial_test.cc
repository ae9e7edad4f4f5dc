// Copyright 2026 The Understudy Authors
// SPDX-License-Identifier: Apache-2.0

#include "dns/serial.h"

#include "gtest/gtest.h"

namespace understudy::dns {
namespace {

TEST(SerialNewer, WrapsAround) {
  EXPECT_TRUE(SerialNewer(0, 4294967295u));
  EXPECT_TRUE(SerialNewer(1, 0));
  EXPECT_FALSE(SerialNewer(4294967295u, 0));
}

TEST(SerialNewer, EqualIsNotNewer) { EXPECT_FALSE(SerialNewer(7, 7)); }

TEST(SerialNewer, TheUndefinedDistanceIsNotNewer) {
  EXPECT_FALSE(SerialNewer(0x80000000u, 0));
  EXPECT_FALSE(SerialNewer(0, 0x80000000u));
  EXPECT_TRUE(SerialNewer(0x7fffffffu, 0));
}

}  // namespace
}  // namespace understudy::dns
