// Copyright 2026 The Understudy Authors
// SPDX-License-Identifier: Apache-2.0

#include "edgenode/transfer/primary_health.h"

#include <string>

#include "gtest/gtest.h"

namespace understudy::edge {
namespace {

class PrimaryHealthTest : public testing::Test {
 protected:
  bool MayAsk() { return !health.WhyNotNow(primary, now); }
  void Silent() {
    health.OnSilent(
        primary, Failure::Of(FailureReason::kConnectTimeout, "nothing"), now);
  }
  PrimaryHealth health;
  absl::Duration now = absl::Seconds(1000);
  SocketAddress primary = SocketAddress::FromIp("192.0.2.1", 53).value();
};

TEST_F(PrimaryHealthTest, IsAskedUntilItWasSilentThreeTimes) {
  Silent();
  Silent();
  EXPECT_TRUE(MayAsk());
  Silent();
  auto why = health.WhyNotNow(primary, now);
  ASSERT_TRUE(why);
  EXPECT_EQ(why->reason, FailureReason::kConnectTimeout);
  EXPECT_EQ(why->evidence,
            "nothing (the last of 3 in a row from this primary; it is asked "
            "again in 1s)");
  // Another port is another server.
  EXPECT_FALSE(health.WhyNotNow(primary.WithPort(5353), now));
}

TEST_F(PrimaryHealthTest, IsProbedByOneAtATimeWithGrowingPauses) {
  for (int i = 0; i < 3; ++i) Silent();
  for (int pause : {1, 2, 4, 8, 16, 30, 30}) {
    now += absl::Seconds(pause) - absl::Milliseconds(1);
    EXPECT_FALSE(MayAsk()) << pause;
    now += absl::Milliseconds(1);
    EXPECT_TRUE(MayAsk()) << pause;
    EXPECT_FALSE(MayAsk()) << pause;
    Silent();
  }
}

TEST_F(PrimaryHealthTest, FailuresThatWereUnderWayDoNotCount) {
  for (int i = 0; i < 100; ++i) Silent();
  now += absl::Seconds(1);
  EXPECT_TRUE(MayAsk());
}

TEST_F(PrimaryHealthTest, AProbeThatNeverEndsIsReplaced) {
  for (int i = 0; i < 3; ++i) Silent();
  now += absl::Seconds(1);
  EXPECT_TRUE(MayAsk());
  now += PrimaryHealth::kProbeLimit;
  EXPECT_TRUE(MayAsk());
}

TEST_F(PrimaryHealthTest, IsTrustedAgainAfterOneAnswer) {
  for (int i = 0; i < 10; ++i) Silent();
  health.OnAlive(primary);
  EXPECT_TRUE(MayAsk());
  EXPECT_EQ(health.size(), 0u);
}

TEST_F(PrimaryHealthTest, OnlyNoAnswerAtAllIsSilence) {
  EXPECT_TRUE(PrimaryHealth::IsSilence(FailureReason::kConnectRefused, false));
  EXPECT_TRUE(PrimaryHealth::IsSilence(FailureReason::kIdleTimeout, false));
  EXPECT_FALSE(PrimaryHealth::IsSilence(FailureReason::kIdleTimeout, true));
  EXPECT_FALSE(PrimaryHealth::IsSilence(FailureReason::kRcodeRefused, false));
  EXPECT_FALSE(PrimaryHealth::IsSilence(FailureReason::kNone, false));
}

}  // namespace
}  // namespace understudy::edge
