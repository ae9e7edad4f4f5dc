// Copyright 2026 The Understudy Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "controlplane/store/migrations.h"

namespace understudy::control {

// Brings the database to the newest schema: applies the migrations that it
// lacks, in one transaction, and remembers each with its checksum. Several
// controllers may do so at once; one does it, the others wait.
//
// FailedPrecondition when the database is newer than this program, or when a
// migration that was applied has another text here. Unavailable when it is
// away. `connection_string` is complete.
absl::Status Migrate(const std::string& connection_string,
                     const std::vector<Migration>& migrations);

}  // namespace understudy::control
