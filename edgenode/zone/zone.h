// Copyright 2026 The Understudy Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/string_view.h"
#include "base/ref.h"
#include "dns/name.h"
#include "dns/rdata.h"
#include "edgenode/zone/block.h"

namespace understudy::edge {

// A sorted sequence of names in blocks. Immutable; copies share the blocks.
class Run {
 public:
  // Where a key stands.
  struct Position {
    // The entry with the greatest key that is not greater than the one asked
    // for; empty when there is none.
    EntryView entry;
    // Its block and its place there; for its key.
    const Block* block = nullptr;
    uint32_t index = 0;
    bool exact = false;
  };

  Run() = default;
  explicit Run(std::vector<BlockRef> blocks);

  Position Search(absl::string_view key) const;

  const std::vector<BlockRef>& blocks() const { return blocks_; }
  bool empty() const { return blocks_.empty(); }
  size_t byte_size() const { return byte_size_; }

 private:
  std::vector<BlockRef> blocks_;
  // The first eight octets of each block's first key, big-endian, padded with
  // zeros: what a search reads before it touches any block.
  std::vector<uint64_t> first_;
  size_t byte_size_ = 0;
};

// One version of a zone's content: an apex summary and two runs of blocks, of
// names and of NSEC3 owners (whose order key is their first label's). Immutable
// and shared: readers keep a Ref, or a raw pointer inside of an epoch.
// Thread-safe.
class Zone final : public RefCounted<Zone> {
 public:
  // Of runs that belong together: made by ZoneBuilder, or read from disk. Null
  // when there is no SOA at the apex.
  static Ref<const Zone> Make(const dns::Name& apex, Run names, Run nsec3);

  // Case kept as the primary sent it.
  const dns::Name& apex() const { return apex_; }
  const dns::SoaFields& soa() const { return soa_; }
  uint32_t serial() const { return soa_.serial; }
  const Run& names() const { return names_; }
  const Run& nsec3() const { return nsec3_; }
  // The entry of the apex.
  EntryView apex_entry() const { return apex_entry_; }
  RrsetView soa_rrset() const { return soa_rrset_; }
  uint64_t record_count() const { return record_count_; }
  // Bytes in blocks.
  size_t byte_size() const { return names_.byte_size() + nsec3_.byte_size(); }

 private:
  friend class RefCounted<Zone>;
  Zone(const dns::Name& apex, Run names, Run nsec3);
  static void Destroy(const Zone* zone) { delete zone; }

  const dns::Name apex_;
  const Run names_;
  const Run nsec3_;
  EntryView apex_entry_;
  RrsetView soa_rrset_;
  dns::SoaFields soa_;
  uint64_t record_count_ = 0;
};

using ZoneRef = Ref<const Zone>;

}  // namespace understudy::edge
