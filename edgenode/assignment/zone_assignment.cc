// Copyright 2026 The Understudy Authors
// SPDX-License-Identifier: Apache-2.0

#include "edgenode/assignment/zone_assignment.h"

#include <algorithm>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "base/status_macros.h"

namespace understudy::edge {
namespace {

constexpr absl::string_view kPrefix = "assignments/";

absl::Status CheckName(const std::string& name) {
  if (name.size() > kMaxAssignmentName || !absl::StartsWith(name, kPrefix) ||
      name.size() == kPrefix.size()) {
    return absl::InvalidArgumentError(
        "the assignment's name is not assignments/{uid}");
  }
  return absl::OkStatus();
}

absl::StatusOr<SocketAddress> ParsePrimary(
    const understudy::edge::v1::PrimaryServer& primary) {
  if (primary.port() == 0 || primary.port() > 65535) {
    return absl::InvalidArgumentError(
        absl::StrCat("the primary ", primary.address(), " has the port ",
                     primary.port(), "; it must be 1 to 65535"));
  }
  auto address = SocketAddress::FromIp(primary.address(),
                                       static_cast<uint16_t>(primary.port()));
  if (!address.ok()) {
    return absl::InvalidArgumentError(
        absl::StrCat("the primary's address: ", address.status().message()));
  }
  return address;
}

}  // namespace

absl::StatusOr<ZoneAssignment> ParseAssignment(
    const understudy::edge::v1::Assignment& assignment) {
  UNDERSTUDY_RETURN_IF_ERROR(CheckName(assignment.name()));
  ZoneAssignment parsed;
  parsed.name = assignment.name();
  parsed.revision = assignment.revision();
  if (assignment.zone().empty()) {
    return absl::InvalidArgumentError("the zone's name is missing");
  }
  auto zone = dns::Name::FromText(assignment.zone());
  if (!zone.ok()) {
    return absl::InvalidArgumentError(
        absl::StrCat("the zone's name: ", zone.status().message()));
  }
  parsed.zone = zone->Lower();
  const int primaries = assignment.primaries_size();
  if (primaries < 1 || primaries > static_cast<int>(kMaxPrimaries)) {
    return absl::InvalidArgumentError(absl::StrCat("there are ", primaries,
                                                   " primaries; 1 to ",
                                                   kMaxPrimaries, " may be"));
  }
  parsed.primaries.reserve(static_cast<size_t>(primaries));
  for (const auto& primary : assignment.primaries()) {
    UNDERSTUDY_ASSIGN_OR_RETURN(SocketAddress address, ParsePrimary(primary));
    // The same one twice would only be asked twice.
    if (std::find(parsed.primaries.begin(), parsed.primaries.end(), address) ==
        parsed.primaries.end()) {
      parsed.primaries.push_back(address);
    }
  }
  parsed.refresh_generation = assignment.refresh_generation();
  parsed.retransfer_generation = assignment.retransfer_generation();
  parsed.answer = assignment.answer();
  return parsed;
}

}  // namespace understudy::edge
