// Copyright 2026 The Understudy Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <cstddef>
#include <iterator>
#include <utility>
#include <vector>

#include "absl/status/status.h"

namespace understudy::control {

// Whether the store may take the same thing later.
inline bool IsTransient(const absl::Status& status) {
  return absl::IsUnavailable(status) || absl::IsDeadlineExceeded(status) ||
         absl::IsAborted(status) || absl::IsResourceExhausted(status) ||
         absl::IsCancelled(status) || absl::IsUnknown(status);
}

// Calls `write(const std::vector<Row>&)` with the facts of the entries. When it
// refuses them for good, halves them until the row that it refuses stands
// alone: that one is given to `drop(status)` and the others are written. When
// the store is away, returns its status and leaves in `entries` what was not
// written, in its order.
template <typename Row, typename Entry, typename Write, typename Drop>
absl::Status WriteOrHalve(std::vector<Entry>& entries, const Write& write,
                          const Drop& drop) {
  if (entries.empty()) return absl::OkStatus();
  std::vector<Row> rows;
  rows.reserve(entries.size());
  for (const Entry& entry : entries) rows.push_back(entry.fact);
  absl::Status status = write(rows);
  if (!status.ok() && IsTransient(status)) return status;
  if (status.ok() || entries.size() == 1) {
    if (!status.ok()) drop(status);
    entries.clear();
    return absl::OkStatus();
  }
  auto middle = entries.begin() + static_cast<ptrdiff_t>(entries.size() / 2);
  std::vector<Entry> second(std::make_move_iterator(middle),
                            std::make_move_iterator(entries.end()));
  entries.erase(middle, entries.end());
  status = WriteOrHalve<Row>(entries, write, drop);
  if (status.ok()) status = WriteOrHalve<Row>(second, write, drop);
  entries.insert(entries.end(), std::make_move_iterator(second.begin()),
                 std::make_move_iterator(second.end()));
  return status;
}

}  // namespace understudy::control
