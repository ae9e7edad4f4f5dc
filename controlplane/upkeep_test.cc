// Copyright 2026 The Understudy Authors
// SPDX-License-Identifier: Apache-2.0

#include "controlplane/upkeep.h"

#include "base/testing/fake_clock.h"
#include "base/testing/fake_random.h"
#include "base/testing/log_capture.h"
#include "base/testing/status_matchers.h"
#include "controlplane/store/memory_store.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace understudy::control {
namespace {

using Code = absl::StatusCode;
using ::testing::HasSubstr;

class UpkeepTest : public testing::Test {
 protected:
  FakeClock clock_;
  FakeRandom random_{1};
  MemoryStore store_{clock_, random_};
  Metrics metrics_;
  LogCapture sink_;
  Logger logger_{sink_, clock_};
  absl::Status prepared_;
  int prepares_ = 0;
  int days_ = 0;
  Upkeep upkeep_{store_,
                 clock_,
                 metrics_,
                 logger_,
                 [this] {
                   ++prepares_;
                   return prepared_;
                 },
                 [this] { ++days_; }};
};

TEST_F(UpkeepTest, PreparesOnceItCan) {
  prepared_ = absl::UnavailableError("away");
  EXPECT_FALSE(upkeep_.readiness().ok());
  upkeep_.Turn();
  EXPECT_THAT(upkeep_.readiness(), HasCode(Code::kUnavailable));
  prepared_ = absl::OkStatus();
  upkeep_.Turn();
  upkeep_.Turn();
  EXPECT_OK(upkeep_.readiness());
  EXPECT_EQ(prepares_, 2);
  EXPECT_THAT(metrics_.Text(),
              HasSubstr("understudy_controller_database_up 1"));
}

TEST_F(UpkeepTest, FollowsTheDatabase) {
  upkeep_.Turn();
  store_.SetAvailable(false);
  upkeep_.Turn();
  EXPECT_THAT(upkeep_.readiness(), HasCode(Code::kUnavailable));
  EXPECT_THAT(metrics_.Text(),
              HasSubstr("understudy_controller_database_up 0"));
  EXPECT_THAT(sink_.text(), HasSubstr("database away"));
  store_.SetAvailable(true);
  upkeep_.Turn();
  EXPECT_OK(upkeep_.readiness());
}

TEST_F(UpkeepTest, PurgesOnceAnHour) {
  ASSERT_OK(store_.Bootstrap("acme", {}));
  ZoneRow zone;
  zone.project = "acme";
  zone.zone = "a.org";
  ASSERT_OK(store_.CreateZone(zone, "", true));
  ASSERT_OK(store_.DeleteZone("acme", "a.org", ""));
  clock_.Advance(absl::Minutes(59));
  clock_.JumpWall(absl::Hours(24 * 30));
  upkeep_.Turn();
  EXPECT_EQ(store_.ChangesAfter(0, 10)->size(), 1u);
  clock_.Advance(absl::Minutes(1));
  upkeep_.Turn();
  EXPECT_EQ(store_.ChangesAfter(0, 10)->size(), 0u);
}

TEST_F(UpkeepTest, HasADailyRound) {
  upkeep_.Turn();
  EXPECT_EQ(days_, 0);
  clock_.Advance(absl::Hours(24));
  upkeep_.Turn();
  upkeep_.Turn();
  EXPECT_EQ(days_, 1);
}

TEST_F(UpkeepTest, StartFailsForWhatNoWaitingMends) {
  prepared_ = absl::FailedPreconditionError("the database is newer");
  EXPECT_THAT(upkeep_.Start(), HasCode(Code::kFailedPrecondition));
}

}  // namespace
}  // namespace understudy::control
