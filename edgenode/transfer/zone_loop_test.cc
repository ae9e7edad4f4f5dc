// Copyright 2026 The Understudy Authors
// SPDX-License-Identifier: Apache-2.0

#include "edgenode/transfer/zone_loop.h"

#include <cstdlib>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "base/mutex.h"
#include "base/testing/fake_clock.h"
#include "base/testing/log_capture.h"
#include "base/testing/status_matchers.h"
#include "edgenode/transfer/testing/scripted_primary.h"
#include "edgenode/zone/testing/zone_text.h"
#include "gtest/gtest.h"

namespace understudy::edge {
namespace {

using Behaviour = ScriptedPrimary::Behaviour;
using understudy::edge::v1::Report;
using understudy::edge::v1::ZoneReport;

// An edge without its sockets: a loop over a real archive and table, a clock
// that the test turns, and the reports as the controller would see them.
class ZoneLoopTest : public testing::Test {
 protected:
  void SetUp() override {
    directory_ = testing::TempDir() + "/loop.XXXXXX";
    ASSERT_NE(mkdtemp(directory_.data()), nullptr);
    primary.Serve("example.org", ZoneHead(1) + "www 60 A 192.0.2.1\n");
    options.limits.answer = options.limits.idle = absl::Seconds(2);
    Start({});
  }
  void TearDown() override { Stop(); }

  void Start(const std::vector<ZoneAssignment>& assignments) {
    auto opened =
        ZoneArchive::Open(directory_, uint64_t{1} << 26, metrics, log);
    ASSERT_OK(opened);
    archive = *std::move(opened);
    epochs = std::make_unique<EpochDomain>();
    table = std::make_unique<ZoneTable>(*epochs, random);
    loop = std::make_unique<ZoneLoop>(
        options,
        ZoneLoopDeps{clock, random, log, metrics, *archive, *table, *epochs});
    ASSERT_OK(loop->Load(assignments));
  }
  // From here on things move.
  void Run() {
    loop->Start([this](Report report) { OnReport(std::move(report)); });
    loop->OnReportsWanted(true);
  }
  void Stop() {
    if (loop) loop->Stop();
    loop.reset();
    table.reset();
    archive.reset();
    epochs.reset();
  }

  ZoneAssignment Assigned(const std::string& zone, int64_t revision = 1) {
    ZoneAssignment a;
    a.name = "assignments/" + zone;
    a.revision = revision;
    a.zone = dns::Name::FromText(zone).value();
    a.primaries = {primary.address()};
    a.answer = true;
    return a;
  }

  void OnReport(Report report) {
    {
      MutexLock lock(mu);
      for (ZoneReport& zone : *report.mutable_zones()) {
        reports[zone.assignment()] = zone;
      }
      ++batches;
    }
    changed.NotifyAll();
    loop->OnReportsWanted(false);
  }
  // The zone's report once `is_so` holds for it. The clock is turned while
  // waiting, so that timers of the agents and of the reports run.
  template <typename Predicate>
  ZoneReport Await(const std::string& zone, Predicate is_so,
                   absl::Duration turn = absl::Milliseconds(10)) {
    for (int i = 0; i < 5000; ++i) {
      {
        MutexLock lock(mu);
        auto at = reports.find("assignments/" + zone);
        if (at != reports.end() && is_so(at->second)) return at->second;
        changed.WaitFor(mu, absl::Milliseconds(2));
      }
      clock.Advance(turn);
      loop->PokeForTesting();
    }
    ADD_FAILURE() << "no such report of " << zone << "; log:\n"
                  << capture.text();
    return {};
  }
  ZoneReport AwaitSerial(const std::string& zone, uint32_t serial) {
    return Await(zone, [&](const ZoneReport& r) {
      return r.state() == ZoneReport::STATE_SERVING && r.serial() == serial;
    });
  }

  // What the answer path sees: "refused", "loading", "expired" or the serial.
  std::string Answers(const std::string& zone) {
    auto reader = epochs->NewReader();
    reader->Enter();
    const dns::Name name = dns::Name::FromText(zone).value();
    size_t apex_size;
    const ZoneSlot* slot = table->Find(name.wire(), &apex_size);
    std::string answer = "refused";
    if (slot != nullptr) {
      id = slot->id;
      const Zone* copy = slot->zone();
      answer = copy ? std::to_string(copy->serial())
               : slot->state() == ZoneSlot::State::kExpired ? "expired"
                                                            : "loading";
    }
    reader->Leave();
    return answer;
  }

  FakeClock clock;
  SystemRandom random;
  LogCapture capture;
  Logger log{capture, clock};
  Metrics metrics;
  ScriptedPrimary primary;
  ZoneLoopOptions options;
  std::unique_ptr<ZoneArchive> archive;
  std::unique_ptr<EpochDomain> epochs;
  std::unique_ptr<ZoneTable> table;
  std::unique_ptr<ZoneLoop> loop;
  uint64_t id = 0;  // Of the zone that Answers found.
  Mutex mu;
  CondVar changed;
  std::map<std::string, ZoneReport> reports ABSL_GUARDED_BY(mu);
  int batches ABSL_GUARDED_BY(mu) = 0;

 private:
  std::string directory_;
};

TEST_F(ZoneLoopTest, CopiesAndPublishesAnAssignedZone) {
  Run();
  EXPECT_EQ(Answers("example.org"), "refused");
  loop->Apply({Assigned("example.org")}, {});
  ZoneReport report = AwaitSerial("example.org", 1);
  EXPECT_EQ(Answers("example.org"), "1");
  EXPECT_EQ(report.primary_serial(), 1u);
  EXPECT_EQ(report.record_count(), 4u);
  EXPECT_EQ(report.consecutive_failures(), 0u);
  EXPECT_GT(report.expire_time().seconds(), report.next_check_time().seconds());
}

TEST_F(ZoneLoopTest, FollowsANotify) {
  Run();
  loop->Apply({Assigned("example.org")}, {});
  AwaitSerial("example.org", 1);
  ASSERT_EQ(Answers("example.org"), "1");
  primary.Serve("example.org", ZoneHead(2));
  loop->OnNotify(id, primary.address(), 2);
  AwaitSerial("example.org", 2);
  EXPECT_EQ(Answers("example.org"), "2");
  EXPECT_EQ(primary.transfers(), 2);
}

TEST_F(ZoneLoopTest, RefreshesByTheSoasTimer) {
  Run();
  loop->Apply({Assigned("example.org")}, {});
  AwaitSerial("example.org", 1);
  primary.Serve("example.org", ZoneHead(2));
  clock.Advance(absl::Hours(2));
  AwaitSerial("example.org", 2);
}

TEST_F(ZoneLoopTest, DropsARemovedZone) {
  Run();
  loop->Apply({Assigned("example.org")}, {});
  AwaitSerial("example.org", 1);
  loop->Apply({}, {"assignments/example.org"});
  loop->Stop();
  EXPECT_EQ(Answers("example.org"), "refused");
  Stop();
  Start({Assigned("example.org")});
  EXPECT_EQ(Answers("example.org"), "loading");
}

TEST_F(ZoneLoopTest, ServesFromDiskAfterARestartAndTransfersNothing) {
  Run();
  loop->Apply({Assigned("example.org")}, {});
  AwaitSerial("example.org", 1);
  Stop();
  clock.Advance(absl::Seconds(10));
  Start({Assigned("example.org")});
  // Before anything runs.
  EXPECT_EQ(Answers("example.org"), "1");
  Run();
  AwaitSerial("example.org", 1);
  loop->Stop();
  EXPECT_EQ(primary.transfers(), 1);
}

TEST_F(ZoneLoopTest, ACopyThatTheDiskDidNotTakeIsSavedLater) {
  Run();
  ZoneAssignment assignment = Assigned("example.org");
  loop->Apply({assignment}, {});
  AwaitSerial("example.org", 1);
  std::string lines = ZoneHead(2);
  for (int i = 0; i < 4000; ++i) {
    absl::StrAppend(&lines, "h", i, " 60 TXT ", std::string(250, 't'), "\n");
  }
  // Some megabyte each: what is left in the end is less than another one.
  ZoneRef filler = MustBuildZone("example.org", lines);
  for (int i = 0; i < 80; ++i) {
    archive->SaveZone(absl::StrCat(i), filler, ZoneTimers(), nullptr);
  }
  archive->Flush();
  primary.Serve("example.org", lines);
  primary.Behave(Behaviour::kOneRecordPerMessage);
  assignment.refresh_generation = 1;
  loop->Apply({assignment}, {});
  const int64_t checked =
      AwaitSerial("example.org", 2).last_check_time().seconds();
  EXPECT_NE(metrics.Text().find("understudy_edge_zones_not_archived_total 1"),
            std::string::npos);
  for (int i = 0; i < 80; ++i) archive->RemoveZone(absl::StrCat(i));
  archive->Flush();
  // Pages are free again for the next commit but one.
  archive->SaveZone("x", MustBuildZone("example.net", ZoneHead(1)),
                    ZoneTimers(), nullptr);
  archive->Flush();
  clock.Advance(absl::Seconds(10));
  assignment.refresh_generation = 2;
  loop->Apply({assignment}, {});
  Await("example.org", [&](const ZoneReport& r) {
    return r.last_check_time().seconds() >= checked + 10;
  });
  Stop();
  Start({assignment});
  EXPECT_EQ(Answers("example.org"), "2");
}

TEST_F(ZoneLoopTest, ExpiresAndRecovers) {
  Run();
  loop->Apply({Assigned("example.org")}, {});
  AwaitSerial("example.org", 1);
  primary.Behave(Behaviour::kRefuse);
  auto is_expired = [](const ZoneReport& r) {
    return r.state() == ZoneReport::STATE_EXPIRED;
  };
  ZoneReport report = Await("example.org", is_expired, absl::Hours(1));
  EXPECT_FALSE(report.has_serial());
  EXPECT_EQ(report.last_error().reason(), "RCODE_REFUSED");
  EXPECT_GT(report.consecutive_failures(), 7u);
  EXPECT_EQ(Answers("example.org"), "expired");
  // Also over a restart.
  Stop();
  Start({Assigned("example.org")});
  EXPECT_EQ(Answers("example.org"), "expired");
  Run();
  primary.Behave(Behaviour::kGood);
  primary.Serve("example.org", ZoneHead(0xfffffff0));  // Lower than 1.
  Await(
      "example.org",
      [](const ZoneReport& r) { return r.serial() == 0xfffffff0; },
      absl::Minutes(1));
  EXPECT_EQ(Answers("example.org"), std::to_string(0xfffffff0));
}

TEST_F(ZoneLoopTest, ReportsWhyAZoneCannotBeCopiedAndKeepsTheOldCopy) {
  Run();
  loop->Apply({Assigned("example.org")}, {});
  AwaitSerial("example.org", 1);
  primary.Serve("example.org", ZoneHead(2));
  primary.Behave(Behaviour::kCutTransfer);
  loop->OnNotify((Answers("example.org"), id), primary.address(), 2);
  ZoneReport report = Await(
      "example.org", [](const ZoneReport& r) { return r.has_last_error(); });
  EXPECT_EQ(report.last_error().reason(), "AXFR_TRUNCATED");
  EXPECT_EQ(report.last_error().primary(), primary.address().ToString());
  EXPECT_EQ(report.state(), ZoneReport::STATE_SERVING);
  EXPECT_EQ(report.serial(), 1u);
  EXPECT_EQ(report.primary_serial(), 2u);
  EXPECT_EQ(Answers("example.org"), "1");
  // Tried again without being asked.
  primary.Behave(Behaviour::kGood);
  AwaitSerial("example.org", 2);
}

TEST_F(ZoneLoopTest, ASecondPrimaryTakesOver) {
  Run();
  ScriptedPrimary bad;
  bad.Serve("example.org", ZoneHead(5));
  bad.Behave(Behaviour::kRefuse);
  ZoneAssignment assignment = Assigned("example.org");
  assignment.primaries = {bad.address(), primary.address()};
  loop->Apply({assignment}, {});
  ZoneReport report = AwaitSerial("example.org", 1);
  EXPECT_FALSE(report.has_last_error());
  EXPECT_EQ(bad.soa_queries(), 1);
}

TEST_F(ZoneLoopTest, ZonesOfASilentPrimaryDoNotWaitForItOneByOne) {
  Stop();
  options.limits.answer = absl::Milliseconds(200);
  options.checks_per_address = 1;
  Start({});
  Run();
  ScriptedPrimary silent;
  silent.Serve("example.org", ZoneHead(5));
  silent.Behave(Behaviour::kSilent);
  // One by one they would take 40 seconds.
  std::vector<ZoneAssignment> many;
  for (int i = 0; i < 200; ++i) {
    many.push_back(Assigned(absl::StrCat("z", i, ".example")));
    many.back().primaries = {silent.address()};
  }
  many.push_back(Assigned("example.org"));
  many.back().primaries = {silent.address(), primary.address()};
  loop->Apply(std::move(many), {});
  AwaitSerial("example.org", 1);
  EXPECT_LT(silent.connections(), 100);
}

TEST_F(ZoneLoopTest, NewPrimariesAreAskedAtOnce) {
  Stop();
  options.limits.answer = absl::Seconds(600);
  Start({});
  Run();
  ZoneAssignment assignment = Assigned("example.org");
  ScriptedPrimary silent;
  silent.Serve("example.org", ZoneHead(5));
  silent.Behave(Behaviour::kSilent);
  assignment.primaries = {silent.address()};
  loop->Apply({assignment}, {});
  loop->Apply({Assigned("example.org", 2)}, {});
  AwaitSerial("example.org", 1);
}

TEST_F(ZoneLoopTest, NewPrimariesAreAskedAtOnceForAZoneThatIsServed) {
  Run();
  loop->Apply({Assigned("example.org")}, {});
  AwaitSerial("example.org", 1);
  ScriptedPrimary other;
  other.Serve("example.org", ZoneHead(2));
  ZoneAssignment moved = Assigned("example.org", 2);
  moved.primaries = {other.address()};
  loop->Apply({moved}, {});
  AwaitSerial("example.org", 2);
}

TEST_F(ZoneLoopTest, ObeysRefreshAndRetransfer) {
  Run();
  ZoneAssignment assignment = Assigned("example.org");
  loop->Apply({assignment}, {});
  AwaitSerial("example.org", 1);
  primary.Serve("example.org", ZoneHead(2));
  assignment.refresh_generation = 1;
  loop->Apply({assignment}, {});
  AwaitSerial("example.org", 2);
  // A lower serial is refused...
  primary.Serve("example.org", ZoneHead(1));
  assignment.refresh_generation = 2;
  loop->Apply({assignment}, {});
  ZoneReport report = Await(
      "example.org", [](const ZoneReport& r) { return r.has_last_error(); });
  EXPECT_EQ(report.last_error().reason(), "SERIAL_LOWER");
  EXPECT_EQ(Answers("example.org"), "2");
  // ...unless somebody insists.
  assignment.retransfer_generation = 1;
  loop->Apply({assignment}, {});
  AwaitSerial("example.org", 1);
  EXPECT_EQ(Answers("example.org"), "1");
}

TEST_F(ZoneLoopTest, CopiesButDoesNotAnswerForAnUnprovenClaim) {
  Run();
  ZoneAssignment assignment = Assigned("example.org");
  assignment.answer = false;
  loop->Apply({assignment}, {});
  AwaitSerial("example.org", 1);
  EXPECT_EQ(Answers("example.org"), "refused");
  assignment.answer = true;
  loop->Apply({assignment, Assigned("example.net")}, {});
  Await("example.net", [](const ZoneReport&) { return true; });
  EXPECT_EQ(Answers("example.org"), "1");
  EXPECT_EQ(primary.transfers(), 1);
}

TEST_F(ZoneLoopTest, ReportsEverythingToANewController) {
  Run();
  loop->Apply({Assigned("example.org"), Assigned("example.net")}, {});
  AwaitSerial("example.org", 1);
  Await("example.net", [](const ZoneReport& r) { return r.has_last_error(); });
  {
    MutexLock lock(mu);
    reports.clear();
  }
  loop->OnReportsWanted(true);
  AwaitSerial("example.org", 1);
  Await("example.net", [](const ZoneReport& r) { return r.has_last_error(); });
}

TEST_F(ZoneLoopTest, StopsWhilePrimariesAreSilent) {
  Stop();
  options.limits.answer = absl::Seconds(60);
  Start({});
  Run();
  primary.Behave(Behaviour::kSilent);
  std::vector<ZoneAssignment> many;
  for (int i = 0; i < 100; ++i) {
    many.push_back(Assigned(absl::StrCat("z", i, ".example")));
  }
  loop->Apply(std::move(many), {});
  while (primary.soa_queries() < 20) {
    MutexLock lock(mu);
    changed.WaitFor(mu, absl::Milliseconds(1));
  }
  loop->Stop();
  // One address gets no more connections than its share.
  EXPECT_LE(primary.connections(), 20);
}

}  // namespace
}  // namespace understudy::edge
