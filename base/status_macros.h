// Copyright 2026 The Understudy Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include "absl/status/status.h"
#include "absl/status/statusor.h"

// Returns from the enclosing function when `expr` is not OK.
#define UNDERSTUDY_RETURN_IF_ERROR(expr)                              \
  do {                                                                \
    if (absl::Status status_ = (expr); !status_.ok()) return status_; \
  } while (false)

// Assigns the value of a StatusOr, or returns its status.
#define UNDERSTUDY_ASSIGN_OR_RETURN(lhs, expr)                                \
  UNDERSTUDY_ASSIGN_OR_RETURN_IMPL_(UNDERSTUDY_CONCAT_(status_or_, __LINE__), \
                                    lhs, expr)

#define UNDERSTUDY_ASSIGN_OR_RETURN_IMPL_(tmp, lhs, expr) \
  auto tmp = (expr);                                      \
  if (!tmp.ok()) return tmp.status();                     \
  lhs = std::move(tmp).value()
#define UNDERSTUDY_CONCAT_(a, b) UNDERSTUDY_CONCAT_INNER_(a, b)
#define UNDERSTUDY_CONCAT_INNER_(a, b) a##b
