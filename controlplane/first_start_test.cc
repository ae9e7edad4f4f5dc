// Copyright 2026 The Understudy Authors
// SPDX-License-Identifier: Apache-2.0

#include "controlplane/first_start.h"

#include <sys/stat.h>
#include <unistd.h>

#include "absl/strings/ascii.h"
#include "base/file.h"
#include "base/testing/fake_clock.h"
#include "base/testing/fake_random.h"
#include "base/testing/log_capture.h"
#include "base/testing/status_matchers.h"
#include "controlplane/auth/tokens.h"
#include "controlplane/store/memory_store.h"
#include "gtest/gtest.h"

namespace understudy::control {
namespace {

class FirstStartTest : public testing::Test {
 protected:
  void SetUp() override {
    std::string pattern = testing::TempDir() + "/firstXXXXXX";
    ASSERT_NE(mkdtemp(pattern.data()), nullptr);
    directory_ = pattern + "/tokens";
  }
  absl::Status Make(Store& store) {
    return MakeFirstProject(store, random_, directory_, logger_);
  }
  std::string Hash(const std::string& file) {
    auto text = ReadFile(directory_ + "/" + file);
    EXPECT_OK(text);
    return TokenHash(absl::StripAsciiWhitespace(text.value_or("")));
  }
  bool Exists(const std::string& file) {
    return access((directory_ + "/" + file).c_str(), F_OK) == 0;
  }

  FakeClock clock_;
  FakeRandom random_{1};
  LogCapture sink_;
  Logger logger_{sink_, clock_};
  MemoryStore store_{clock_, random_};
  std::string directory_;
};

TEST_F(FirstStartTest, MakesAProjectAndTokens) {
  ASSERT_OK(Make(store_));
  EXPECT_EQ(store_.FindToken(Hash("project.token"))->subject, "default");
  EXPECT_EQ(store_.FindToken(Hash("operator.token"))->kind,
            TokenKind::kOperator);
  struct stat facts {};
  ASSERT_EQ(stat((directory_ + "/project.token").c_str(), &facts), 0);
  EXPECT_EQ(facts.st_mode & 0777, 0600u);
  const std::string before = Hash("project.token");
  ASSERT_OK(Make(store_));
  EXPECT_EQ(Hash("project.token"), before);
  EXPECT_FALSE(Exists("project.token.new"));
}

TEST_F(FirstStartTest, GoesOnAfterACrash) {
  ASSERT_OK(Make(store_));
  // As if it had ended before the files got their names.
  for (const char* file : {"/project.token", "/operator.token"}) {
    const std::string path = directory_ + file;
    ASSERT_EQ(rename(path.c_str(), (path + ".new").c_str()), 0);
  }
  ASSERT_OK(Make(store_));
  EXPECT_OK(store_.FindToken(Hash("project.token")));
  EXPECT_OK(store_.FindToken(Hash("operator.token")));
}

TEST_F(FirstStartTest, GoesOnAfterACrashBetweenTheTwoFiles) {
  for (const char* file : {"/project.token", "/operator.token"}) {
    ASSERT_OK(Make(store_));
    const std::string path = directory_ + file;
    const std::string before = Hash(file);
    ASSERT_EQ(rename(path.c_str(), (path + ".new").c_str()), 0);
    ASSERT_OK(Make(store_));
    ASSERT_TRUE(Exists(file)) << file;
    EXPECT_EQ(Hash(file), before);
    EXPECT_OK(store_.FindToken(Hash(file)));
  }
}

TEST_F(FirstStartTest, MakesNoTokenThatTheStoreDoesNotKnow) {
  ASSERT_OK(Make(store_));
  ASSERT_EQ(unlink((directory_ + "/operator.token").c_str()), 0);
  ASSERT_OK(Make(store_));
  EXPECT_FALSE(Exists("operator.token"));
  EXPECT_FALSE(Exists("operator.token.new"));
  EXPECT_OK(store_.FindToken(Hash("project.token")));
}

TEST_F(FirstStartTest, TriesAgainWhenTheDatabaseIsAway) {
  store_.SetAvailable(false);
  EXPECT_THAT(Make(store_), HasCode(absl::StatusCode::kUnavailable));
  EXPECT_FALSE(Exists("project.token"));
  store_.SetAvailable(true);
  ASSERT_OK(Make(store_));
  EXPECT_OK(store_.FindToken(Hash("project.token")));
}

TEST_F(FirstStartTest, LeavesNothingWhenAnotherWasFirst) {
  ASSERT_OK(store_.Bootstrap("default", {}));
  ASSERT_OK(Make(store_));
  EXPECT_FALSE(Exists("project.token"));
  EXPECT_FALSE(Exists("project.token.new"));
}

TEST_F(FirstStartTest, KeepsItsTokensForANewDatabase) {
  ASSERT_OK(Make(store_));
  MemoryStore other(clock_, random_);
  ASSERT_OK(Make(other));
  EXPECT_OK(other.FindToken(Hash("project.token")));
}

}  // namespace
}  // namespace understudy::control
