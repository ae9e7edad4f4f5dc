// Copyright 2026 The Understudy Authors
// SPDX-License-Identifier: Apache-2.0

#include "controlplane/embedded/embedded_postgres.h"

#include <poll.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/file.h"
#include "base/testing/fake_random.h"
#include "base/testing/log_capture.h"
#include "base/testing/status_matchers.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace understudy::control {
namespace {

class EmbeddedPostgresTest : public testing::Test {
 protected:
  void SetUp() override {
    char pattern[] = "/tmp/understudy-test-XXXXXX";
    ASSERT_NE(mkdtemp(pattern), nullptr);
    root_ = pattern;
    // As root, PostgreSQL's user has to pass through.
    ASSERT_EQ(chmod(pattern, 0755), 0);
    options_.directory = root_ + "/postgres";
    options_.durable = false;
  }
  void TearDown() override {
    ASSERT_EQ(system(("rm -rf " + root_).c_str()), 0);
  }
  absl::StatusOr<std::unique_ptr<EmbeddedPostgres>> Start() {
    return EmbeddedPostgres::Start(options_, random_, logger_);
  }
  std::string data_dir() const { return options_.directory + "/data"; }
  std::string SocketDir() {
    return ReadFile(options_.directory + "/socket_dir").value_or("");
  }

  std::string root_;
  PostgresOptions options_;
  FakeRandom random_{1};
  SystemClock clock_;
  LogCapture sink_;
  Logger logger_{sink_, clock_};
};

TEST_F(EmbeddedPostgresTest, StartsAndStopsCleanly) {
  std::string socket_dir;
  pid_t pid = 0;
  {
    auto postgres = Start();
    ASSERT_OK(postgres);
    pid = (*postgres)->pid();
    EXPECT_GT(pid, 0);
    EXPECT_EQ(FindPostmaster(data_dir()), pid);
    socket_dir = SocketDir();
    EXPECT_THAT((*postgres)->connection_string(),
                testing::HasSubstr(socket_dir));
    struct stat facts {};
    ASSERT_EQ(stat(socket_dir.c_str(), &facts), 0);
    EXPECT_EQ(facts.st_mode & 0777, 0700u);
  }
  EXPECT_NE(kill(pid, 0), 0);
  EXPECT_FALSE(FindPostmaster(data_dir()).has_value());
  EXPECT_NE(access(socket_dir.c_str(), F_OK), 0);
  // A second start finds the cluster.
  auto again = Start();
  EXPECT_OK(again);
}

TEST_F(EmbeddedPostgresTest, StartsAgainWhenItDies) {
  auto postgres = Start();
  ASSERT_OK(postgres);
  const pid_t first = (*postgres)->pid();
  ASSERT_EQ(kill(first, SIGKILL), 0);
  // Polls a condition; the test's time limit is the deadline.
  pid_t second = 0;
  while (second == 0 || second == first) {
    second = (*postgres)->pid();
    poll(nullptr, 0, 10);
  }
  EXPECT_TRUE(IsPostmasterReady(data_dir()));
  EXPECT_THAT(sink_.text(), testing::HasSubstr("embedded postgresql ended"));
}

TEST_F(EmbeddedPostgresTest, ReplacesOneThatWasLeftOver) {
  // A process of its own, killed while it holds the server stopped, so that the
  // server cannot follow the kernel's word to end.
  const pid_t holder = fork();
  if (holder == 0) {
    auto postgres = Start();
    if (!postgres.ok()) _exit(1);
    kill((*postgres)->pid(), SIGSTOP);
    kill(getpid(), SIGKILL);
  }
  int status = 0;
  ASSERT_EQ(waitpid(holder, &status, 0), holder);
  ASSERT_TRUE(WIFSIGNALED(status));
  std::optional<pid_t> left = FindPostmaster(data_dir());
  ASSERT_TRUE(left.has_value());
  const std::string old_socket_dir = SocketDir();
  ASSERT_EQ(kill(*left, SIGCONT), 0);

  auto postgres = Start();
  ASSERT_OK(postgres);
  EXPECT_NE((*postgres)->pid(), *left);
  EXPECT_NE(SocketDir(), old_socket_dir);
  EXPECT_NE(access(old_socket_dir.c_str(), F_OK), 0);
}

TEST_F(EmbeddedPostgresTest, EndsWithAControllerThatWasKilled) {
  const pid_t holder = fork();
  if (holder == 0) {
    auto postgres = Start();
    if (!postgres.ok()) _exit(1);
    kill(getpid(), SIGKILL);
  }
  int status = 0;
  ASSERT_EQ(waitpid(holder, &status, 0), holder);
  ASSERT_TRUE(WIFSIGNALED(status));
  // Polls a condition; the test's time limit is the deadline.
  while (FindPostmaster(data_dir()).has_value()) poll(nullptr, 0, 10);
  EXPECT_OK(Start());
}

TEST_F(EmbeddedPostgresTest, SaysWhyItDoesNotStart) {
  { ASSERT_OK(Start()); }
  ASSERT_OK(
      ReplaceFile(data_dir() + "/postgresql.conf", "nonsense = 1\n", 0644));
  ASSERT_EQ(chmod((data_dir() + "/postgresql.conf").c_str(), 0644), 0);
  auto postgres = Start();
  ASSERT_FALSE(postgres.ok());
  EXPECT_THAT(std::string(postgres.status().message()),
              testing::HasSubstr("exit status 1"));
}

TEST_F(EmbeddedPostgresTest, WritesItsLogThroughNoLink) {
  const std::string victim = root_ + "/victim";
  ASSERT_OK(ReplaceFile(victim, "as it was", 0600));
  ASSERT_EQ(mkdir(options_.directory.c_str(), 0700), 0);
  ASSERT_EQ(symlink(victim.c_str(), (options_.directory + "/log").c_str()), 0);
  EXPECT_FALSE(Start().ok());
  EXPECT_EQ(ReadFile(victim).value_or(""), "as it was");
}

TEST(PostgresPaths, NamesThePackageThatIsMissing) {
  auto binaries = FindPostgresBinaries(0, "/nonexistent");
  EXPECT_THAT(binaries, HasCode(absl::StatusCode::kFailedPrecondition));
  EXPECT_THAT(std::string(binaries.status().message()),
              testing::HasSubstr("package `postgresql`"));
  EXPECT_THAT(std::string(FindPostgresBinaries(7).status().message()),
              testing::HasSubstr("package `postgresql-7`"));
}

TEST(PostgresPaths, NamesTheFolderThatIsClosed) {
  std::string pattern = "/tmp/understudy-test-XXXXXX";
  ASSERT_NE(mkdtemp(pattern.data()), nullptr);
  const std::string inner = pattern + "/inner";
  ASSERT_EQ(mkdir(inner.c_str(), 0755), 0);
  const RunAs nobody{12345, 12345, "nobody"};
  absl::Status status = CheckTraversable(inner, nobody);
  EXPECT_THAT(status, HasCode(absl::StatusCode::kFailedPrecondition));
  EXPECT_THAT(std::string(status.message()),
              testing::HasSubstr("chmod o+x " + pattern));
  ASSERT_EQ(chmod(pattern.c_str(), 0711), 0);
  EXPECT_OK(CheckTraversable(inner, nobody));
  rmdir(inner.c_str());
  rmdir(pattern.c_str());
}

TEST(PostgresPaths, TakesNoOtherProcessForThePostmaster) {
  std::string pattern = "/tmp/understudy-test-XXXXXX";
  ASSERT_NE(mkdtemp(pattern.data()), nullptr);
  const std::string file = pattern + "/postmaster.pid";
  for (const std::string& first :
       {std::to_string(getpid()), std::string("1"), std::string("-5"),
        std::string("x"), std::string("999999999")}) {
    ASSERT_OK(ReplaceFile(file, first + "\n" + pattern + "\n", 0600));
    EXPECT_FALSE(FindPostmaster(pattern).has_value()) << first;
  }
  unlink(file.c_str());
  rmdir(pattern.c_str());
}

}  // namespace
}  // namespace understudy::control
