// Copyright 2026 The Understudy Authors
// SPDX-License-Identifier: Apache-2.0

#include "cli/table.h"

#include "gtest/gtest.h"

namespace understudy::cli {
namespace {

TEST(Table, AlignsColumnsWithoutTrailingSpaces) {
  Table table({"ZONE", "STATE"});
  table.AddRow({"example.org", "ACTIVE"});
  table.AddRow({"a.org", ""});
  EXPECT_EQ(table.Render(),
            "ZONE         STATE\n"
            "example.org  ACTIVE\n"
            "a.org        -\n");
}

TEST(Table, CountsCharactersNotBytes) {
  Table table({"A", "B"});
  table.AddRow({"\xC3\xA9", "x"});
  EXPECT_EQ(table.Render(), "A  B\n\xC3\xA9  x\n");
}

TEST(Table, WithoutRowsIsItsHeader) {
  EXPECT_EQ(Table({"A", "B"}).Render(), "A  B\n");
}

TEST(Table, ShowsControlBytesInsteadOfObeyingThem) {
  Table table({"A"});
  table.AddRow({"x\x1b[31m\ny"});
  EXPECT_EQ(table.Render(), "A\nx\\x1b[31m\\x0ay\n");
}

TEST(Table, FillsUpAndCutsRows) {
  Table table({"A", "B"});
  table.AddRow({"1"});
  table.AddRow({"1", "2", "3"});
  EXPECT_EQ(table.Render(), "A  B\n1  -\n1  2\n");
}

TEST(Facts, AlignsValues) {
  EXPECT_EQ(RenderFacts({{"zone", "a.org"}, {"serial", ""}}),
            "zone    a.org\nserial  -\n");
}

}  // namespace
}  // namespace understudy::cli
