// Copyright 2026 The Understudy Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <cstdint>
#include <string>

#include "absl/strings/string_view.h"
#include "dns/types.h"

namespace understudy::dns {

// Appends fields in network order to a string: for the messages that we send
// to primaries, one at a time. Answers have a path of their own.
class WireWriter {
 public:
  explicit WireWriter(std::string* out) : out_(*out) {}

  void U8(uint8_t v) { out_.push_back(static_cast<char>(v)); }
  void U16(uint16_t v) {
    U8(static_cast<uint8_t>(v >> 8));
    U8(static_cast<uint8_t>(v));
  }
  void U32(uint32_t v) {
    U16(static_cast<uint16_t>(v >> 16));
    U16(static_cast<uint16_t>(v));
  }
  void Bytes(absl::string_view bytes) {
    out_.append(bytes.data(), bytes.size());
  }

  // A header with these flags and counts.
  void Header(uint16_t id, uint16_t flags, uint16_t questions,
              uint16_t answers = 0, uint16_t authorities = 0,
              uint16_t additionals = 0) {
    U16(id);
    U16(flags);
    U16(questions);
    U16(answers);
    U16(authorities);
    U16(additionals);
  }

  // A question of class IN.
  void Question(absl::string_view name_wire, uint16_t type) {
    Bytes(name_wire);
    U16(type);
    U16(kClassIn);
  }

 private:
  std::string& out_;
};

}  // namespace understudy::dns
