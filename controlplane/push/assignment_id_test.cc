// Copyright 2026 The Understudy Authors
// SPDX-License-Identifier: Apache-2.0

#include "controlplane/push/assignment_id.h"

#include "base/random.h"
#include "base/testing/fake_random.h"
#include "gtest/gtest.h"

namespace understudy::control {
namespace {

TEST(AssignmentId, ReadsWhatItWrites) {
  FakeRandom random(3);
  for (int i = 0; i < 1000; ++i) {
    std::string uid = RandomUuid(random);
    auto id = AssignmentId::FromUid(uid);
    ASSERT_TRUE(id.has_value()) << uid;
    EXPECT_EQ(id->uid(), uid);
    EXPECT_EQ(id->name(), "assignments/" + uid);
    EXPECT_EQ(AssignmentId::FromName(id->name()), id);
  }
}

TEST(AssignmentId, RefusesOtherTexts) {
  const std::string good = "00112233-4455-6677-8899-aabbccddeeff";
  ASSERT_TRUE(AssignmentId::FromUid(good).has_value());
  for (std::string bad :
       {std::string(), good.substr(1), good + "0", std::string(36, '-'),
        std::string("00112233-4455-6677-8899-AABBCCDDEEFF"),
        std::string("00112233044550667708899 aabbccddeeff"),
        std::string("0011223-34455-6677-8899-aabbccddeeff"),
        std::string("g0112233-4455-6677-8899-aabbccddeeff")}) {
    EXPECT_FALSE(AssignmentId::FromUid(bad).has_value()) << bad;
  }
  EXPECT_FALSE(AssignmentId::FromName(good).has_value());
  EXPECT_FALSE(AssignmentId::FromName("assignments/").has_value());
  EXPECT_FALSE(AssignmentId::FromName("zones/" + good).has_value());
}

}  // namespace
}  // namespace understudy::control
