// Copyright 2026 The Understudy Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <string>
#include <vector>

#include "absl/time/time.h"
#include "controlplane/store/store.h"
#include "google/protobuf/timestamp.pb.h"
#include "understudy/v1/zone.pb.h"

namespace understudy::control {

// Folds what many edges say of one zone into what its owner sees. Pure.
//
// `edges` are the ids of all edges that are to serve the zone, ascending; an
// edge that said nothing yet is shown as ASSIGNED. `placements` are the zone's,
// by edge ascending; those of other edges are left out.
v1::Zone ToZoneView(const ZoneRow& row, const std::vector<std::string>& edges,
                    const std::vector<PlacementRow>& placements);

// The same for many zones; `placements` are those of all of them, ordered as
// Store::PlacementsOf gives them, the rows in any order.
std::vector<v1::Zone> ToZoneViews(const std::vector<ZoneRow>& rows,
                                  const std::vector<std::string>& edges,
                                  const std::vector<PlacementRow>& placements);

google::protobuf::Timestamp ToTimestamp(absl::Time time);

}  // namespace understudy::control
