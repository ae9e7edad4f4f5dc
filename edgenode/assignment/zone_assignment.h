// Copyright 2026 The Understudy Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "base/socket_address.h"
#include "dns/name.h"
#include "understudy/edge/v1/assignment.pb.h"

namespace understudy::edge {

// An assignment in the terms of this program: checked, and in a form that is
// quick to use. A value.
struct ZoneAssignment {
  std::string name;  // "assignments/{uid}"
  int64_t revision = 0;
  dns::Name zone;  // Lower case.
  std::vector<SocketAddress> primaries;
  int64_t refresh_generation = 0;
  int64_t retransfer_generation = 0;
  bool answer = false;
};

inline constexpr size_t kMaxPrimaries = 16;
inline constexpr size_t kMaxAssignmentName = 64;

// InvalidArgument with a sentence for whoever can mend it.
absl::StatusOr<ZoneAssignment> ParseAssignment(
    const understudy::edge::v1::Assignment& assignment);

}  // namespace understudy::edge
