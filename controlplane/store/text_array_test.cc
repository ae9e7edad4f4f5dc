// Copyright 2026 The Understudy Authors
// SPDX-License-Identifier: Apache-2.0

#include "controlplane/store/text_array.h"

#include "gtest/gtest.h"

namespace understudy::control {
namespace {

TEST(TextArray, QuotesText) {
  TextArray array;
  EXPECT_EQ(array.Finish(), "{}");
  array.Add(absl::string_view("a"));
  array.Add(absl::string_view(""));
  array.Add(absl::string_view("NULL"));
  array.Add(absl::string_view("x\",{\\"));
  EXPECT_EQ(array.Finish(), R"({"a","","NULL","x\",{\\"})");
}

TEST(TextArray, HasNumbersTimesAndNulls) {
  TextArray array;
  array.Add(int64_t{-5});
  array.Add(std::optional<uint32_t>(4294967295u));
  array.Add(std::optional<uint32_t>());
  array.Add(std::optional<absl::Time>(absl::FromUnixMicros(1'000'001)));
  array.Add(std::optional<absl::Time>());
  EXPECT_EQ(array.Finish(), "{-5,4294967295,NULL,1000001,NULL}");
}

TEST(StorableText, CutsAtACharacter) {
  EXPECT_EQ(StorableText("abc", 2), "ab");
  EXPECT_EQ(StorableText("a\u00e9", 2), "a");
  EXPECT_EQ(StorableText("a\u00e9", 3), "a\u00e9");
}

TEST(StorableText, ReplacesWhatCannotBeStored) {
  EXPECT_EQ(StorableText(absl::string_view("a\0b", 3), 10), "a?b");
  EXPECT_EQ(StorableText("\xff\xc0\x80", 10), "???");
  EXPECT_EQ(StorableText("\xed\xa0\x80", 10), "???");       // A surrogate.
  EXPECT_EQ(StorableText("\xf4\x90\x80\x80", 10), "????");  // Above U+10FFFF.
  EXPECT_EQ(StorableText("\xe2\x82", 10), "??");
  EXPECT_EQ(StorableText("\xe2\x82\xac\xf0\x9f\x98\x80", 10),
            "\xe2\x82\xac\xf0\x9f\x98\x80");
}

TEST(IsUuid, KnowsOne) {
  EXPECT_TRUE(IsUuid("6f1c3c52-0000-4000-8000-00000000000F"));
  EXPECT_FALSE(IsUuid("6f1c3c52-0000-4000-8000-00000000000"));
  EXPECT_FALSE(IsUuid("6f1c3c52x0000-4000-8000-000000000000"));
  EXPECT_FALSE(IsUuid("6f1c3c52-0000-4000-8000-00000000000g"));
}

}  // namespace
}  // namespace understudy::control
