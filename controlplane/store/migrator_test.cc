// Copyright 2026 The Understudy Authors
// SPDX-License-Identifier: Apache-2.0

#include "controlplane/store/migrator.h"

#include <thread>

#include "base/testing/status_matchers.h"
#include "controlplane/store/testing/postgres_fixture.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace understudy::control {
namespace {

using Code = absl::StatusCode;

const Migration kFirst = {"0001_a", "CREATE TABLE a (x int)"};
const Migration kSecond = {"0002_b",
                           "CREATE TABLE b (x int); INSERT INTO b VALUES (7)"};

TEST(Migrate, AppliesEachOnce) {
  const std::string database = FreshDatabase();
  ASSERT_OK(Migrate(database, {kFirst}));
  ASSERT_OK(Migrate(database, {kFirst, kSecond}));
  ASSERT_OK(Migrate(database, {kFirst, kSecond}));
  EXPECT_EQ(RunSql(database, "SELECT count(*) FROM b"), "1");
  EXPECT_EQ(RunSql(database, "SELECT count(*) FROM schema_migrations"), "2");
}

TEST(Migrate, RefusesADatabaseThatIsNewer) {
  const std::string database = FreshDatabase();
  ASSERT_OK(Migrate(database, {kFirst, kSecond}));
  absl::Status status = Migrate(database, {kFirst});
  EXPECT_THAT(status, HasCode(Code::kFailedPrecondition));
  EXPECT_THAT(std::string(status.message()),
              testing::HasSubstr("run the newer controller"));
}

TEST(Migrate, RefusesAChangedText) {
  const std::string database = FreshDatabase();
  ASSERT_OK(Migrate(database, {kFirst}));
  EXPECT_THAT(Migrate(database, {{"0001_a", "CREATE TABLE a (y int)"}}),
              HasCode(Code::kFailedPrecondition));
}

TEST(Migrate, LeavesNothingOfOneThatFails) {
  const std::string database = FreshDatabase();
  EXPECT_FALSE(
      Migrate(database, {kFirst, {"0002_bad", "CREATE TABLE a (x int)"}}).ok());
  EXPECT_EQ(RunSql(database, "SELECT to_regclass('a')"), "");
  EXPECT_OK(Migrate(database, {kFirst, kSecond}));
}

TEST(Migrate, IsDoneOnceByMany) {
  const std::string database = FreshDatabase();
  std::vector<std::thread> threads;
  for (int i = 0; i < 6; ++i) {
    threads.emplace_back([&] {
      EXPECT_OK(Migrate(database, {kFirst, kSecond}));
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(RunSql(database, "SELECT count(*) FROM b"), "1");
}

TEST(AllMigrations, AreNumberedInOrder) {
  int number = 0;
  for (const Migration& migration : AllMigrations()) {
    EXPECT_EQ(std::stoi(std::string(migration.name).substr(0, 4)), ++number);
  }
  EXPECT_GE(number, 1);
}

TEST(Migrate, SaysWhenTheDatabaseIsAway) {
  EXPECT_THAT(Migrate("host=/nonexistent", {kFirst}),
              HasCode(Code::kUnavailable));
}

}  // namespace
}  // namespace understudy::control
