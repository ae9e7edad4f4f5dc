// Copyright 2026 The Understudy Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>

#include "absl/strings/string_view.h"

namespace understudy::control {

// The identity of an assignment: the uid of its zone, as 16 bytes, because the
// hub keeps one for each zone of each edge that is being compared.
class AssignmentId {
 public:
  // From a zone's uid: a UUID in its canonical form, 36 characters in lower
  // case. Nothing for any other text.
  static std::optional<AssignmentId> FromUid(absl::string_view uid);
  // From `assignments/{uid}`.
  static std::optional<AssignmentId> FromName(absl::string_view name);

  std::string uid() const;
  // `assignments/{uid}`.
  std::string name() const;

  friend bool operator==(const AssignmentId&, const AssignmentId&) = default;
  friend auto operator<=>(const AssignmentId&, const AssignmentId&) = default;
  template <typename H>
  friend H AbslHashValue(H h, const AssignmentId& id) {
    return H::combine(std::move(h), id.bytes_);
  }

 private:
  std::array<uint8_t, 16> bytes_{};
};

}  // namespace understudy::control
