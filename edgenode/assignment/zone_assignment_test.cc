// Copyright 2026 The Understudy Authors
// SPDX-License-Identifier: Apache-2.0

#include "edgenode/assignment/zone_assignment.h"

#include <string>

#include "base/testing/status_matchers.h"
#include "gtest/gtest.h"

namespace understudy::edge {
namespace {

using understudy::edge::v1::Assignment;

Assignment Good() {
  Assignment a;
  a.set_name("assignments/1234");
  a.set_revision(5);
  a.set_zone("Example.org");
  a.set_answer(true);
  a.set_refresh_generation(2);
  a.set_retransfer_generation(3);
  auto* primary = a.add_primaries();
  primary->set_address("192.0.2.1");
  primary->set_port(53);
  return a;
}

void ExpectRefused(const Assignment& a, const std::string& part) {
  auto parsed = ParseAssignment(a);
  ASSERT_THAT(parsed, HasCode(absl::StatusCode::kInvalidArgument));
  EXPECT_NE(std::string(parsed.status().message()).find(part),
            std::string::npos)
      << parsed.status();
}

TEST(ParseAssignment, TakesAGoodOne) {
  Assignment a = Good();
  a.add_primaries()->set_address("2001:db8::1");
  a.mutable_primaries(1)->set_port(5353);
  auto parsed = ParseAssignment(a);
  ASSERT_OK(parsed);
  EXPECT_EQ(parsed->name, "assignments/1234");
  EXPECT_EQ(parsed->revision, 5);
  EXPECT_EQ(parsed->zone.ToText(), "example.org");
  ASSERT_EQ(parsed->primaries.size(), 2u);
  EXPECT_EQ(parsed->primaries[1].ToString(), "[2001:db8::1]:5353");
  EXPECT_EQ(parsed->refresh_generation, 2);
  EXPECT_EQ(parsed->retransfer_generation, 3);
  EXPECT_TRUE(parsed->answer);
}

TEST(ParseAssignment, FoldsAPrimaryThatIsNamedTwice) {
  Assignment a = Good();
  *a.add_primaries() = a.primaries(0);
  EXPECT_EQ(ParseAssignment(a)->primaries.size(), 1u);
}

TEST(ParseAssignment, RefusesBadNames) {
  for (const char* name : {"", "assignments/", "zones/1"}) {
    Assignment a = Good();
    a.set_name(name);
    ExpectRefused(a, "assignments/{uid}");
  }
  Assignment a = Good();
  a.set_name("assignments/" + std::string(200, 'x'));
  ExpectRefused(a, "assignments/{uid}");
}

TEST(ParseAssignment, RefusesBadZones) {
  Assignment a = Good();
  a.clear_zone();
  ExpectRefused(a, "the zone's name is missing");
  a.set_zone("a..b");
  ExpectRefused(a, "the zone's name");
  a.set_zone(std::string(64, 'x') + ".org");
  ExpectRefused(a, "the zone's name");
}

TEST(ParseAssignment, RefusesBadPrimaries) {
  Assignment a = Good();
  a.clear_primaries();
  ExpectRefused(a, "there are 0 primaries");
  a = Good();
  a.mutable_primaries(0)->set_address("ns1.example.org");
  ExpectRefused(a, "the primary's address");
  a = Good();
  a.mutable_primaries(0)->set_port(0);
  ExpectRefused(a, "port 0");
  a.mutable_primaries(0)->set_port(65536);
  ExpectRefused(a, "port 65536");
  a = Good();
  for (int i = 0; i < 16; ++i) *a.add_primaries() = a.primaries(0);
  ExpectRefused(a, "there are 17 primaries");
}

}  // namespace
}  // namespace understudy::edge
