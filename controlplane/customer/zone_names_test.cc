// Copyright 2026 The Understudy Authors
// SPDX-License-Identifier: Apache-2.0

#include "controlplane/customer/zone_names.h"

#include "base/testing/status_matchers.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace understudy::control {
namespace {

using ::testing::HasSubstr;

std::string Canonical(absl::string_view text) {
  auto name = CanonicalZoneName(text);
  EXPECT_OK(name) << text;
  return name.value_or("");
}

std::string Refusal(absl::string_view text) {
  auto name = CanonicalZoneName(text);
  EXPECT_THAT(name, HasCode(absl::StatusCode::kInvalidArgument)) << text;
  return std::string(name.status().message());
}

TEST(CanonicalZoneName, HasOneForm) {
  EXPECT_EQ(Canonical("example.org"), "example.org");
  EXPECT_EQ(Canonical("EXAMPLE.Org."), "example.org");
  EXPECT_EQ(Canonical("."), ".");
  EXPECT_EQ(Canonical("org"), "org");
  EXPECT_EQ(Canonical("_tcp.xn--bcher-kva.example"),
            "_tcp.xn--bcher-kva.example");
  EXPECT_EQ(Canonical("\\101xample.org"), "example.org");
  EXPECT_EQ(Canonical("a\\.b.org"), "a\\.b.org");
  EXPECT_EQ(Canonical("0/25.2.0.192.in-addr.arpa"),
            "0/25.2.0.192.in-addr.arpa");
}

TEST(CanonicalZoneName, IsItsOwnCanonicalForm) {
  for (const char* text : {"A.b", "a\\032b.org", "\\255.org", "a\\\"b"}) {
    const std::string once = Canonical(text);
    EXPECT_EQ(Canonical(once), once);
  }
}

TEST(CanonicalZoneName, TakesTheLongestNames) {
  const std::string label(63, 'a');
  const std::string longest =
      label + "." + label + "." + label + "." + std::string(61, 'b');
  EXPECT_EQ(Canonical(longest), longest);
  Refusal(longest + "b");
  Refusal(std::string(64, 'a') + ".org");
  Refusal(std::string(100'000, 'a'));
}

TEST(CanonicalZoneName, RefusesWhatIsNoName) {
  for (const char* text : {"", "..", ".org", "a..b", "a b", "a/b", "a/b/c.org",
                           "*.org", "a@b", "a\tb", "a\\", "a\\256", "a\\25",
                           "\\000.org", "a.org..", "1/2/3.org", "[::1]"}) {
    Refusal(text);
  }
  Refusal(absl::string_view("a\0b", 3));
}

TEST(CanonicalZoneName, TellsTheWayOut) {
  EXPECT_THAT(Refusal("b\u00fccher.example"), HasSubstr("A-labels"));
  EXPECT_THAT(Refusal(""), HasSubstr("root"));
  EXPECT_THAT(Refusal("a b"), HasSubstr("\\DDD"));
}

}  // namespace
}  // namespace understudy::control
