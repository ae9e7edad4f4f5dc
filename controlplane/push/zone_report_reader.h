// Copyright 2026 The Understudy Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <cstddef>
#include <optional>
#include <string>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "controlplane/push/assignment_id.h"
#include "controlplane/store/store.h"
#include "understudy/edge/v1/zone_report.pb.h"

namespace understudy::control {

// Bytes of a text that an edge gives as evidence or as a reason, at most.
inline constexpr size_t kMaxEvidence = 512;

// A text from an edge, fit to be stored and shown: valid UTF-8 without control
// characters (each becomes a space, each bad byte a `?`), cut to `max_bytes`
// between characters.
std::string CleanText(absl::string_view text, size_t max_bytes);

// What an edge says of a zone, as a row. Nothing when the state is one that
// this controller does not know. Times that are out of range are left out.
std::optional<PlacementRow> PlacementOf(const edge::v1::ZoneReport& report,
                                        const AssignmentId& id,
                                        const std::string& edge,
                                        absl::Time now);

}  // namespace understudy::control
