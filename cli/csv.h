// Copyright 2026 The Understudy Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace understudy::cli {

// Splits one line of comma-separated values (RFC 4180 s2, rules 4 to 7): a
// field in double quotes may hold commas, and a quote written twice. Spaces
// around an unquoted field are dropped. A quoted field does not span lines:
// nothing that we read holds a line break, and a forgotten quote then spoils
// its own line only.
absl::StatusOr<std::vector<std::string>> ParseCsvLine(absl::string_view line);

// Splits text into lines without their ends (LF or CR LF), and drops a byte
// order mark. Line N of the file is element N-1.
std::vector<absl::string_view> SplitLines(absl::string_view text);

}  // namespace understudy::cli
