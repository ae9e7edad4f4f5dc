// Copyright 2026 The Understudy Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "understudy/config/v1/controller.pb.h"

namespace understudy::control {

// Reads the controller's configuration, a text-format ControllerConfig, checks
// it and fills in the defaults. InvalidArgument names every fault, separated by
// "; ", in one line; NotFound when the file is not there.
absl::StatusOr<config::v1::ControllerConfig> ReadConfig(
    const std::string& path);

// The same for the file's text.
absl::StatusOr<config::v1::ControllerConfig> ParseConfig(
    const std::string& text);

}  // namespace understudy::control
