// Copyright 2026 The Understudy Authors
// SPDX-License-Identifier: Apache-2.0

#include "edgenode/zone/block.h"

#include <xxhash.h>

#include <algorithm>
#include <bit>
#include <cstdlib>
#include <cstring>
#include <new>

#include "absl/strings/str_cat.h"
#include "base/check.h"

namespace understudy::edge {
namespace {

static_assert(std::endian::native == std::endian::little,
              "blocks are little-endian, and are read in place");

constexpr size_t kChecksumAt = 24;

template <typename T>
void Append(std::string* out, T v) {
  out->append(reinterpret_cast<const char*>(&v), sizeof v);
}

// Of the fields before the checksum and of everything behind it.
uint64_t Checksum(absl::string_view bytes) {
  const uint64_t seed = XXH3_64bits(bytes.data(), kChecksumAt);
  return XXH3_64bits_withSeed(bytes.data() + Block::kHeaderSize,
                              bytes.size() - Block::kHeaderSize, seed);
}

// Walks over untrusted bytes; every step is checked.
class Checker {
 public:
  explicit Checker(absl::string_view bytes) : bytes_(bytes) {}

  bool Fixed(size_t at, size_t size) const {
    return at <= bytes_.size() && size <= bytes_.size() - at;
  }
  template <typename T>
  T Load(size_t at) const {
    T v;
    std::memcpy(&v, bytes_.data() + at, sizeof v);
    return v;
  }

  // The end of the entry's RRsets, or 0 when one of them is broken.
  size_t Entry(size_t at, uint64_t* records) const {
    if (!Fixed(at, EntryView::kHeader)) return 0;
    const auto suffix = Load<uint16_t>(at);
    int rrsets = Load<uint16_t>(at + 2);
    at += EntryView::kHeader;
    if (!Fixed(at, suffix)) return 0;
    at += suffix;
    for (; rrsets > 0; --rrsets) {
      if (!Fixed(at, RrsetView::kHeader)) return 0;
      int count = Load<uint16_t>(at + 2);
      const size_t size = Load<uint32_t>(at + 8);
      at += RrsetView::kHeader;
      if (!Fixed(at, size) || count == 0) return 0;
      const size_t end = at + size;
      *records += static_cast<uint64_t>(count);
      for (; count > 0; --count) {
        if (end - at < 2) return 0;
        const size_t rdata = static_cast<uint8_t>(bytes_[at]) << 8 |
                             static_cast<uint8_t>(bytes_[at + 1]);
        if (end - at - 2 < rdata) return 0;
        at += 2 + rdata;
      }
      if (at != end) return 0;
    }
    return at;
  }

 private:
  absl::string_view bytes_;
};

const char* WhatIsWrong(absl::string_view bytes) {
  Checker checker(bytes);
  if (bytes.size() < Block::kHeaderSize) return "it is shorter than a header";
  if (checker.Load<uint32_t>(0) != Block::kMagic) return "it is not a block";
  if (checker.Load<uint16_t>(4) != Block::kVersion) {
    return "its format version is unknown to this program";
  }
  if (checker.Load<uint32_t>(8) != bytes.size()) return "its size is wrong";
  if (checker.Load<uint64_t>(kChecksumAt) != Checksum(bytes)) {
    return "its checksum is wrong";
  }
  const size_t prefix = checker.Load<uint16_t>(6);
  const size_t names = checker.Load<uint32_t>(12);
  const size_t table = Block::kHeaderSize + prefix;
  if (names == 0 || names > bytes.size() / 4 ||
      !checker.Fixed(table, 4 * names)) {
    return "its table does not fit";
  }
  uint64_t records = 0;
  size_t end = table + 4 * names;
  absl::string_view last;
  for (size_t i = 0; i < names; ++i) {
    if (checker.Load<uint32_t>(table + 4 * i) != end) {
      return "an entry is out of place";
    }
    const size_t at = end;
    end = checker.Entry(at, &records);
    if (end == 0) return "an entry is broken";
    absl::string_view key =
        bytes.substr(at + EntryView::kHeader, checker.Load<uint16_t>(at));
    if (i > 0 && !(last < key)) return "its names are out of order";
    last = key;
  }
  if (end != bytes.size()) return "something follows its last entry";
  if (records != checker.Load<uint32_t>(16)) return "its record count is wrong";
  return nullptr;
}

}  // namespace

BlockRef Block::Copy(absl::string_view bytes) {
  void* memory = std::malloc(sizeof(Block) + bytes.size());
  UNDERSTUDY_CHECK(memory != nullptr);
  auto* block = new (memory) Block(static_cast<uint32_t>(bytes.size()));
  std::memcpy(static_cast<char*>(memory) + sizeof(Block), bytes.data(),
              bytes.size());
  return BlockRef(block);
}

BlockRef Block::CheckedCopy(absl::string_view bytes, std::string* why) {
  if (const char* what = WhatIsWrong(bytes)) {
    *why = what;
    return BlockRef();
  }
  return Copy(bytes);
}

void Block::Destroy(const Block* block) {
  block->~Block();
  std::free(const_cast<Block*>(block));
}

std::string Block::KeyOf(uint32_t index) const {
  return absl::StrCat(prefix(), entry(index).key_suffix());
}

int64_t Block::Search(absl::string_view key, bool* exact) const {
  *exact = false;
  const absl::string_view common = prefix();
  const int order = key.substr(0, common.size()).compare(common);
  if (order < 0) return -1;
  if (order > 0) return int64_t{name_count()} - 1;
  const absl::string_view suffix = key.substr(common.size());
  // Invariant: entries below `low` are not greater, those from `high` are.
  int64_t low = 0;
  int64_t high = name_count();
  while (low < high) {
    const int64_t middle = (low + high) / 2;
    const int c =
        entry(static_cast<uint32_t>(middle)).key_suffix().compare(suffix);
    if (c == 0) {
      *exact = true;
      return middle;
    }
    (c < 0 ? low : high) = c < 0 ? middle + 1 : middle;
  }
  return low - 1;
}

int Block::CompareFirstKey(absl::string_view key) const {
  const absl::string_view common = prefix();
  const int order = common.compare(key.substr(0, common.size()));
  if (order != 0) return order;
  return entry(0).key_suffix().compare(key.substr(common.size()));
}

void BlockWriter::BeginName(absl::string_view key, uint8_t flags,
                            uint8_t cut_depth) {
  if (!entries_.empty() &&
      keys_.size() + bodies_.size() + entries_.size() * 10 >= target_) {
    Flush();
  }
  entries_.push_back({.key_at = keys_.size(),
                      .key_size = key.size(),
                      .body_at = bodies_.size(),
                      .body_size = 0,
                      .rrset_count = 0,
                      .flags = flags,
                      .cut_depth = cut_depth});
  keys_.append(key.data(), key.size());
}

void BlockWriter::AddRrset(uint16_t type, uint16_t count, uint32_t ttl,
                           absl::string_view data) {
  Append(&bodies_, type);
  Append(&bodies_, count);
  Append(&bodies_, ttl);
  Append(&bodies_, static_cast<uint32_t>(data.size()));
  bodies_.append(data.data(), data.size());
  ++entries_.back().rrset_count;
  entries_.back().body_size = bodies_.size() - entries_.back().body_at;
  records_ += count;
}

void BlockWriter::Flush() {
  if (entries_.empty()) return;
  const absl::string_view keys(keys_);
  auto key_of = [&](const Entry& e) {
    return keys.substr(e.key_at, e.key_size);
  };
  // The names are in order: what the first and the last share, all share.
  const absl::string_view first = key_of(entries_.front());
  const absl::string_view last = key_of(entries_.back());
  const size_t prefix = static_cast<size_t>(
      std::mismatch(first.begin(), first.end(), last.begin(), last.end())
          .first -
      first.begin());

  layout_.clear();
  Append(&layout_, Block::kMagic);
  Append(&layout_, Block::kVersion);
  Append(&layout_, static_cast<uint16_t>(prefix));
  Append(&layout_, uint32_t{0});  // Size; set below.
  Append(&layout_, static_cast<uint32_t>(entries_.size()));
  Append(&layout_, records_);
  Append(&layout_, uint32_t{0});
  Append(&layout_, uint64_t{0});  // Checksum; set below.
  layout_.append(first.data(), prefix);
  size_t at = layout_.size() + 4 * entries_.size();
  for (const Entry& e : entries_) {
    Append(&layout_, static_cast<uint32_t>(at));
    at += EntryView::kHeader + e.key_size - prefix + e.body_size;
  }
  for (const Entry& e : entries_) {
    Append(&layout_, static_cast<uint16_t>(e.key_size - prefix));
    Append(&layout_, e.rrset_count);
    Append(&layout_, e.flags);
    Append(&layout_, e.cut_depth);
    layout_.append(keys_, e.key_at + prefix, e.key_size - prefix);
    layout_.append(bodies_, e.body_at, e.body_size);
  }
  const auto size = static_cast<uint32_t>(layout_.size());
  std::memcpy(layout_.data() + 8, &size, sizeof size);
  const uint64_t checksum = Checksum(layout_);
  std::memcpy(layout_.data() + kChecksumAt, &checksum, sizeof checksum);
  blocks_.push_back(Block::Copy(layout_));
  entries_.clear();
  keys_.clear();
  bodies_.clear();
  records_ = 0;
}

std::vector<BlockRef> BlockWriter::Finish() {
  Flush();
  return std::move(blocks_);
}

}  // namespace understudy::edge
