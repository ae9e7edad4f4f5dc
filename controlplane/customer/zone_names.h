// Copyright 2026 The Understudy Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace understudy::control {

// The one form of a zone's name that is stored and compared: presentation form
// (RFC 1035 s5.1) in lower case without the final dot, "." for the root. Upper
// case, a final dot and needless escapes in the text are taken.
//
// Labels are of letters, digits, hyphens and underscores; `digits/digits` is
// taken too (RFC 2317 s4); any other octet but 0 must be written as an escape
// (`\.`, `\032`). InvalidArgument tells what is wrong and the way out; names
// that are not ASCII are refused with the advice to write A-labels (RFC 5890).
absl::StatusOr<std::string> CanonicalZoneName(absl::string_view text);

}  // namespace understudy::control
