// Copyright 2026 The Understudy Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <string>

#include "absl/strings/string_view.h"

namespace understudy::control {

// Every reason for which a check or a transfer may fail, with what to do next.
// docs/reference/reasons.md is the same list for people.

// What to do about it; general advice for a reason that is not in the
// catalogue. Never empty.
std::string NextStep(absl::string_view reason);

// Orders failures by how much they tell whoever has to mend them: an answer of
// the primary tells more than its silence. The highest is the most useful; 0
// for a reason that is not in the catalogue.
int Usefulness(absl::string_view reason);

}  // namespace understudy::control
