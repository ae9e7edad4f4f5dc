// Copyright 2026 The Understudy Authors
// SPDX-License-Identifier: Apache-2.0

// What PostgresStore does when the database hangs, dies and comes back.

#include <poll.h>
#include <signal.h>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "base/random.h"
#include "base/testing/status_matchers.h"
#include "controlplane/store/postgres_store.h"
#include "controlplane/store/testing/postgres_fixture.h"
#include "gtest/gtest.h"

namespace understudy::control {
namespace {

using Code = absl::StatusCode;

class PostgresOutageTest : public testing::Test {
 protected:
  void SetUp() override {
    store_ = FreshPostgresStore(&database_);
    ASSERT_NE(store_, nullptr);
    ASSERT_OK(store_->Bootstrap("acme", {}));
    ASSERT_OK(Create("example.org"));
  }
  absl::Status Create(const std::string& zone) {
    ZoneRow row;
    row.project = "acme";
    row.zone = zone;
    row.primaries = {{"192.0.2.1", 53}};
    return store_->CreateZone(row, "", false).status();
  }
  // Ends all other connections to the server.
  void TerminateConnections() {
    RunSql(database_,
           "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid "
           "<> pg_backend_pid() AND backend_type = 'client backend'");
  }
  // Until the store answers; the test's time limit is the deadline.
  void AwaitAnswer() {
    while (!store_->Ping().ok()) poll(nullptr, 0, 20);
  }

  std::string database_;
  std::unique_ptr<PostgresStore> store_;
  SystemClock clock_;
};

TEST_F(PostgresOutageTest, HealsAKilledConnectionUnseen) {
  TerminateConnections();
  EXPECT_OK(store_->GetZone("acme", "example.org"));
  TerminateConnections();
  EXPECT_OK(Create("b.example.org"));
  TerminateConnections();
  EXPECT_OK(store_->RequestRefresh("acme", "example.org"));
  EXPECT_EQ(store_->LatestRevision().value(), 3);
}

TEST_F(PostgresOutageTest, ListensAgainAfterALoss) {
  store_->WaitForHint(absl::Hours(1));  // Connects.
  TerminateConnections();
  store_->WaitForHint(absl::Hours(1));  // Sees the loss.
  store_->WaitForHint(absl::Hours(1));  // Connects again.
  ASSERT_OK(store_->RequestRefresh("acme", "example.org"));
  store_->WaitForHint(absl::Hours(1));
}

TEST_F(PostgresOutageTest, ComesBackAfterTheServerDied) {
  const pid_t first = PostmasterPid();
  ASSERT_EQ(kill(first, SIGKILL), 0);
  while (PostmasterPid() == 0 || PostmasterPid() == first) poll(nullptr, 0, 20);
  AwaitAnswer();
  EXPECT_OK(store_->GetZone("acme", "example.org"));
  EXPECT_OK(Create("b.example.org"));
}

TEST_F(PostgresOutageTest, CutsOffACallThatHangs) {
  SystemRandom random;
  auto hasty = PostgresStore::Open({.connection_string = database_,
                                    .most_connections = 1,
                                    .call_limit = absl::Milliseconds(300)},
                                   clock_, random);
  ASSERT_OK(hasty);
  ASSERT_OK((*hasty)->Ping());
  // The newest connection is that one's.
  int backend = 0;
  ASSERT_TRUE(absl::SimpleAtoi(
      RunSql(database_,
             "SELECT pid FROM pg_stat_activity WHERE application_name = "
             "'understudy-controller' ORDER BY backend_start DESC LIMIT 1"),
      &backend));
  ASSERT_EQ(kill(backend, SIGSTOP), 0);
  const absl::Duration start = clock_.Monotonic();
  EXPECT_THAT((*hasty)->Ping(), HasCode(Code::kUnavailable));
  EXPECT_LT(clock_.Monotonic() - start, absl::Seconds(2));
  ASSERT_EQ(kill(backend, SIGCONT), 0);
  EXPECT_OK((*hasty)->Ping());
}

TEST_F(PostgresOutageTest, FailsFastWhenNobodyListens) {
  SystemRandom random;
  auto store = PostgresStore::Open({.connection_string = "host=/nonexistent"},
                                   clock_, random);
  ASSERT_OK(store);
  const absl::Duration start = clock_.Monotonic();
  for (int i = 0; i < 100; ++i) {
    EXPECT_THAT((*store)->Ping(), HasCode(Code::kUnavailable));
  }
  EXPECT_LT(clock_.Monotonic() - start, absl::Seconds(2));
}

TEST_F(PostgresOutageTest, IsUnavailableWithoutASchema) {
  SystemRandom random;
  auto store = PostgresStore::Open({.connection_string = FreshDatabase()},
                                   clock_, random);
  ASSERT_OK(store);
  EXPECT_THAT((*store)->LatestRevision(), HasCode(Code::kUnavailable));
  ASSERT_OK((*store)->Migrate());
  EXPECT_EQ((*store)->LatestRevision().value(), 0);
}

}  // namespace
}  // namespace understudy::control
