// Copyright 2026 The Understudy Authors
// SPDX-License-Identifier: Apache-2.0

#include "base/file.h"

#include <sys/stat.h>

#include <cstdlib>

#include "base/testing/status_matchers.h"
#include "gtest/gtest.h"

namespace understudy {
namespace {

std::string Scratch() {
  std::string path = ::testing::TempDir() + "/file_test.XXXXXX";
  return mkdtemp(path.data());
}

TEST(ReplaceFile, WritesAndReplacesWithItsMode) {
  std::string path = Scratch() + "/f";
  ASSERT_OK(ReplaceFile(path, "one", 0600));
  ASSERT_OK(ReplaceFile(path, "two", 0640));
  EXPECT_EQ(*ReadFile(path), "two");
  struct stat info;
  ASSERT_EQ(stat(path.c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 0777u, 0640u);
}

TEST(ReplaceFile, SaysWhichPathFailed) {
  absl::Status status = ReplaceFile("/nonexistent/dir/f", "x", 0600);
  EXPECT_EQ(status.code(), absl::StatusCode::kNotFound);
  EXPECT_NE(status.message().find("/nonexistent/dir/f"),
            absl::string_view::npos);
}

TEST(ReadFile, NotFoundWhenThereIsNone) {
  EXPECT_THAT(ReadFile(Scratch() + "/none"),
              HasCode(absl::StatusCode::kNotFound));
}

TEST(MakeDirectories, MakesParentsAndIsIdempotent) {
  std::string path = Scratch() + "/a/b/c";
  ASSERT_OK(MakeDirectories(path, 0700));
  ASSERT_OK(MakeDirectories(path, 0700));
}

TEST(MakeDirectories, RefusesAFileInTheWay) {
  std::string path = Scratch() + "/f";
  ASSERT_OK(ReplaceFile(path, "", 0600));
  EXPECT_THAT(MakeDirectories(path, 0700),
              HasCode(absl::StatusCode::kFailedPrecondition));
}

}  // namespace
}  // namespace understudy
