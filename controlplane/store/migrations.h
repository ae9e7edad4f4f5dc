// Copyright 2026 The Understudy Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <vector>

namespace understudy::control {

// One file of migrations/, as it was when this program was built.
struct Migration {
  const char* name;  // "0001_initial".
  const char* sql;
};

// All of them; the first is number 1. Generated (see BUILD.bazel).
const std::vector<Migration>& AllMigrations();

}  // namespace understudy::control
