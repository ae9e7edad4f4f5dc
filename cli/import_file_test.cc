// Copyright 2026 The Understudy Authors
// SPDX-License-Identifier: Apache-2.0

#include "cli/import_file.h"

#include "base/testing/status_matchers.h"
#include "cli/zone_text.h"
#include "gtest/gtest.h"

namespace understudy::cli {
namespace {

using testing::HasSubstr;

TEST(Import, ReadsZonesAndTheirPrimaries) {
  absl::StatusOr<ImportPlan> plan = ParseImport(
      "Primary,zone\n"
      "192.0.2.1,a.org\n"
      "\n"
      "\"192.0.2.1:5353; [2001:db8::1]:54 2001:db8::2\",b.org\r\n");
  ASSERT_OK(plan);
  EXPECT_TRUE(plan->failures.empty());
  ASSERT_EQ(plan->rows.size(), 2u);
  EXPECT_EQ(plan->rows[0].zone, "a.org");
  EXPECT_EQ(plan->rows[1].line, 4);
  ASSERT_EQ(plan->rows[1].primaries.size(), 3u);
  EXPECT_EQ(FormatPrimary(plan->rows[1].primaries[1]), "[2001:db8::1]:54");
}

TEST(Import, ABadLineFailsAlone) {
  absl::StatusOr<ImportPlan> plan = ParseImport(
      "zone,primary\n"
      "a.org,192.0.2.1\n"
      "b.org,\n"
      "\"c.org,192.0.2.1\n"
      "d.org,ns.d.org nonsense\n"
      ",192.0.2.1\n"
      "e.org,192.0.2.1,x\n"
      "A.org.,192.0.2.2\n"
      "f.org,192.0.2.1\n");
  ASSERT_OK(plan);
  ASSERT_EQ(plan->rows.size(), 2u);
  EXPECT_EQ(plan->rows[1].zone, "f.org");
  ASSERT_EQ(plan->failures.size(), 6u);
  EXPECT_THAT(DescribeFailure("f.csv", plan->failures[0]),
              HasSubstr("f.csv:3: b.org: no primary"));
  EXPECT_THAT(DescribeFailure("f.csv", plan->failures[1]),
              HasSubstr("f.csv:4: ?: a quoted field"));
  EXPECT_THAT(plan->failures[2].reason, HasSubstr("ns.d.org"));
  EXPECT_THAT(plan->failures[2].reason, HasSubstr("nonsense"));
  EXPECT_THAT(plan->failures[3].reason, HasSubstr("no zone"));
  EXPECT_THAT(plan->failures[4].reason, HasSubstr("3 fields"));
  EXPECT_THAT(plan->failures[5].reason, HasSubstr("line 2"));
}

TEST(Import, NamesEveryBadColumn) {
  absl::StatusOr<ImportPlan> plan =
      ParseImport("zone,colour,zone\na.org,red,b.org\n");
  ASSERT_THAT(plan, HasCode(absl::StatusCode::kInvalidArgument));
  std::string message(plan.status().message());
  EXPECT_THAT(message, HasSubstr("\"colour\" is not known"));
  EXPECT_THAT(message, HasSubstr("\"zone\" comes twice"));
  EXPECT_THAT(message, HasSubstr("\"primary\" is missing"));
}

TEST(Import, AnEmptyFileHasNoHeader) {
  EXPECT_THAT(ParseImport(""), HasCode(absl::StatusCode::kInvalidArgument));
}

TEST(Import, FailuresShowNoControlBytes) {
  EXPECT_EQ(DescribeFailure("f", {2, "a\x1b", "bad"}), "f:2: a\\x1b: bad");
}

}  // namespace
}  // namespace understudy::cli
