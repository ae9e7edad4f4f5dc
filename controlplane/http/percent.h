// Copyright 2026 The Understudy Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <optional>
#include <string>

#include "absl/strings/string_view.h"

namespace understudy::control {

// Decodes %XX once. Nothing for a broken escape, for a NUL and for what is not
// UTF-8 after it. `plus_is_space` is for query strings.
std::optional<std::string> PercentDecode(absl::string_view text,
                                         bool plus_is_space);

// Whether the bytes are valid UTF-8 (RFC 3629).
bool IsUtf8(absl::string_view text);

}  // namespace understudy::control
