// Copyright 2026 The Understudy Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <string>
#include <vector>

#include "absl/time/time.h"
#include "understudy/v1/zone.pb.h"

namespace understudy::cli {

// Zones as text for people. Pure.

// A row for each zone.
std::string RenderZones(const std::vector<v1::Zone>& zones);

// One zone's registration and summary.
std::string RenderZone(const v1::Zone& zone, absl::Time now);

// One zone's status: the summary, a row for each edge, and each edge's failure
// with evidence and next step.
std::string RenderStatus(const v1::Zone& zone, absl::Time now);

// "ACTIVE" of STATE_ACTIVE.
std::string StateName(v1::Zone::State state);

}  // namespace understudy::cli
