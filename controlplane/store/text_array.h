// Copyright 2026 The Understudy Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"

namespace understudy::control {

// Text that PostgreSQL can hold: at most `most` bytes, cut at a character;
// NUL and what is not UTF-8 become "?".
std::string StorableText(absl::string_view text, size_t most);

// Whether the text is a UUID in its usual form.
bool IsUuid(absl::string_view text);

// The form that timestamps travel in.
inline int64_t ToMicros(absl::Time time) { return absl::ToUnixMicros(time); }

// Builds the text form of a one-dimensional array (PostgreSQL's manual, s8.15)
// so that one parameter carries a column of many rows.
class TextArray {
 public:
  void Add(absl::string_view text);  // Quoted, whatever it is.
  void Add(int64_t number);
  void AddNull();
  void Add(const std::optional<absl::Time>& time);
  void Add(const std::optional<uint32_t>& number);

  // "{...}".
  std::string Finish() const { return body_ + "}"; }

 private:
  void Comma();
  std::string body_ = "{";
};

TextArray ToTextArray(const std::vector<std::string>& items);

}  // namespace understudy::control
