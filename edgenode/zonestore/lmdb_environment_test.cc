// Copyright 2026 The Understudy Authors
// SPDX-License-Identifier: Apache-2.0

#include "edgenode/zonestore/lmdb_environment.h"

#include <unistd.h>

#include <cstdlib>

#include "base/file.h"
#include "base/testing/status_matchers.h"
#include "gtest/gtest.h"

namespace understudy::edge {
namespace {

constexpr uint64_t kMax = 64 << 20;

class LmdbEnvironmentTest : public ::testing::Test {
 protected:
  void SetUp() override {
    directory_ = ::testing::TempDir() + "/lmdb.XXXXXX";
    ASSERT_NE(mkdtemp(directory_.data()), nullptr);
  }
  std::unique_ptr<LmdbEnvironment> Open(uint64_t max = kMax) {
    auto env = LmdbEnvironment::Open(directory_, max, {"a", "b"});
    EXPECT_OK(env);
    return *std::move(env);
  }
  std::string directory_;
};

TEST_F(LmdbEnvironmentTest, KeepsWhatWasWritten) {
  auto env = Open();
  ASSERT_OK(env->Write(
      [](LmdbTransaction& txn) { return txn.Put(0, "key", "value"); }));
  env.reset();
  env = Open();
  ASSERT_OK(env->Read([](LmdbTransaction& txn) {
    EXPECT_EQ(*txn.Get(0, "key"), "value");
    EXPECT_THAT(txn.Get(1, "key"), HasCode(absl::StatusCode::kNotFound));
    return absl::OkStatus();
  }));
}

TEST_F(LmdbEnvironmentTest, AFailedWriteLeavesNothing) {
  auto env = Open();
  EXPECT_FALSE(env->Write([](LmdbTransaction& txn) {
                    EXPECT_OK(txn.Put(0, "key", "value"));
                    return absl::AbortedError("no");
                  })
                   .ok());
  ASSERT_OK(env->Read([](LmdbTransaction& txn) {
    EXPECT_FALSE(txn.Get(0, "key").ok());
    return absl::OkStatus();
  }));
}

TEST_F(LmdbEnvironmentTest, DeletesRanges) {
  auto env = Open();
  ASSERT_OK(env->Write([](LmdbTransaction& txn) {
    for (const char* key : {"a", "b", "c", "d"})
      EXPECT_OK(txn.Put(0, key, "x"));
    EXPECT_OK(txn.DeleteRange(0, "b", "d"));
    EXPECT_OK(txn.Delete(0, "zz"));
    return absl::OkStatus();
  }));
  std::string keys;
  ASSERT_OK(env->Read([&](LmdbTransaction& txn) {
    return txn.ForEach(0, "", [&](absl::string_view key, absl::string_view) {
      keys.append(key.data(), key.size());
      return true;
    });
  }));
  EXPECT_EQ(keys, "ad");
}

TEST_F(LmdbEnvironmentTest, SaysThatItIsFull) {
  auto env = Open(1 << 20);
  EXPECT_THAT(env->Write([](LmdbTransaction& txn) {
    return txn.Put(0, "big", std::string(2 << 20, 'x'));
  }),
              HasCode(absl::StatusCode::kResourceExhausted));
  // And goes on afterwards.
  EXPECT_OK(env->Write(
      [](LmdbTransaction& txn) { return txn.Put(0, "small", "x"); }));
}

TEST_F(LmdbEnvironmentTest, OneProcessAtATime) {
  auto env = Open();
  auto second = LmdbEnvironment::Open(directory_, kMax, {"a", "b"});
  EXPECT_THAT(second, HasCode(absl::StatusCode::kFailedPrecondition));
}

TEST_F(LmdbEnvironmentTest, SeesAFileThatIsNoneOrCut) {
  ASSERT_OK(
      ReplaceFile(directory_ + "/data.mdb", std::string(16384, 'x'), 0600));
  EXPECT_THAT(LmdbEnvironment::Open(directory_, kMax, {"a"}),
              HasCode(absl::StatusCode::kDataLoss));
  unlink((directory_ + "/data.mdb").c_str());
  auto env = Open();
  ASSERT_OK(env->Write([](LmdbTransaction& txn) {
    return txn.Put(0, "big", std::string(1 << 20, 'x'));
  }));
  env.reset();
  ASSERT_EQ(truncate((directory_ + "/data.mdb").c_str(), 65536), 0);
  EXPECT_THAT(LmdbEnvironment::Open(directory_, kMax, {"a"}),
              HasCode(absl::StatusCode::kDataLoss));
}

}  // namespace
}  // namespace understudy::edge
