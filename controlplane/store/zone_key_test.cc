// Copyright 2026 The Understudy Authors
// SPDX-License-Identifier: Apache-2.0

#include "controlplane/store/zone_key.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace understudy::control {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::StartsWith;

TEST(ZoneKey, HasTheLabelsFromTheRootDown) {
  EXPECT_EQ(ZoneKey("www.example.org"), "org.example.www.");
  EXPECT_EQ(ZoneKey("org"), "org.");
  EXPECT_EQ(ZoneKey("."), "");
}

TEST(ZoneKey, LeavesEscapedDotsInTheirLabel) {
  EXPECT_EQ(ZoneKey("a\\.b.org"), "org.a\\.b.");
  EXPECT_EQ(ZoneKey("a\\\\.b.org"), "org.b.a\\\\.");
}

TEST(ZoneKey, OfANameBelowBeginsWithTheKeyAbove) {
  EXPECT_THAT(ZoneKey("a.example.org"), StartsWith(ZoneKey("example.org")));
  EXPECT_THAT(ZoneKey("anexample.org"),
              testing::Not(StartsWith(ZoneKey("example.org"))));
}

TEST(KeyRangeEnd, EndsTheNamesBelow) {
  const std::string key = ZoneKey("example.org");
  const std::string end = KeyRangeEnd(key);
  EXPECT_LT(ZoneKey("z.example.org"), end);
  EXPECT_LT(ZoneKey("\\255.example.org"), end);
  EXPECT_GT(ZoneKey("example0.org"), end);
  EXPECT_LT(ZoneKey("example-.org"), key);
  EXPECT_EQ(KeyRangeEnd(""), "");
}

TEST(NamesAbove, ListsThemTheNearestFirst) {
  EXPECT_THAT(NamesAbove("a.b.org"), ElementsAre("b.org", "org", "."));
  EXPECT_THAT(NamesAbove("org"), ElementsAre("."));
  EXPECT_THAT(NamesAbove("."), IsEmpty());
  EXPECT_THAT(NamesAbove("a\\.b.org"), ElementsAre("org", "."));
}

}  // namespace
}  // namespace understudy::control
