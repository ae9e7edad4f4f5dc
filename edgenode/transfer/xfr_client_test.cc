// Copyright 2026 The Understudy Authors
// SPDX-License-Identifier: Apache-2.0

#include "edgenode/transfer/xfr_client.h"

#include <string>
#include <utility>

#include "base/clock.h"
#include "base/random.h"
#include "boost/asio/co_spawn.hpp"
#include "boost/asio/io_context.hpp"
#include "boost/asio/thread_pool.hpp"
#include "edgenode/transfer/testing/scripted_primary.h"
#include "edgenode/zone/testing/zone_text.h"
#include "gtest/gtest.h"

namespace understudy::edge {
namespace {

namespace asio = boost::asio;
using Behaviour = ScriptedPrimary::Behaviour;
using Kind = XfrOutcome::Kind;

class XfrClientTest : public testing::Test {
 protected:
  XfrClientTest() {
    primary.Serve("example.org", ZoneHead(7) + "www 60 A 192.0.2.1\n");
    context.limits.idle = absl::Milliseconds(300);
    context.limits.answer = absl::Milliseconds(300);
    context.limits.connect = absl::Seconds(2);
  }

  XfrOutcome Run(std::optional<uint32_t> have = std::nullopt,
                 bool force = false) {
    return RunAgainst(primary.address(), have, force);
  }
  XfrOutcome RunAgainst(const SocketAddress& address,
                        std::optional<uint32_t> have, bool force) {
    asio::io_context loop;
    XfrClient client(context, loop.get_executor());
    XfrOutcome outcome;
    XfrClient::Want want{dns::Name::FromText("example.org").value(), have,
                         force};
    XfrClient::AwaitTurn turn = [this]() -> asio::awaitable<bool> {
      ++turns;
      co_return true;
    };
    asio::co_spawn(
        loop, client.Run(address, want, turn),
        [&](std::exception_ptr, XfrOutcome o) { outcome = std::move(o); });
    loop.run();
    return outcome;
  }
  void ExpectFailure(Behaviour behaviour, FailureReason reason) {
    primary.Behave(behaviour);
    XfrOutcome outcome = Run();
    EXPECT_EQ(outcome.kind, Kind::kFailed);
    EXPECT_EQ(FailureReasonName(outcome.failure.reason),
              FailureReasonName(reason))
        << outcome.failure.evidence;
    EXPECT_FALSE(outcome.failure.evidence.empty());
    EXPECT_FALSE(outcome.zone);
  }

  ScriptedPrimary primary;
  SystemClock clock;
  SystemRandom random;
  asio::thread_pool pool{1};
  XfrContext context{&clock, &random, pool.get_executor(), {}, std::nullopt};
  int turns = 0;
};

TEST_F(XfrClientTest, CopiesAZone) {
  XfrOutcome outcome = Run();
  ASSERT_EQ(outcome.kind, Kind::kTransferred) << outcome.failure.evidence;
  EXPECT_EQ(outcome.zone->serial(), 7u);
  EXPECT_EQ(outcome.zone->record_count(), 4u);
  EXPECT_EQ(outcome.primary_serial, 7u);
  EXPECT_TRUE(outcome.transfer_begun);
  EXPECT_GT(outcome.bytes, 100u);
  EXPECT_EQ(turns, 1);
  // RFC 7766: one connection for both.
  EXPECT_EQ(primary.connections(), 1);
}

TEST_F(XfrClientTest, CopiesAZoneOneRecordPerMessage) {
  primary.Behave(Behaviour::kOneRecordPerMessage);
  EXPECT_EQ(Run().kind, Kind::kTransferred);
}

TEST_F(XfrClientTest, CopiesAZoneOfManyMessages) {
  std::string lines = ZoneHead(7);
  for (int i = 0; i < 20'000; ++i) {
    absl::StrAppend(&lines, "h", i, " 60 A 192.0.2.1\n");
  }
  primary.Serve("example.org", lines);
  primary.Behave(Behaviour::kOneRecordPerMessage);
  XfrOutcome outcome = Run();
  ASSERT_EQ(outcome.kind, Kind::kTransferred) << outcome.failure.evidence;
  EXPECT_EQ(outcome.zone->record_count(), 20'003u);
}

TEST_F(XfrClientTest, ConnectsAnewWhenThePrimaryClosesBehindTheSoa) {
  primary.Behave(Behaviour::kCloseAfterSoa);
  XfrOutcome outcome = Run();
  EXPECT_EQ(outcome.kind, Kind::kTransferred) << outcome.failure.evidence;
  EXPECT_EQ(primary.connections(), 2);
}

TEST_F(XfrClientTest, TransfersOnlyWhatIsNewer) {
  EXPECT_EQ(Run(7).kind, Kind::kUpToDate);
  EXPECT_EQ(primary.transfers(), 0);
  EXPECT_EQ(Run(6).kind, Kind::kTransferred);
  EXPECT_EQ(Run(0xfffffff0).kind, Kind::kTransferred);  // RFC 1982.
  XfrOutcome lower = Run(8);
  EXPECT_EQ(lower.kind, Kind::kFailed);
  EXPECT_EQ(lower.failure.reason, FailureReason::kSerialLower);
  EXPECT_EQ(lower.primary_serial, 7u);
  EXPECT_EQ(Run(7 + 0x80000000u).failure.reason, FailureReason::kSerialLower);
  EXPECT_EQ(primary.transfers(), 2);
}

TEST_F(XfrClientTest, AForcedTransferIgnoresSerials) {
  EXPECT_EQ(Run(7, true).kind, Kind::kTransferred);
  EXPECT_EQ(Run(100, true).kind, Kind::kTransferred);
}

TEST_F(XfrClientTest, NamesWhatABadPrimaryDoes) {
  ExpectFailure(Behaviour::kCloseAtOnce, FailureReason::kConnectRefused);
  ExpectFailure(Behaviour::kSilent, FailureReason::kIdleTimeout);
  ExpectFailure(Behaviour::kSilentInTransfer, FailureReason::kIdleTimeout);
  ExpectFailure(Behaviour::kRefuse, FailureReason::kRcodeRefused);
  ExpectFailure(Behaviour::kRefuseTransfer, FailureReason::kRcodeRefused);
  ExpectFailure(Behaviour::kNotAuthoritative, FailureReason::kNotAuthoritative);
  ExpectFailure(Behaviour::kWrongZone, FailureReason::kNoSoa);
  ExpectFailure(Behaviour::kCutTransfer, FailureReason::kAxfrTruncated);
  ExpectFailure(Behaviour::kCutMessage, FailureReason::kAxfrTruncated);
  ExpectFailure(Behaviour::kOtherEnd, FailureReason::kAxfrSoaMismatch);
  ExpectFailure(Behaviour::kGarbage, FailureReason::kRrMalformed);
  ExpectFailure(Behaviour::kWrongId, FailureReason::kRrMalformed);
}

TEST_F(XfrClientTest, BoundsTimeBytesAndRecords) {
  context.limits.total = absl::Milliseconds(300);
  ExpectFailure(Behaviour::kDrip, FailureReason::kTooSlow);
  context.limits.total = absl::Seconds(60);
  context.limits.rate_grace = absl::Milliseconds(200);
  ExpectFailure(Behaviour::kDrip, FailureReason::kTooSlow);
  context.limits.rate_grace = absl::Seconds(30);
  context.limits.bytes = 100'000;
  ExpectFailure(Behaviour::kEndlessRecords, FailureReason::kTooManyBytes);
  context.limits.bytes = 100'000'000;
  context.limits.zone.records = 1000;
  ExpectFailure(Behaviour::kEndlessRecords, FailureReason::kTooManyRecords);
}

TEST_F(XfrClientTest, NamesAContentThatCannotBeServed) {
  primary.Serve("example.org",
                ZoneHead(7) + "a 60 CNAME b.example.org.\na 60 A 192.0.2.1\n");
  EXPECT_EQ(Run().failure.reason, FailureReason::kCnameAndOtherData);
}

TEST_F(XfrClientTest, NamesWhyThereIsNoConnection) {
  // Nobody listens on the discard port.
  EXPECT_EQ(RunAgainst(SocketAddress::FromIp("127.0.0.1", 9).value(), {}, false)
                .failure.reason,
            FailureReason::kConnectRefused);
  context.source = SocketAddress::FromIp("192.0.2.77", 0).value();
  EXPECT_EQ(Run().failure.reason, FailureReason::kNoRoute);
  context.source = SocketAddress::FromIp("127.0.0.1", 0).value();
  EXPECT_EQ(Run().kind, Kind::kTransferred);
}

TEST_F(XfrClientTest, EndsSoonWhenAborted) {
  context.limits.answer = absl::Seconds(60);
  primary.Behave(Behaviour::kSilent);
  asio::io_context loop;
  XfrClient client(context, loop.get_executor());
  XfrClient::AwaitTurn turn = []() -> asio::awaitable<bool> { co_return true; };
  bool done = false;
  XfrClient::Want want{dns::Name::FromText("example.org").value(), {}, false};
  asio::co_spawn(loop, client.Run(primary.address(), want, turn),
                 [&](std::exception_ptr, XfrOutcome outcome) {
                   EXPECT_EQ(outcome.kind, Kind::kFailed);
                   done = true;
                 });
  while (primary.soa_queries() == 0) loop.poll();
  client.Abort();
  loop.run();
  EXPECT_TRUE(done);
}

}  // namespace
}  // namespace understudy::edge
