// Copyright 2026 The Understudy Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace understudy {

// The whole file. NotFound when there is none.
absl::StatusOr<std::string> ReadFile(const std::string& path);

// Replaces the file so that a crash leaves the old content or the new, whole:
// temporary file, fsync, rename, fsync of the directory. `mode` such as 0600.
absl::Status ReplaceFile(const std::string& path, absl::string_view content,
                         unsigned mode);

// Makes the directory and its parents; fine when it is there. `mode` is for
// those it makes.
absl::Status MakeDirectories(const std::string& path, unsigned mode);

}  // namespace understudy
