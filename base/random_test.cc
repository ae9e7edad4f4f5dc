// Copyright 2026 The Understudy Authors
// SPDX-License-Identifier: Apache-2.0

#include "base/random.h"

#include <set>

#include "base/testing/fake_random.h"
#include "gtest/gtest.h"

namespace understudy {
namespace {

TEST(Random, UnitStaysBelowOne) {
  FakeRandom random(1);
  for (int i = 0; i < 10000; ++i) {
    double u = random.Unit();
    ASSERT_GE(u, 0.0);
    ASSERT_LT(u, 1.0);
  }
}

TEST(SystemRandom, DoesNotRepeat) {
  SystemRandom random;
  std::set<uint64_t> seen;
  for (int i = 0; i < 1000; ++i) seen.insert(random.Uint64());
  EXPECT_EQ(seen.size(), 1000u);
}

TEST(RandomUuid, HasVersionAndVariant) {
  FakeRandom random(7);
  std::string uuid = RandomUuid(random);
  ASSERT_EQ(uuid.size(), 36u);
  EXPECT_EQ(uuid[14], '4');
  EXPECT_NE(std::string("89ab").find(uuid[19]), std::string::npos);
}

TEST(FakeRandom, SameSeedSameSequence) {
  FakeRandom a(3), b(3);
  EXPECT_EQ(a.Bytes(33), b.Bytes(33));
}

}  // namespace
}  // namespace understudy
