// Copyright 2026 The Understudy Authors
// SPDX-License-Identifier: Apache-2.0

#include "controlplane/push/assignment_id.h"

#include "absl/strings/match.h"

namespace understudy::control {
namespace {

constexpr absl::string_view kPrefix = "assignments/";
constexpr size_t kUidLength = 36;
constexpr char kHex[] = "0123456789abcdef";

bool IsHyphenAt(size_t i) { return i == 8 || i == 13 || i == 18 || i == 23; }

// -1 for what is no lower-case hexadecimal digit: two spellings of one id
// would be two ids to an edge.
int HexValue(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  return -1;
}

}  // namespace

std::optional<AssignmentId> AssignmentId::FromUid(absl::string_view uid) {
  if (uid.size() != kUidLength) return std::nullopt;
  AssignmentId id;
  size_t nibble = 0;
  for (size_t i = 0; i < kUidLength; ++i) {
    if (IsHyphenAt(i)) {
      if (uid[i] != '-') return std::nullopt;
      continue;
    }
    int value = HexValue(uid[i]);
    if (value < 0) return std::nullopt;
    uint8_t& byte = id.bytes_[nibble / 2];
    byte = static_cast<uint8_t>((byte << 4) | value);
    ++nibble;
  }
  return id;
}

std::optional<AssignmentId> AssignmentId::FromName(absl::string_view name) {
  if (!absl::StartsWith(name, kPrefix)) return std::nullopt;
  return FromUid(name.substr(kPrefix.size()));
}

std::string AssignmentId::uid() const {
  std::string text;
  text.reserve(kUidLength);
  for (uint8_t byte : bytes_) {
    if (IsHyphenAt(text.size())) text.push_back('-');
    text.push_back(kHex[byte >> 4]);
    text.push_back(kHex[byte & 15]);
  }
  return text;
}

std::string AssignmentId::name() const { return std::string(kPrefix) + uid(); }

}  // namespace understudy::control
