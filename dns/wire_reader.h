// Copyright 2026 The Understudy Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <cstddef>
#include <cstdint>

#include "absl/strings/string_view.h"
#include "dns/name.h"

namespace understudy::dns {

// Reads a message from its start. After the first failure every read gives
// zeros and ok() is false, so that a parser checks once, at its end. Never
// reads outside of the message and never throws; work is bounded by its size.
class WireReader {
 public:
  explicit WireReader(absl::string_view message)
      : data_(reinterpret_cast<const uint8_t*>(message.data())),
        size_(message.size()) {}

  bool ok() const { return ok_; }
  size_t offset() const { return offset_; }
  size_t remaining() const { return size_ - offset_; }
  absl::string_view message() const {
    return {reinterpret_cast<const char*>(data_), size_};
  }
  void Fail() { ok_ = false; }

  uint8_t U8();
  uint16_t U16();
  uint32_t U32();
  // A view into the message.
  absl::string_view Bytes(size_t count);

  // A name, compressed or not. Pointers must point backwards (RFC 1035 s4.1.4),
  // so that every message ends, and be no more than a name can have labels.
  bool ReadName(NameBuffer* name);
  // A name that must not be compressed (RFC 3597 s4).
  bool ReadPlainName(NameBuffer* name);
  // Steps over a name without looking behind a pointer.
  void SkipName();

 private:
  bool Need(size_t count) {
    if (ok_ && count <= size_ - offset_) [[likely]] {
      return true;
    }
    ok_ = false;
    return false;
  }
  bool ReadNameImpl(NameBuffer* name, bool pointers);

  const uint8_t* data_;
  size_t size_;
  size_t offset_ = 0;
  bool ok_ = true;
};

// The fixed part of a resource record, and where its data lies.
struct RecordHeader {
  NameBuffer owner;
  uint16_t type = 0;
  uint16_t rr_class = 0;
  uint32_t ttl = 0;
  uint16_t rdata_size = 0;
};

// Reads up to the RDATA, and makes sure that all of it is there.
bool ReadRecordHeader(WireReader& reader, RecordHeader* header);

// The twelve octets at the start of each message.
struct MessageHeader {
  uint16_t id = 0;
  uint16_t flags = 0;
  uint16_t question_count = 0;
  uint16_t answer_count = 0;
  uint16_t authority_count = 0;
  uint16_t additional_count = 0;

  uint8_t opcode() const {
    return static_cast<uint8_t>((flags & kOpcodeMask) >> kOpcodeShift);
  }
  uint16_t rcode() const { return flags & 0x0f; }
};

bool ReadMessageHeader(WireReader& reader, MessageHeader* header);

}  // namespace understudy::dns
