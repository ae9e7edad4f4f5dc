// Copyright 2026 The Understudy Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "dns/types.h"

namespace understudy::dns {

// Lower case for the letters of ASCII and for nothing else (RFC 4343).
constexpr uint8_t ToLower(uint8_t c) {
  return static_cast<uint8_t>(c >= 'A' && c <= 'Z' ? c + 32 : c);
}

// A domain name in wire form, uncompressed, always valid: labels of at most 63
// octets, at most 255 in all, ending with the root label. Octets may have any
// value (RFC 2181 s11); case is kept. A value.
class Name {
 public:
  // The root.
  Name() : wire_(1, '\0') {}

  // From presentation form (RFC 1035 s5.1): `\\.`, `\\DDD`; a final dot
  // may be left out, the name is absolute all the same.
  static absl::StatusOr<Name> FromText(absl::string_view text);

  // From exactly one uncompressed name.
  static absl::StatusOr<Name> FromWire(absl::string_view wire);

  // Of bytes that are known to be a valid name; checked in debug builds only.
  static Name FromValidWire(absl::string_view wire);

  // The wire form, with the root label.
  absl::string_view wire() const { return wire_; }
  const uint8_t* data() const {
    return reinterpret_cast<const uint8_t*>(wire_.data());
  }
  size_t size() const { return wire_.size(); }

  // Without the final dot, "." for the root; octets that are not graphic
  // ASCII, and `.` `\\` `"` `;` `(` `)` `@` `$` in labels, are escaped.
  std::string ToText() const;

  bool is_root() const { return wire_.size() == 1; }
  // Labels without the root label.
  int label_count() const;

  // The same name in lower case.
  Name Lower() const;

  // Equal whatever the case.
  friend bool operator==(const Name& a, const Name& b);

 private:
  explicit Name(std::string wire) : wire_(std::move(wire)) {}
  std::string wire_;
};

// A name on the stack, for the paths that must not allocate.
struct NameBuffer {
  std::array<uint8_t, kMaxNameSize> octets;
  uint8_t size = 0;

  absl::string_view wire() const {
    return {reinterpret_cast<const char*>(octets.data()), size};
  }
};

// True when two wire forms are equal whatever the case.
bool WireNamesEqual(absl::string_view a, absl::string_view b);

// True when the name is the ancestor or below it, whatever the case; both are
// valid wire forms.
bool WireIsAtOrBelow(absl::string_view name, absl::string_view ancestor);

// An order key: bytes whose memcmp order is the canonical order of names (RFC
// 4034 s6.1) below one apex. Labels stand from the apex downwards, in lower
// case, each ended by a 0 byte; octets 0 and 1 within a label are written as 1
// 1 and 1 2. So a parent's key is a prefix of its children's, the apex's
// is empty, and the key tells the name (but for its case).
inline constexpr size_t kMaxOrderKeySize = 2 * kMaxNameSize;

struct OrderKey {
  std::array<uint8_t, kMaxOrderKeySize> octets;
  uint16_t size = 0;

  absl::string_view view() const {
    return {reinterpret_cast<const char*>(octets.data()), size};
  }
};

// The key of `wire` (a valid name) below an apex whose wire form is the last
// `apex_size` octets of it; the caller made sure of that.
void MakeOrderKey(absl::string_view wire, size_t apex_size, OrderKey* key);

// The labels that a key stands for, without those of the apex.
int OrderKeyLabels(absl::string_view key);

// The length of the longest common prefix of two keys that ends with a label:
// the key of their closest common ancestor.
size_t CommonAncestorSize(absl::string_view a, absl::string_view b);

// The name that a key stands for, in lower case. The inverse of MakeOrderKey.
Name NameOfOrderKey(absl::string_view key, const Name& apex);

}  // namespace understudy::dns
