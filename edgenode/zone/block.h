// Copyright 2026 The Understudy Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "base/ref.h"

namespace understudy::edge {

// A block: a run of names in canonical order with their RRsets, as one flat,
// position-independent, checksummed piece of bytes. The same bytes lie on
// disk, in memory and under the answer path; a block never changes
// (docs/reference/block-format.md tells the layout, docs/adr/0011 why).
//
// Layout, all integers little-endian and unaligned:
//   header   32 bytes: magic u32, version u16, prefix size u16, size u32,
//            names u32, records u32, reserved u32, checksum u64 (XXH3 of all
//            that follows the header, seeded with the fields before it)
//   prefix   the octets that all the order keys of the block begin with
//   table    offset of each entry from the start of the block, u32 each
//   entry    key suffix size u16, RRsets u16, flags u8, cut depth u8, key
//            suffix, RRsets
//   RRset    type u16, records u16, TTL u32, size of what follows u32; for each
//            record its RDATA's size, u16 big-endian as on the wire, and RDATA

// What an entry's flags say.
enum EntryFlag : uint8_t {
  kEntryCut = 1,            // A delegation: NS below the apex.
  kEntryWildcardBelow = 2,  // A child `*` exists.
};

// One RRset inside of a block; a view.
class RrsetView {
 public:
  RrsetView() = default;
  explicit RrsetView(const uint8_t* at) : at_(at) {}

  explicit operator bool() const { return at_ != nullptr; }
  uint16_t type() const { return Load16(0); }
  uint16_t count() const { return Load16(2); }
  uint32_t ttl() const { return Load32(4); }
  uint32_t data_size() const { return Load32(8); }
  // `count` times: a big-endian size and as many octets of RDATA.
  const uint8_t* data() const { return at_ + kHeader; }
  // The RRset behind it in the same entry.
  RrsetView next() const { return RrsetView(at_ + kHeader + data_size()); }

  static constexpr size_t kHeader = 12;

 private:
  uint16_t Load16(size_t at) const {
    uint16_t v;
    __builtin_memcpy(&v, at_ + at, sizeof v);
    return v;
  }
  uint32_t Load32(size_t at) const {
    uint32_t v;
    __builtin_memcpy(&v, at_ + at, sizeof v);
    return v;
  }
  const uint8_t* at_ = nullptr;
};

// One name inside of a block; a view.
class EntryView {
 public:
  EntryView() = default;
  explicit EntryView(const uint8_t* at) : at_(at) {}

  explicit operator bool() const { return at_ != nullptr; }
  uint16_t rrset_count() const {
    uint16_t v;
    __builtin_memcpy(&v, at_ + 2, sizeof v);
    return v;
  }
  // No data of its own, but names below it.
  bool is_empty_non_terminal() const { return rrset_count() == 0; }
  uint8_t flags() const { return at_[4]; }
  bool is_cut() const { return flags() & kEntryCut; }
  // Labels below the apex of the nearest cut at or above this name; 0 when
  // there is none and the name's data is authoritative.
  uint8_t cut_depth() const { return at_[5]; }
  // The key without the block's prefix.
  absl::string_view key_suffix() const {
    uint16_t size;
    __builtin_memcpy(&size, at_, sizeof size);
    return {reinterpret_cast<const char*>(at_ + kHeader), size};
  }
  RrsetView first_rrset() const {
    return RrsetView(at_ + kHeader + key_suffix().size());
  }
  // Empty when the name has none of the type.
  RrsetView Find(uint16_t type) const {
    RrsetView rrset = first_rrset();
    for (uint16_t i = rrset_count(); i > 0; --i, rrset = rrset.next()) {
      if (rrset.type() == type) return rrset;
    }
    return RrsetView();
  }

  static constexpr size_t kHeader = 6;

 private:
  const uint8_t* at_ = nullptr;
};

// Immutable and shared. Thread-safe.
class Block final : public RefCounted<Block> {
 public:
  static constexpr size_t kHeaderSize = 32;
  static constexpr uint32_t kMagic = 0x31424455;  // "UDB1"
  static constexpr uint16_t kVersion = 1;

  // A copy of `bytes`, whatever they are: for bytes that we just made.
  static Ref<const Block> Copy(absl::string_view bytes);

  // A copy of `bytes` after everything in them was checked: checksum, version,
  // every offset and size, the order of names. Null when something is off, and
  // `why` says what. For bytes from a disk.
  static Ref<const Block> CheckedCopy(absl::string_view bytes,
                                      std::string* why);

  absl::string_view bytes() const {
    return {reinterpret_cast<const char*>(data()), size_};
  }
  uint32_t name_count() const { return Load32(12); }
  uint32_t record_count() const { return Load32(16); }
  absl::string_view prefix() const {
    uint16_t size;
    __builtin_memcpy(&size, data() + 6, sizeof size);
    return {reinterpret_cast<const char*>(data() + kHeaderSize), size};
  }
  EntryView entry(uint32_t index) const {
    return EntryView(data() +
                     Load32(kHeaderSize + prefix().size() + 4 * index));
  }
  // The order key of an entry, whole.
  std::string KeyOf(uint32_t index) const;

  // The last entry whose key is not greater than `key`; -1 when all are
  // greater. `exact` tells whether it is equal.
  int64_t Search(absl::string_view key, bool* exact) const;

  // Negative, zero or positive as the first key is less, equal or greater.
  int CompareFirstKey(absl::string_view key) const;

 private:
  friend class RefCounted<Block>;
  explicit Block(uint32_t size) : size_(size) {}
  static void Destroy(const Block* block);

  const uint8_t* data() const {
    return reinterpret_cast<const uint8_t*>(this) + sizeof(Block);
  }
  uint32_t Load32(size_t at) const {
    uint32_t v;
    __builtin_memcpy(&v, data() + at, sizeof v);
    return v;
  }

  const uint32_t size_;
  // The bytes follow in the same allocation.
};

using BlockRef = Ref<const Block>;

// Lays out blocks from names that come in order. Not thread-safe.
class BlockWriter {
 public:
  // Blocks are ended when they reach `target` bytes; a name is never split.
  explicit BlockWriter(size_t target) : target_(target) {}

  // Starts a name; keys must come in ascending order.
  void BeginName(absl::string_view key, uint8_t flags, uint8_t cut_depth);
  // Adds an RRset to the name; `data` as RrsetView::data.
  void AddRrset(uint16_t type, uint16_t count, uint32_t ttl,
                absl::string_view data);

  // Ends the last block and gives all of them, in order.
  std::vector<BlockRef> Finish();

 private:
  struct Entry {
    size_t key_at, key_size;
    size_t body_at, body_size;
    uint16_t rrset_count;
    uint8_t flags, cut_depth;
  };

  void Flush();

  const size_t target_;
  std::vector<BlockRef> blocks_;
  std::vector<Entry> entries_;
  std::string keys_;
  std::string bodies_;
  std::string layout_;
  uint32_t records_ = 0;
};

}  // namespace understudy::edge
