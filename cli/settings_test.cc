// Copyright 2026 The Understudy Authors
// SPDX-License-Identifier: Apache-2.0

#include "cli/settings.h"

#include <map>

#include "base/testing/status_matchers.h"
#include "gtest/gtest.h"

namespace understudy::cli {
namespace {

using testing::HasSubstr;
using testing::Not;

Environment Fake(std::map<std::string, std::string> values) {
  return [values](const std::string& name) -> std::optional<std::string> {
    auto found = values.find(name);
    if (found == values.end()) return std::nullopt;
    return found->second;
  };
}

TEST(Settings, HaveDefaults) {
  Settings settings = Resolve({}, {}, {});
  EXPECT_EQ(settings.endpoint, "127.0.0.1:8443");
  EXPECT_EQ(settings.project, "default");
  EXPECT_TRUE(settings.token.empty());
}

TEST(Settings, FlagsWinOverEnvironmentOverProfile) {
  SettingsLayer flags;
  flags.endpoint = "flag:1";
  SettingsLayer environment = FromEnvironment(
      Fake({{"UNDERSTUDY_ENDPOINT", "env:1"}, {"UNDERSTUDY_TOKEN", "env"}}));
  SettingsLayer profile =
      *ParseProfile("endpoint=file:1\ntoken = file\nproject= acme\n", "p");
  Settings settings = Resolve(flags, environment, profile);
  EXPECT_EQ(settings.endpoint, "flag:1");
  EXPECT_EQ(settings.token.reveal(), "env");
  EXPECT_EQ(settings.project, "acme");
}

TEST(Settings, EmptyVariablesCountAsAbsent) {
  SettingsLayer layer = FromEnvironment(Fake({{"UNDERSTUDY_PROJECT", ""}}));
  EXPECT_FALSE(layer.project.has_value());
}

TEST(Settings, OperatorsTokenFallsBackAndYieldsToTheFlag) {
  SettingsLayer environment =
      FromEnvironment(Fake({{"UNDERSTUDY_TOKEN", "t"}}));
  EXPECT_EQ(Resolve({}, environment, {}).admin_token.reveal(), "t");
  environment.admin_token = "admin";
  EXPECT_EQ(Resolve({}, environment, {}).admin_token.reveal(), "admin");
  SettingsLayer flags;
  flags.token = "flag";
  EXPECT_EQ(Resolve(flags, environment, {}).admin_token.reveal(), "flag");
}

TEST(Profile, SkipsCommentsAndBlankLines) {
  SettingsLayer layer = *ParseProfile("# x\n\n  ca = /tmp/a b.pem \r\n", "p");
  EXPECT_EQ(layer.ca_file, "/tmp/a b.pem");
}

TEST(Profile, NamesEveryFaultAndNoSecret) {
  absl::StatusOr<SettingsLayer> layer =
      ParseProfile("tokn=hush\nproject=a\nhush\n", "/p");
  ASSERT_THAT(layer, HasCode(absl::StatusCode::kInvalidArgument));
  std::string message(layer.status().message());
  EXPECT_THAT(message, HasSubstr("/p:1: \"tokn\""));
  EXPECT_THAT(message, HasSubstr("/p:3: no '='"));
  EXPECT_THAT(message, Not(HasSubstr("hush")));
}

TEST(Profile, LiesBelowTheConfigurationDirectory) {
  EXPECT_EQ(DefaultProfilePath(Fake({{"HOME", "/h"}})),
            "/h/.config/understudy/profile");
  EXPECT_EQ(
      DefaultProfilePath(Fake({{"HOME", "/h"}, {"XDG_CONFIG_HOME", "/c"}})),
      "/c/understudy/profile");
  EXPECT_EQ(DefaultProfilePath(Fake({})), "");
}

}  // namespace
}  // namespace understudy::cli
