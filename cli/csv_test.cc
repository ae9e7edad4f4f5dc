// Copyright 2026 The Understudy Authors
// SPDX-License-Identifier: Apache-2.0

#include "cli/csv.h"

#include "base/testing/status_matchers.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace understudy::cli {
namespace {

using testing::ElementsAre;

TEST(Csv, SplitsAtCommasAndTrims) {
  EXPECT_THAT(*ParseCsvLine("a, b ,,c"), ElementsAre("a", "b", "", "c"));
  EXPECT_THAT(*ParseCsvLine("a,"), ElementsAre("a", ""));
  EXPECT_THAT(*ParseCsvLine(""), ElementsAre(""));
}

TEST(Csv, TakesQuotedFields) {
  EXPECT_THAT(*ParseCsvLine("\"a,b\",\"c\"\"d\" , \"\""),
              ElementsAre("a,b", "c\"d", ""));
}

TEST(Csv, RefusesBrokenQuotes) {
  for (const char* line :
       {"\"a", "\"a\"b,c", "a\"b,c", "\"", "a,\"\"\"", "\"a\" \"b\""}) {
    EXPECT_THAT(ParseCsvLine(line), HasCode(absl::StatusCode::kInvalidArgument))
        << line;
  }
}

TEST(Csv, SplitsLinesOfAnySystem) {
  EXPECT_THAT(SplitLines("\xEF\xBB\xBFx\r\ny\n\nz"),
              ElementsAre("x", "y", "", "z"));
}

}  // namespace
}  // namespace understudy::cli
