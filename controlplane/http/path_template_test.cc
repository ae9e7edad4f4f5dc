// Copyright 2026 The Understudy Authors
// SPDX-License-Identifier: Apache-2.0

#include "controlplane/http/path_template.h"

#include "base/testing/status_matchers.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace understudy::control {
namespace {

using testing::ElementsAre;
using testing::Optional;
using testing::Pair;

PathTemplate Parsed(const std::string& text) {
  auto result = PathTemplate::Parse(text);
  EXPECT_OK(result) << text;
  return *result;
}

TEST(PathTemplate, MatchesLiterals) {
  PathTemplate t = Parsed("/v1/edges");
  EXPECT_THAT(t.Match("/v1/edges"), Optional(ElementsAre()));
  for (const char* other :
       {"", "/", "/v1", "/v1/edges/", "/v1/edges/x", "v1/edges", "//v1/edges",
        "/v1//edges", "/v1/edges:x", "/V1/edges"}) {
    EXPECT_FALSE(t.Match(other).has_value()) << other;
  }
}

TEST(PathTemplate, BindsResourceNames) {
  PathTemplate t = Parsed("/v1/{name=projects/*/zones/*}");
  EXPECT_THAT(
      t.Match("/v1/projects/acme/zones/a.example"),
      Optional(ElementsAre(Pair("name", "projects/acme/zones/a.example"))));
  EXPECT_FALSE(t.Match("/v1/projects/acme/zones").has_value());
  EXPECT_FALSE(t.Match("/v1/projects/acme/zones/").has_value());
  EXPECT_FALSE(t.Match("/v1/projects/acme/keys/a").has_value());
  EXPECT_THAT(t.Fields(), ElementsAre("name"));
}

TEST(PathTemplate, BindsBeforeLiterals) {
  PathTemplate t = Parsed("/v1/{parent=projects/*}/zones");
  EXPECT_THAT(t.Match("/v1/projects/acme/zones"),
              Optional(ElementsAre(Pair("parent", "projects/acme"))));
}

TEST(PathTemplate, BindsSeveralAndNested) {
  PathTemplate t = Parsed("/v1/{zone.name=zones/*}/{kind}");
  EXPECT_THAT(
      t.Match("/v1/zones/a/b"),
      Optional(ElementsAre(Pair("zone.name", "zones/a"), Pair("kind", "b"))));
}

TEST(PathTemplate, KnowsVerbs) {
  PathTemplate with = Parsed("/v1/{name=projects/*/zones/*}:refresh");
  PathTemplate without = Parsed("/v1/{name=projects/*/zones/*}");
  EXPECT_EQ(with.verb(), "refresh");
  const char* path = "/v1/projects/acme/zones/a.example:refresh";
  EXPECT_THAT(
      with.Match(path),
      Optional(ElementsAre(Pair("name", "projects/acme/zones/a.example"))));
  EXPECT_FALSE(without.Match(path).has_value());
  EXPECT_FALSE(with.Match("/v1/projects/acme/zones/a.example").has_value());
  EXPECT_FALSE(with.Match("/v1/projects/acme/zones/a:b").has_value());
  // Encoded, it belongs to the name.
  EXPECT_THAT(
      without.Match("/v1/projects/acme/zones/a%3Arefresh"),
      Optional(ElementsAre(Pair("name", "projects/acme/zones/a:refresh"))));
}

TEST(PathTemplate, DecodesEachSegmentOnce) {
  PathTemplate t = Parsed("/v1/{name=projects/*/zones/*}");
  auto name = [&](const std::string& zone) -> std::string {
    auto bindings = t.Match("/v1/projects/acme/zones/" + zone);
    return bindings.has_value() ? (*bindings)[0].second : "none";
  };
  EXPECT_EQ(name("a%2Eexample"), "projects/acme/zones/a.example");
  EXPECT_EQ(name("a%252Eexample"), "projects/acme/zones/a%2Eexample");
  EXPECT_EQ(name("."), "projects/acme/zones/.");
  // Names of RFC 2317 have slashes.
  EXPECT_EQ(name("0%2F26.2.0.192.in-addr.arpa"),
            "projects/acme/zones/0/26.2.0.192.in-addr.arpa");
  EXPECT_EQ(name("%zz"), "none");
  EXPECT_EQ(name("%00"), "none");
  EXPECT_EQ(name("%ff"), "none");
  // A slash before the last segment would shift the name's parts.
  EXPECT_FALSE(t.Match("/v1/projects/a%2Fzones%2Fb/zones/c").has_value());
}

TEST(PathTemplate, TakesTheRest) {
  PathTemplate t = Parsed("/v1/{name=files/**}");
  EXPECT_THAT(t.Match("/v1/files/a/b/c"),
              Optional(ElementsAre(Pair("name", "files/a/b/c"))));
  EXPECT_FALSE(t.Match("/v1/files").has_value());
}

TEST(PathTemplate, RefusesWhatIsNoTemplate) {
  for (const char* bad :
       {"", "v1", "/", "/v1/", "/v1//x", "/{", "/{a", "/{a={b}}", "/{=x}",
        "/{}", "/a}", "/{a}b", "/a:", "/**/x", "/{a=**}/x", "/x*"}) {
    EXPECT_THAT(PathTemplate::Parse(bad),
                HasCode(absl::StatusCode::kInvalidArgument))
        << bad;
  }
}

}  // namespace
}  // namespace understudy::control
