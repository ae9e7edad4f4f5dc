// Copyright 2026 The Understudy Authors
// SPDX-License-Identifier: Apache-2.0

#include "controlplane/customer/resource_names.h"

#include "base/testing/status_matchers.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace understudy::control {
namespace {

using Code = absl::StatusCode;

TEST(ResourceNames, GoThereAndBack) {
  auto zone = ParseZoneName("projects/acme/zones/Example.ORG.");
  ASSERT_OK(zone);
  EXPECT_EQ(zone->project, "acme");
  EXPECT_EQ(zone->zone, "example.org");
  EXPECT_EQ(ZoneName(zone->project, zone->zone),
            "projects/acme/zones/example.org");
  EXPECT_EQ(ParseZoneName("projects/a/zones/.")->zone, ".");
  EXPECT_EQ(ParseZoneName("projects/a/zones/0/25.2.in-addr.arpa")->zone,
            "0/25.2.in-addr.arpa");
  EXPECT_EQ(ParseProjectName("projects/acme-1").value(), "acme-1");
  EXPECT_EQ(ParseEdgeName("edges/1-fra").value(), "1-fra");
  EXPECT_EQ(EdgeName("fra1"), "edges/fra1");
}

TEST(ResourceNames, RefuseOtherForms) {
  for (const char* name : {"", "projects/", "projects/Acme", "projects/1a",
                           "projects/-a", "projects/a-", "projects/a/b", "acme",
                           "project/acme", "projects/a b", "projects/acme/"}) {
    EXPECT_THAT(ParseProjectName(name), HasCode(Code::kInvalidArgument))
        << name;
  }
  EXPECT_THAT(ParseProjectName("projects/" + std::string(64, 'a')),
              HasCode(Code::kInvalidArgument));
  for (const char* name :
       {"", "example.org", "projects/acme/zones/", "projects/acme/zones/a..b",
        "projects/acme/zone/a", "projects//zones/a", "zones/a"}) {
    EXPECT_THAT(ParseZoneName(name), HasCode(Code::kInvalidArgument)) << name;
  }
  for (const char* name : {"", "edges/", "edges/A", "edges/a/b", "fra1"}) {
    EXPECT_THAT(ParseEdgeName(name), HasCode(Code::kInvalidArgument)) << name;
  }
}

TEST(ResourceNames, TellTheForm) {
  EXPECT_THAT(std::string(ParseZoneName("x").status().message()),
              testing::HasSubstr("projects/PROJECT/zones/ZONE"));
}

}  // namespace
}  // namespace understudy::control
