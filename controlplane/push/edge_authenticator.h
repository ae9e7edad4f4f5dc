// Copyright 2026 The Understudy Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <string>

#include "absl/status/statusor.h"

namespace understudy::control {

// Tells which edge a token belongs to.
class EdgeAuthenticator {
 public:
  virtual ~EdgeAuthenticator() = default;

  // The edge's id. Unauthenticated when the token is no edge's; Unavailable
  // when that cannot be told now. May block; called from one thread.
  virtual absl::StatusOr<std::string> EdgeOf(const std::string& token) = 0;
};

}  // namespace understudy::control
