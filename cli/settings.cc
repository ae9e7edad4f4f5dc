// Copyright 2026 The Understudy Authors
// SPDX-License-Identifier: Apache-2.0

#include "cli/settings.h"

#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"

namespace understudy::cli {
namespace {

std::optional<std::string>* FieldOf(SettingsLayer& layer,
                                    absl::string_view key) {
  if (key == "endpoint") return &layer.endpoint;
  if (key == "ca") return &layer.ca_file;
  if (key == "project") return &layer.project;
  if (key == "token") return &layer.token;
  if (key == "admin_token") return &layer.admin_token;
  return nullptr;
}

std::string First(
    std::initializer_list<const std::optional<std::string>*> choices,
    absl::string_view fallback) {
  for (const auto* choice : choices) {
    if (choice->has_value()) return **choice;
  }
  return std::string(fallback);
}

}  // namespace

SettingsLayer FromEnvironment(const Environment& environment) {
  auto get = [&](const char* name) -> std::optional<std::string> {
    std::optional<std::string> value = environment(name);
    if (value.has_value() && value->empty()) return std::nullopt;
    return value;
  };
  SettingsLayer layer;
  layer.endpoint = get("UNDERSTUDY_ENDPOINT");
  layer.ca_file = get("UNDERSTUDY_CA");
  layer.project = get("UNDERSTUDY_PROJECT");
  layer.token = get("UNDERSTUDY_TOKEN");
  layer.admin_token = get("UNDERSTUDY_ADMIN_TOKEN");
  return layer;
}

absl::StatusOr<SettingsLayer> ParseProfile(absl::string_view text,
                                           absl::string_view origin) {
  SettingsLayer layer;
  std::vector<std::string> faults;
  int number = 0;
  for (absl::string_view line : absl::StrSplit(text, '\n')) {
    ++number;
    line = absl::StripAsciiWhitespace(line);
    if (line.empty() || line[0] == '#') continue;
    size_t equals = line.find('=');
    absl::string_view key = absl::StripAsciiWhitespace(line.substr(0, equals));
    auto* field = FieldOf(layer, key);
    // The line itself may hold a token: only its key is shown.
    if (equals == absl::string_view::npos) {
      faults.push_back(absl::StrCat(origin, ":", number, ": no '='"));
    } else if (field == nullptr) {
      faults.push_back(absl::StrCat(
          origin, ":", number, ": \"", key,
          "\" is not one of endpoint, ca, project, token, admin_token"));
    } else {
      *field = std::string(absl::StripAsciiWhitespace(line.substr(equals + 1)));
    }
  }
  if (!faults.empty()) {
    return absl::InvalidArgumentError(absl::StrJoin(faults, "\n"));
  }
  return layer;
}

std::string DefaultProfilePath(const Environment& environment) {
  if (auto config = environment("XDG_CONFIG_HOME");
      config.has_value() && !config->empty()) {
    return absl::StrCat(*config, "/understudy/profile");
  }
  if (auto home = environment("HOME"); home.has_value() && !home->empty()) {
    return absl::StrCat(*home, "/.config/understudy/profile");
  }
  return "";
}

Settings Resolve(const SettingsLayer& flags, const SettingsLayer& environment,
                 const SettingsLayer& profile) {
  Settings settings;
  settings.endpoint =
      First({&flags.endpoint, &environment.endpoint, &profile.endpoint},
            "127.0.0.1:8443");
  settings.ca_file =
      First({&flags.ca_file, &environment.ca_file, &profile.ca_file}, "");
  settings.project = First(
      {&flags.project, &environment.project, &profile.project}, "default");
  std::string token =
      First({&flags.token, &environment.token, &profile.token}, "");
  settings.admin_token = Secret(First(
      {&flags.token, &environment.admin_token, &profile.admin_token}, token));
  settings.token = Secret(std::move(token));
  return settings;
}

}  // namespace understudy::cli
