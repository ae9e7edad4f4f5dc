// Copyright 2026 The Understudy Authors
// SPDX-License-Identifier: Apache-2.0

#include "controlplane/http/percent.h"

#include "gtest/gtest.h"

namespace understudy::control {
namespace {

TEST(PercentDecode, DecodesOnce) {
  EXPECT_EQ(PercentDecode("a.example", false), "a.example");
  EXPECT_EQ(PercentDecode("a%2Eexample", false), "a.example");
  EXPECT_EQ(PercentDecode("a%2eb", false), "a.b");
  EXPECT_EQ(PercentDecode("a%252eb", false), "a%2eb");
  EXPECT_EQ(PercentDecode("%C3%BC", false), "\xc3\xbc");
  EXPECT_EQ(PercentDecode("", false), "");
}

TEST(PercentDecode, KnowsThePlusOfQueries) {
  EXPECT_EQ(PercentDecode("a+b", false), "a+b");
  EXPECT_EQ(PercentDecode("a+b%2B", true), "a b+");
}

TEST(PercentDecode, RefusesBrokenText) {
  for (const char* bad : {"%", "%4", "%4g", "%g4", "a%", "%00", "%ff", "%c3",
                          "%c0%af", "%ed%a0%80", "%f4%90%80%80"}) {
    EXPECT_FALSE(PercentDecode(bad, false).has_value()) << bad;
  }
}

TEST(IsUtf8, TellsGoodFromBad) {
  EXPECT_TRUE(IsUtf8("\xf0\x9f\x8e\xad \xe2\x82\xac"));
  EXPECT_FALSE(IsUtf8("\xe2\x82"));
  EXPECT_FALSE(IsUtf8("\x80"));
  EXPECT_FALSE(IsUtf8("\xf5\x80\x80\x80"));
}

}  // namespace
}  // namespace understudy::control
