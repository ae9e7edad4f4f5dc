// Copyright 2026 The Understudy Authors
// SPDX-License-Identifier: Apache-2.0

#include "dns/wire_reader.h"

#include <cstring>

namespace understudy::dns {
namespace {

// As many as a name can have labels. More would be pointers to pointers:
// thousands of them fit into a message, for each of its thousands of names.
constexpr int kMaxPointers = kMaxNameSize / 2;

}  // namespace

uint8_t WireReader::U8() { return Need(1) ? data_[offset_++] : uint8_t{0}; }

uint16_t WireReader::U16() {
  if (!Need(2)) return 0;
  auto v = static_cast<uint16_t>(data_[offset_] << 8 | data_[offset_ + 1]);
  offset_ += 2;
  return v;
}

uint32_t WireReader::U32() {
  uint32_t high = U16();
  return high << 16 | U16();
}

absl::string_view WireReader::Bytes(size_t count) {
  if (!Need(count)) return {};
  absl::string_view bytes = message().substr(offset_, count);
  offset_ += count;
  return bytes;
}

bool WireReader::ReadName(NameBuffer* name) { return ReadNameImpl(name, true); }

bool WireReader::ReadPlainName(NameBuffer* name) {
  return ReadNameImpl(name, false);
}

bool WireReader::ReadNameImpl(NameBuffer* name, bool pointers) {
  size_t at = offset_;
  // Every pointer must point to before the one that led to it: the walk ends.
  size_t bound = offset_;
  bool jumped = false;
  int pointers_left = kMaxPointers;
  size_t size = 0;
  name->size = 0;
  if (!ok_) return false;
  for (;;) {
    if (at >= size_) break;
    const size_t length = data_[at];
    if (length < 64) {
      if (at + 1 + length > size_) break;
      if (size + 1 + length > kMaxNameSize - (length != 0)) break;
      std::memcpy(name->octets.data() + size, data_ + at, 1 + length);
      size += 1 + length;
      at += 1 + length;
      if (length == 0) {
        if (!jumped) offset_ = at;
        name->size = static_cast<uint8_t>(size);
        return true;
      }
    } else if (length >= 192 && pointers && pointers_left-- > 0) {
      if (at + 2 > size_) break;
      const size_t target = (length & 63) << 8 | data_[at + 1];
      if (!jumped) offset_ = at + 2;
      jumped = true;
      if (target >= bound) break;
      bound = target;
      at = target;
    } else {
      break;
    }
  }
  ok_ = false;
  return false;
}

void WireReader::SkipName() {
  for (;;) {
    const size_t length = U8();
    if (!ok_ || length == 0) return;
    if (length >= 192) {
      Bytes(1);
      return;
    }
    if (length > 63) Fail();
    Bytes(length);
  }
}

bool ReadRecordHeader(WireReader& reader, RecordHeader* header) {
  reader.ReadName(&header->owner);
  header->type = reader.U16();
  header->rr_class = reader.U16();
  header->ttl = reader.U32();
  header->rdata_size = reader.U16();
  if (header->rdata_size > reader.remaining()) reader.Fail();
  return reader.ok();
}

bool ReadMessageHeader(WireReader& reader, MessageHeader* header) {
  header->id = reader.U16();
  header->flags = reader.U16();
  header->question_count = reader.U16();
  header->answer_count = reader.U16();
  header->authority_count = reader.U16();
  header->additional_count = reader.U16();
  return reader.ok();
}

}  // namespace understudy::dns
