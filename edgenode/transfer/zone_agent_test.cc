// Copyright 2026 The Understudy Authors
// SPDX-License-Identifier: Apache-2.0

#include "edgenode/transfer/zone_agent.h"

#include <vector>

#include "base/testing/fake_clock.h"
#include "base/testing/fake_random.h"
#include "gtest/gtest.h"

namespace understudy::edge {
namespace {

using Phase = ZoneAgent::Phase;
using Step = ZoneAgent::Step;
using Verdict = ZoneAgent::NotifyVerdict;
using Outcome = CheckResult::Outcome;

dns::SoaFields Soa(uint32_t serial) {
  dns::SoaFields soa;
  soa.serial = serial;
  soa.refresh = 3600;
  soa.retry = 600;
  soa.expire = 7 * 86400;
  return soa;
}

class ZoneAgentTest : public testing::Test {
 protected:
  Step Transferred(const dns::SoaFields& soa) {
    return agent.OnCheckDone({Outcome::kTransferred, soa, soa.serial, {}, ""});
  }
  Step UpToDate(uint32_t primary_serial) {
    return agent.OnCheckDone(
        {Outcome::kUpToDate, {}, primary_serial, {}, "192.0.2.1"});
  }
  Step Failed() {
    return agent.OnCheckDone({Outcome::kFailed,
                              {},
                              std::nullopt,
                              Failure::Of(FailureReason::kRcodeRefused, "no"),
                              "192.0.2.1"});
  }
  // A zone that serves `soa`, confirmed just now.
  void Serve(const dns::SoaFields& soa) {
    agent.OnAssigned();
    Transferred(soa);
  }
  Step Notify(std::optional<uint32_t> serial) {
    return agent.OnNotify(serial, &verdict);
  }
  absl::Duration Wait() const { return agent.deadline() - clock.Monotonic(); }
  // Goes to the deadline.
  Step Come() {
    clock.Advance(Wait());
    return agent.OnTimer();
  }

  FakeClock clock;
  FakeRandom random{1};
  ZoneAgent agent{clock, random};
  Verdict verdict = Verdict::kOld;
};

TEST_F(ZoneAgentTest, ChecksANewZoneAtOnce) {
  Step step = agent.OnAssigned();
  ASSERT_TRUE(step.check);
  EXPECT_EQ(step.check->cause, CheckCause::kFirst);
  EXPECT_FALSE(step.check->have_serial);
  EXPECT_EQ(agent.phase(), Phase::kLoading);
  EXPECT_EQ(agent.deadline(), absl::InfiniteDuration());
}

TEST_F(ZoneAgentTest, ServesAfterATransferAndComesBackForTheRefresh) {
  Serve(Soa(5));
  EXPECT_EQ(agent.phase(), Phase::kServing);
  EXPECT_EQ(agent.serial(), 5u);
  EXPECT_EQ(agent.timers().publish, clock.Now());
  Step step = Come();
  ASSERT_TRUE(step.check);
  EXPECT_EQ(step.check->cause, CheckCause::kRefresh);
  EXPECT_EQ(step.check->have_serial, 5u);
  EXPECT_FALSE(step.check->force);
}

TEST_F(ZoneAgentTest, JittersTheRefreshBetweenThreeQuartersAndAll) {
  Serve(Soa(5));
  absl::Duration least = absl::InfiniteDuration(), most = absl::ZeroDuration();
  for (int i = 0; i < 1000; ++i) {
    least = std::min(least, Wait());
    most = std::max(most, Wait());
    ASSERT_TRUE(Come().check);
    UpToDate(5);
  }
  EXPECT_GE(least, absl::Seconds(2700));
  EXPECT_LT(least, absl::Seconds(2720));
  EXPECT_LE(most, absl::Seconds(3600));
  EXPECT_GT(most, absl::Seconds(3580));
}

TEST_F(ZoneAgentTest, BoundsWhatASoaAsksFor) {
  dns::SoaFields soa = Soa(1);
  soa.refresh = 0;
  EXPECT_EQ(ZoneAgent::RefreshInterval(soa), absl::Seconds(1));
  soa.refresh = 0xffffffff;
  soa.expire = 0xffffffff;
  EXPECT_EQ(ZoneAgent::RefreshInterval(soa), absl::Hours(24));
  soa.retry = 0;
  EXPECT_EQ(ZoneAgent::RetryInterval(soa, 0), absl::Seconds(1));
  soa.retry = 0xffffffff;
  EXPECT_EQ(ZoneAgent::RetryInterval(soa, 0), absl::Hours(1));
  soa.expire = 0;
  EXPECT_EQ(ZoneAgent::ExpireInterval(soa), absl::Seconds(3));
}

TEST_F(ZoneAgentTest, RetriesWithDoublingIntervalsUpToTheRefresh) {
  dns::SoaFields soa = Soa(1);
  EXPECT_EQ(ZoneAgent::RetryInterval(soa, 0), absl::Seconds(600));
  EXPECT_EQ(ZoneAgent::RetryInterval(soa, 1), absl::Seconds(1200));
  EXPECT_EQ(ZoneAgent::RetryInterval(soa, 3), absl::Seconds(3600));
  EXPECT_EQ(ZoneAgent::RetryInterval(soa, 20), absl::Seconds(3600));
  Serve(soa);
  Come();
  for (int expected : {600, 1200, 2400, 3600, 3600}) {
    Failed();
    EXPECT_GE(Wait(), absl::Seconds(expected) * 0.75);
    EXPECT_LE(Wait(), absl::Seconds(expected) * 1.25);
    EXPECT_EQ(Come().check->cause, CheckCause::kRetry);
  }
  EXPECT_EQ(agent.consecutive_failures(), 5u);
  EXPECT_EQ(agent.last_failure().reason, FailureReason::kRcodeRefused);
  UpToDate(1);
  EXPECT_EQ(agent.consecutive_failures(), 0u);
  EXPECT_TRUE(agent.last_failure().ok());
  Come();
  Failed();
  EXPECT_LE(Wait(), absl::Seconds(750));
}

TEST_F(ZoneAgentTest, RetriesANewZoneFromOneSecondToOneMinute) {
  agent.OnAssigned();
  for (int expected : {1, 2, 4, 8, 16, 32, 60, 60, 60}) {
    Failed();
    EXPECT_GE(Wait(), absl::Seconds(expected) * 0.75);
    EXPECT_LE(Wait(), absl::Seconds(expected) * 1.25);
    ASSERT_TRUE(Come().check);
  }
}

TEST_F(ZoneAgentTest, MakesEightAttemptsBeforeExpiry) {
  dns::SoaFields soa = Soa(1);
  soa.refresh = soa.retry = soa.expire = 86400;
  for (uint64_t seed = 0; seed < 100; ++seed) {
    FakeRandom chance(seed);
    ZoneAgent one(clock, chance);
    one.OnAssigned();
    one.OnCheckDone({Outcome::kTransferred, soa, 1, {}, ""});
    int attempts = 0;
    for (;;) {
      clock.Advance(one.deadline() - clock.Monotonic());
      Step step = one.OnTimer();
      if (step.expire) break;
      ASSERT_TRUE(step.check);
      ++attempts;
      one.OnCheckDone({Outcome::kFailed, {}, {}, {}, ""});
    }
    EXPECT_GE(attempts, 8) << seed;
  }
}

TEST_F(ZoneAgentTest, ExpiresExactlyAndRecoversWithWhateverThePrimaryHas) {
  Serve(Soa(100));
  const absl::Duration expire = clock.Monotonic() + absl::Seconds(7 * 86400);
  for (;;) {
    Step step = Come();
    if (step.expire) break;
    Failed();
  }
  EXPECT_EQ(clock.Monotonic(), expire);
  EXPECT_EQ(agent.phase(), Phase::kExpired);
  EXPECT_FALSE(agent.serial());
  EXPECT_LE(agent.timers().expire, clock.Now());
  // It goes on trying, and takes a lower serial.
  Step step = Come();
  ASSERT_TRUE(step.check);
  EXPECT_EQ(step.check->cause, CheckCause::kExpired);
  EXPECT_FALSE(step.check->have_serial);
  Transferred(Soa(3));
  EXPECT_EQ(agent.phase(), Phase::kServing);
  EXPECT_EQ(agent.serial(), 3u);
}

TEST_F(ZoneAgentTest, ExpiresWhileACheckRunsAndThenCopiesAnew) {
  Serve(Soa(1));
  Come();  // The check never ends...
  Step step = Come();
  EXPECT_TRUE(step.expire);
  EXPECT_FALSE(step.check);
  step = UpToDate(1);  // ...until the copy it was about is gone.
  ASSERT_TRUE(step.check);
  EXPECT_FALSE(step.check->have_serial);
}

TEST_F(ZoneAgentTest, WallClockJumpsChangeNoInterval) {
  Serve(Soa(1));
  const absl::Duration wait = Wait();
  for (absl::Duration jump : {absl::Hours(24 * 365), -absl::Hours(24 * 730)}) {
    clock.JumpWall(jump);
    Step step = agent.OnTimer();
    EXPECT_FALSE(step.check || step.expire);
    EXPECT_EQ(Wait(), wait);
    // What the archive gets says how long the copy may still live.
    EXPECT_EQ(agent.timers().expire - clock.Now(), absl::Seconds(7 * 86400));
  }
}

TEST_F(ZoneAgentTest, KeepsItsAgeOverARestart) {
  ZoneTimers timers;
  timers.last_check = clock.Now() - absl::Seconds(1000);
  timers.expire = clock.Now() + absl::Seconds(500'000);
  timers.publish = clock.Now() - absl::Hours(9);
  Step step = agent.OnLoadedFromDisk(Soa(7), timers, absl::Seconds(10));
  EXPECT_FALSE(step.check || step.expire);
  EXPECT_EQ(agent.serial(), 7u);
  EXPECT_EQ(agent.timers().publish, timers.publish);
  EXPECT_EQ(agent.timers().expire, timers.expire);
  EXPECT_GE(Wait(), absl::Seconds(1700));
  EXPECT_LE(Wait(), absl::Seconds(2600));
}

TEST_F(ZoneAgentTest, SpreadsOverdueChecksOverTheRamp) {
  ZoneTimers timers;
  timers.last_check = clock.Now() - absl::Hours(20);
  timers.expire = clock.Now() + absl::Hours(20);
  absl::Duration most = absl::ZeroDuration();
  for (int i = 0; i < 100; ++i) {
    ZoneAgent one(clock, random);
    EXPECT_FALSE(one.OnLoadedFromDisk(Soa(7), timers, absl::Seconds(10)).check);
    most = std::max(most, one.deadline() - clock.Monotonic());
  }
  EXPECT_LE(most, absl::Seconds(10));
  EXPECT_GT(most, absl::Seconds(8));
}

TEST_F(ZoneAgentTest, FindsThatACopyExpiredWhileItWasDown) {
  ZoneTimers timers;
  timers.last_check = clock.Now() - absl::Hours(200);
  timers.expire = clock.Now() - absl::Seconds(1);
  Step step = agent.OnLoadedFromDisk(Soa(7), timers, absl::Seconds(10));
  EXPECT_TRUE(step.expire);
  ASSERT_TRUE(step.check);
  EXPECT_EQ(step.check->cause, CheckCause::kExpired);
  EXPECT_FALSE(step.check->have_serial);
}

TEST_F(ZoneAgentTest, AClockSetBackBetweenStartsGivesNoLongerLife) {
  ZoneTimers timers;
  timers.last_check = clock.Now() + absl::Hours(24 * 365);
  timers.expire = timers.last_check + absl::Seconds(7 * 86400);
  agent.OnLoadedFromDisk(Soa(7), timers, absl::Seconds(10));
  EXPECT_EQ(agent.timers().expire, clock.Now() + absl::Seconds(7 * 86400));
  EXPECT_LE(Wait(), absl::Seconds(3600));
}

// RFC 1996 s3.7: the serial in the NOTIFY is a hint.
TEST_F(ZoneAgentTest, ChecksAtOnceOnANewerNotify) {
  Serve(Soa(5));
  Step step = Notify(6);
  EXPECT_EQ(verdict, Verdict::kAccepted);
  ASSERT_TRUE(step.check);
  EXPECT_EQ(step.check->cause, CheckCause::kNotify);
  EXPECT_EQ(step.check->hint, 6u);
}

TEST_F(ZoneAgentTest, IgnoresANotifyThatIsNotNewer) {
  Serve(Soa(5));
  for (uint32_t serial : {5u, 4u, 5u + 0x80000000u}) {
    EXPECT_FALSE(Notify(serial).check);
    EXPECT_EQ(verdict, Verdict::kOld);
  }
  EXPECT_TRUE(Notify(std::nullopt).check);
}

TEST_F(ZoneAgentTest, NotifiesDuringACheckMakeOneFurtherCheck) {
  Serve(Soa(5));
  Notify(6);
  for (int i = 0; i < 100; ++i) {
    EXPECT_FALSE(Notify(std::nullopt).check);
    EXPECT_EQ(verdict, Verdict::kCoalesced);
  }
  clock.Advance(absl::Seconds(1));
  EXPECT_TRUE(Transferred(Soa(6)).check);
  clock.Advance(absl::Seconds(1));
  EXPECT_FALSE(UpToDate(6).check);
}

TEST_F(ZoneAgentTest, AHintThatTheRunningCheckReachesNeedsNoFurtherOne) {
  Serve(Soa(5));
  Notify(6);
  Notify(7);
  clock.Advance(absl::Seconds(1));
  EXPECT_FALSE(Transferred(Soa(7)).check);
  EXPECT_GT(Wait(), absl::Seconds(2000));
}

TEST_F(ZoneAgentTest, AHintThatTheRunningCheckDoesNotReachIsFollowedAtOnce) {
  Serve(Soa(5));
  Notify(6);
  Notify(7);
  clock.Advance(absl::Seconds(1));
  Step step = Transferred(Soa(6));
  ASSERT_TRUE(step.check);
  EXPECT_EQ(step.check->have_serial, 6u);
  EXPECT_EQ(step.check->hint, 7u);
}

TEST_F(ZoneAgentTest, SpacesChecksForNotifies) {
  Serve(Soa(5));
  Notify(std::nullopt);
  EXPECT_FALSE(UpToDate(5).check);
  EXPECT_FALSE(Notify(std::nullopt).check);
  EXPECT_EQ(Wait(), ZoneAgent::kNotifySpacing);
  EXPECT_FALSE(Notify(std::nullopt).check);
  EXPECT_TRUE(Come().check);
}

TEST_F(ZoneAgentTest, RechecksThreeTimesWhenThePrimaryLagsBehindItsNotify) {
  Serve(Soa(5));
  ASSERT_TRUE(Notify(9).check);
  UpToDate(5);
  for (int delay : {1, 2, 4}) {
    EXPECT_GE(Wait(), absl::Seconds(delay) * 0.75);
    EXPECT_LE(Wait(), absl::Seconds(delay) * 1.25);
    EXPECT_EQ(Come().check->cause, CheckCause::kNotify);
    UpToDate(5);
  }
  // Then the NOTIFY is forgotten.
  EXPECT_GT(Wait(), absl::Seconds(2000));
  EXPECT_FALSE(Come().check->hint);
}

TEST_F(ZoneAgentTest, AFailedCheckAfterANotifyIsRetriedSoon) {
  Serve(Soa(5));
  Notify(6);
  for (int delay : {1, 2, 4}) {
    Failed();
    EXPECT_LE(Wait(), absl::Seconds(delay) * 1.25);
    ASSERT_TRUE(Come().check);
  }
  Failed();
  EXPECT_GE(Wait(), absl::Seconds(450));
}

TEST_F(ZoneAgentTest, ANotifyEndsTheBackOff) {
  agent.OnAssigned();
  for (int i = 0; i < 10; ++i) {
    Failed();
    Come();
  }
  Failed();
  EXPECT_GT(Wait(), absl::Seconds(30));
  EXPECT_TRUE(Notify(1).check);
  Failed();
  EXPECT_LE(Wait(), absl::Seconds(1.25));
}

TEST_F(ZoneAgentTest, ForcedRefreshChecksNowOrAfterTheRunningCheck) {
  Serve(Soa(5));
  Step step = agent.OnForcedRefresh();
  ASSERT_TRUE(step.check);
  EXPECT_EQ(step.check->cause, CheckCause::kOperator);
  EXPECT_FALSE(agent.OnForcedRefresh().check);
  EXPECT_TRUE(UpToDate(5).check);
  EXPECT_FALSE(UpToDate(5).check);
}

TEST_F(ZoneAgentTest, ForcedRetransferIgnoresSerials) {
  Serve(Soa(5));
  clock.Advance(absl::Hours(1));
  const absl::Time published = agent.timers().publish;
  EXPECT_TRUE(agent.OnForcedRetransfer().check->force);
  // The same serial is not news.
  EXPECT_FALSE(Transferred(Soa(5)).check);
  EXPECT_EQ(agent.timers().publish, published);
  agent.OnForcedRefresh();
  EXPECT_FALSE(agent.OnForcedRetransfer().check);
  EXPECT_TRUE(UpToDate(5).check->force);
  Transferred(Soa(2));
  EXPECT_EQ(agent.serial(), 2u);
}

TEST_F(ZoneAgentTest, ACancelledCheckIsNoFailureAndIsMadeUpFor) {
  Serve(Soa(5));
  agent.OnForcedRetransfer();
  agent.OnForcedRefresh();
  Step step = agent.OnCheckDone(CheckResult());
  ASSERT_TRUE(step.check);
  EXPECT_TRUE(step.check->force);
  EXPECT_EQ(agent.consecutive_failures(), 0u);
}

TEST_F(ZoneAgentTest, TellsWhenItChecksNext) {
  agent.OnAssigned();
  EXPECT_FALSE(agent.next_check_time());
  Transferred(Soa(5));
  EXPECT_EQ(agent.next_check_time(), clock.Now() + Wait());
  EXPECT_EQ(agent.primary_serial(), 5u);
}

}  // namespace
}  // namespace understudy::edge
