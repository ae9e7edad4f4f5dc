// Copyright 2026 The Understudy Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <functional>
#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "base/secret.h"

namespace understudy::cli {

// How to reach a controller.
struct Settings {
  std::string endpoint;  // HOST:PORT
  std::string ca_file;   // PEM; empty: the system's roots.
  std::string project;
  Secret token;
  // For the operators' commands; falls back on `token`.
  Secret admin_token;
};

// The same, as given by one source; absent: not given there.
struct SettingsLayer {
  std::optional<std::string> endpoint;
  std::optional<std::string> ca_file;
  std::optional<std::string> project;
  std::optional<std::string> token;
  std::optional<std::string> admin_token;
};

// Looks up an environment variable.
using Environment =
    std::function<std::optional<std::string>(const std::string&)>;

// UNDERSTUDY_ENDPOINT, _CA, _PROJECT, _TOKEN, _ADMIN_TOKEN. Empty ones count as
// not given.
SettingsLayer FromEnvironment(const Environment& environment);

// A profile: lines `key = value` with the keys endpoint, ca, project, token and
// admin_token; `#` begins a comment line. `origin` names the file in errors,
// which list every fault.
absl::StatusOr<SettingsLayer> ParseProfile(absl::string_view text,
                                           absl::string_view origin);

// $XDG_CONFIG_HOME/understudy/profile or ~/.config/understudy/profile; empty
// when neither variable is set.
std::string DefaultProfilePath(const Environment& environment);

// Flags win over the environment, that over the profile, that over
// 127.0.0.1:8443 and the project `default`. A token given as a flag also counts
// for the operators' commands.
Settings Resolve(const SettingsLayer& flags, const SettingsLayer& environment,
                 const SettingsLayer& profile);

}  // namespace understudy::cli
