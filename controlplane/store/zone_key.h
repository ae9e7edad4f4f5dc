// Copyright 2026 The Understudy Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <string>
#include <vector>

#include "absl/strings/string_view.h"

namespace understudy::control {

// Names as the store needs them to find what lies above and below a zone. All
// take a canonical name: presentation form in lower case, without the final
// dot, "." for the root. Dots that are escaped do not separate labels.

// The labels from the root down, each with a dot after it: "org.example." for
// "example.org" and "" for the root. A name lies below another one exactly
// when its key begins with the other's.
std::string ZoneKey(absl::string_view zone);

// The first key that is greater than all keys that begin with `key`; empty
// when there is none (the root).
std::string KeyRangeEnd(absl::string_view key);

// All names above, the nearest first, the root last: "org" and "." for
// "example.org". None for the root.
std::vector<std::string> NamesAbove(absl::string_view zone);

}  // namespace understudy::control
