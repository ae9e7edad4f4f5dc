// Copyright 2026 The Understudy Authors
// SPDX-License-Identifier: Apache-2.0

#include "edgenode/zone/zone.h"

#include <algorithm>
#include <cstring>

#include "dns/types.h"

namespace understudy::edge {
namespace {

uint64_t LeadingOctets(absl::string_view key) {
  uint64_t value = 0;
  std::memcpy(&value, key.data(), std::min<size_t>(key.size(), 8));
  return __builtin_bswap64(value);
}

uint64_t CountRecords(const Run& run) {
  uint64_t count = 0;
  for (const BlockRef& block : run.blocks()) count += block->record_count();
  return count;
}

}  // namespace

Run::Run(std::vector<BlockRef> blocks) : blocks_(std::move(blocks)) {
  first_.reserve(blocks_.size());
  for (const BlockRef& block : blocks_) {
    first_.push_back(LeadingOctets(block->KeyOf(0)));
    byte_size_ += block->bytes().size();
  }
}

Run::Position Run::Search(absl::string_view key) const {
  const uint64_t leading = LeadingOctets(key);
  // Blocks in [0, low) surely begin at or before the key, those from `high`
  // surely behind it; between them the leading octets are alike, and only the
  // blocks themselves can tell.
  auto [low_it, high_it] =
      std::equal_range(first_.begin(), first_.end(), leading);
  auto low = static_cast<size_t>(low_it - first_.begin());
  auto high = static_cast<size_t>(high_it - first_.begin());
  while (low < high) {
    const size_t middle = (low + high) / 2;
    (blocks_[middle]->CompareFirstKey(key) <= 0 ? low : high) =
        blocks_[middle]->CompareFirstKey(key) <= 0 ? middle + 1 : middle;
  }
  Position position;
  if (low == 0) return position;
  position.block = blocks_[low - 1].get();
  const int64_t index = position.block->Search(key, &position.exact);
  position.index = static_cast<uint32_t>(index);
  position.entry = position.block->entry(position.index);
  return position;
}

Ref<const Zone> Zone::Make(const dns::Name& apex, Run names, Run nsec3) {
  auto* zone = new Zone(apex, std::move(names), std::move(nsec3));
  ZoneRef ref(zone);
  const Run::Position at_apex = zone->names_.Search("");
  if (!at_apex.exact) return ZoneRef();
  zone->apex_entry_ = at_apex.entry;
  zone->soa_rrset_ = at_apex.entry.Find(dns::kTypeSoa);
  if (!zone->soa_rrset_ || zone->soa_rrset_.count() != 1) return ZoneRef();
  const absl::string_view rdata(
      reinterpret_cast<const char*>(zone->soa_rrset_.data()) + 2,
      zone->soa_rrset_.data_size() - 2);
  if (!dns::ParseSoa(rdata, &zone->soa_)) return ZoneRef();
  return ref;
}

Zone::Zone(const dns::Name& apex, Run names, Run nsec3)
    : apex_(apex),
      names_(std::move(names)),
      nsec3_(std::move(nsec3)),
      record_count_(CountRecords(names_) + CountRecords(nsec3_)) {}

}  // namespace understudy::edge
