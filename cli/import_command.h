// Copyright 2026 The Understudy Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <string>

#include "cli/session.h"

namespace understudy::cli {

// Registers every zone of the CSV file with `jobs` calls at the same time, and
// reports each failure by line. A zone that is there already with the same
// primaries counts as unchanged, so that a file may be imported again. Returns
// kExitFailed when any line failed.
int ImportZones(Session& session, const std::string& file, int jobs);

}  // namespace understudy::cli
