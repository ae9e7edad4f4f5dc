// Copyright 2026 The Understudy Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace understudy::control {

// Resource names to their parts and back (google.aip.dev/122). Parsing gives
// InvalidArgument with the form that is wanted; zone names come out canonical.

// `projects/{project}/zones/{zone}`
struct ZoneResource {
  std::string project;
  std::string zone;
};

absl::StatusOr<std::string> ParseProjectName(absl::string_view name);
absl::StatusOr<ZoneResource> ParseZoneName(absl::string_view name);
absl::StatusOr<std::string> ParseEdgeName(absl::string_view name);

// The ids alone: lower-case letters, digits and hyphens, at most 63, no hyphen
// at an end; a project's begins with a letter.
absl::Status CheckEdgeId(absl::string_view id);

std::string ZoneName(absl::string_view project, absl::string_view zone);
std::string EdgeName(absl::string_view edge);
std::string AssignmentName(absl::string_view zone_uid);

}  // namespace understudy::control
