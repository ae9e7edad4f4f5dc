// Copyright 2026 The Understudy Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "understudy/v1/zone.pb.h"

namespace understudy::cli {

// One zone to register.
struct ImportRow {
  int line = 0;
  std::string zone;  // As written.
  std::vector<v1::Primary> primaries;
};

// A line that cannot be used. `zone` is empty when it could not be told.
struct ImportFailure {
  int line = 0;
  std::string zone;
  std::string reason;
};

// What a CSV file of zones says. Failures are by line, and do not touch the
// other lines.
struct ImportPlan {
  std::vector<ImportRow> rows;
  std::vector<ImportFailure> failures;
};

// Reads a file whose first line names its columns: `zone` and `primary`, in any
// order and case. Several primaries stand in one field with spaces or
// semicolons between. An error when the header is missing or has another
// column: then nothing is known of any line.
absl::StatusOr<ImportPlan> ParseImport(absl::string_view text);

// "FILE:LINE: zone: reason".
std::string DescribeFailure(absl::string_view file,
                            const ImportFailure& failure);

}  // namespace understudy::cli
