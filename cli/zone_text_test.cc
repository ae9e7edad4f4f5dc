// Copyright 2026 The Understudy Authors
// SPDX-License-Identifier: Apache-2.0

#include "cli/zone_text.h"

#include "base/testing/status_matchers.h"
#include "gtest/gtest.h"

namespace understudy::cli {
namespace {

std::string RoundTrip(const char* text) {
  absl::StatusOr<v1::Primary> primary = ParsePrimary(text);
  return primary.ok() ? FormatPrimary(*primary) : "bad";
}

TEST(Primary, IsReadWithAndWithoutPort) {
  EXPECT_EQ(RoundTrip("192.0.2.1"), "192.0.2.1");
  EXPECT_EQ(RoundTrip("192.0.2.1:53"), "192.0.2.1");
  EXPECT_EQ(RoundTrip("192.0.2.1:5353"), "192.0.2.1:5353");
  EXPECT_EQ(RoundTrip("2001:DB8::1"), "2001:db8::1");
  EXPECT_EQ(RoundTrip("[2001:db8::1]"), "2001:db8::1");
  EXPECT_EQ(RoundTrip("[2001:db8::1]:5353"), "[2001:db8::1]:5353");
}

TEST(Primary, BadOnesAreRefused) {
  for (const char* text :
       {"", "ns1.example.org", "192.0.2.1:0", "192.0.2.1:65536", "192.0.2",
        "192.0.2.1:", "[192.0.2.1]:53", "[2001:db8::1",
        "2001:db8::1:", "192.0.2.1 :53", "fe80::1%eth0"}) {
    EXPECT_THAT(ParsePrimary(text), HasCode(absl::StatusCode::kInvalidArgument))
        << text;
  }
}

TEST(Primary, AMissingPortFromTheApiMeans53) {
  v1::Primary primary;
  primary.set_address("192.0.2.1");
  EXPECT_EQ(FormatPrimary(primary), "192.0.2.1");
}

TEST(ZoneName, BecomesAResourceName) {
  EXPECT_EQ(ZoneResourceName("acme", "Example.ORG."),
            "projects/acme/zones/example.org");
  EXPECT_EQ(ZoneResourceName("acme", "."), "projects/acme/zones/.");
  EXPECT_EQ(ZoneResourceName("acme", "projects/b/zones/c.org"),
            "projects/b/zones/c.org");
}

TEST(ZoneName, IsShortForPeople) {
  EXPECT_EQ(ShortName("projects/acme/zones/example.org"), "example.org");
  EXPECT_EQ(ShortName("edges/fra1"), "fra1");
  EXPECT_EQ(ShortName("else"), "else");
}

TEST(Timeout, NeedsAUnitAndBounds) {
  EXPECT_EQ(*ParseTimeout("30s"), absl::Seconds(30));
  EXPECT_EQ(*ParseTimeout("1h30m"), absl::Minutes(90));
  for (const char* text : {"", "30", "0s", "-1s", "25h", "inf", "soon"}) {
    EXPECT_THAT(ParseTimeout(text), HasCode(absl::StatusCode::kInvalidArgument))
        << text;
  }
}

TEST(Span, ShowsTwoUnits) {
  EXPECT_EQ(FormatSpan(absl::Milliseconds(850)), "850ms");
  EXPECT_EQ(FormatSpan(absl::Seconds(12)), "12s");
  EXPECT_EQ(FormatSpan(absl::Seconds(60)), "1m");
  EXPECT_EQ(FormatSpan(absl::Seconds(303)), "5m3s");
  EXPECT_EQ(FormatSpan(absl::Hours(167) + absl::Seconds(1)), "6d23h");
  EXPECT_EQ(FormatSpan(absl::Hours(24) + absl::Seconds(1)), "1d");
}

TEST(When, SaysWhichSideOfNow) {
  absl::Time now = absl::FromUnixSeconds(1000000);
  EXPECT_EQ(FormatWhen(true, now - absl::Seconds(12), now), "12s ago");
  EXPECT_EQ(FormatWhen(true, now + absl::Minutes(5), now), "in 5m");
  EXPECT_EQ(FormatWhen(false, now, now), "-");
}

}  // namespace
}  // namespace understudy::cli
