// Copyright 2026 The Understudy Authors
// SPDX-License-Identifier: Apache-2.0

#include "controlplane/customer/resource_names.h"

#include <algorithm>

#include "absl/status/status.h"
#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "base/status_macros.h"
#include "controlplane/customer/zone_names.h"

namespace understudy::control {
namespace {

bool IsId(absl::string_view id) {
  return !id.empty() && id.size() <= 63 && id.front() != '-' &&
         id.back() != '-' && std::all_of(id.begin(), id.end(), [](char c) {
           const auto octet = static_cast<unsigned char>(c);
           return absl::ascii_islower(octet) || absl::ascii_isdigit(octet) ||
                  c == '-';
         });
}

bool IsProjectId(absl::string_view id) {
  return IsId(id) && absl::ascii_islower(static_cast<unsigned char>(id[0]));
}

absl::Status WrongForm(absl::string_view form) {
  return absl::InvalidArgumentError(
      absl::StrCat("it must have the form ", form));
}

}  // namespace

absl::StatusOr<std::string> ParseProjectName(absl::string_view name) {
  if (!absl::ConsumePrefix(&name, "projects/") || !IsProjectId(name)) {
    return WrongForm(
        "projects/PROJECT, where PROJECT is a lower-case letter and up to 62 "
        "more letters, digits and hyphens");
  }
  return std::string(name);
}

absl::StatusOr<ZoneResource> ParseZoneName(absl::string_view name) {
  constexpr absl::string_view kMiddle = "/zones/";
  const size_t middle = name.find(kMiddle);
  if (middle == absl::string_view::npos ||
      !ParseProjectName(name.substr(0, middle)).ok()) {
    return WrongForm(
        "projects/PROJECT/zones/ZONE, such as "
        "projects/default/zones/example.org");
  }
  ZoneResource resource;
  UNDERSTUDY_ASSIGN_OR_RETURN(resource.project,
                              ParseProjectName(name.substr(0, middle)));
  absl::StatusOr<std::string> zone =
      CanonicalZoneName(name.substr(middle + kMiddle.size()));
  if (!zone.ok()) {
    return absl::InvalidArgumentError(absl::StrCat(
        "the zone's name cannot be used: ", zone.status().message()));
  }
  resource.zone = *std::move(zone);
  return resource;
}

absl::Status CheckEdgeId(absl::string_view id) {
  if (IsId(id)) return absl::OkStatus();
  return absl::InvalidArgumentError(
      "it must be of lower-case letters, digits and hyphens, at most 63, with "
      "no hyphen at either end");
}

absl::StatusOr<std::string> ParseEdgeName(absl::string_view name) {
  if (!absl::ConsumePrefix(&name, "edges/") || !IsId(name)) {
    return WrongForm("edges/EDGE, such as edges/fra1");
  }
  return std::string(name);
}

std::string ZoneName(absl::string_view project, absl::string_view zone) {
  return absl::StrCat("projects/", project, "/zones/", zone);
}

std::string EdgeName(absl::string_view edge) {
  return absl::StrCat("edges/", edge);
}

std::string AssignmentName(absl::string_view zone_uid) {
  return absl::StrCat("assignments/", zone_uid);
}

}  // namespace understudy::control
