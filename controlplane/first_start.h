// Copyright 2026 The Understudy Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <string>

#include "absl/status/status.h"
#include "base/log.h"
#include "base/random.h"
#include "controlplane/store/store.h"

namespace understudy::control {

// Id of the project that is made at the first start.
inline constexpr char kFirstProject[] = "default";

// Makes the first project with one owner's token, and one operator's token, in
// a database that has no project yet. The tokens lie in `directory` as
// project.token and operator.token (mode 0600), and their hashes in the
// database; they are written before they are stored, so that a crash at any
// point loses none. When another controller was first, nothing is left here.
//
// Blocking. Unavailable when the database is away: to be called again.
absl::Status MakeFirstProject(Store& store, Random& random,
                              const std::string& directory,
                              const Logger& logger);

}  // namespace understudy::control
