// Copyright 2026 The Understudy Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

namespace understudy {

// What --version prints and an edge tells its controller.
inline constexpr char kVersion[] = "0.1.0";

}  // namespace understudy
