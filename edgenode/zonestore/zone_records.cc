// Copyright 2026 The Understudy Authors
// SPDX-License-Identifier: Apache-2.0

#include "edgenode/zonestore/zone_records.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "base/status_macros.h"

namespace understudy::edge {
namespace {

// Integers in keys are big-endian, so that their order is LMDB's.
void PutBig(std::string* out, uint64_t v, int octets) {
  for (int shift = 8 * (octets - 1); shift >= 0; shift -= 8) {
    out->push_back(static_cast<char>(v >> shift));
  }
}

uint64_t GetBig(absl::string_view in, size_t at, size_t octets) {
  uint64_t v = 0;
  for (size_t i = 0; i < octets; ++i) {
    v = v << 8 | static_cast<uint8_t>(in[at + i]);
  }
  return v;
}

std::string BlockKey(uint64_t version, uint32_t index) {
  std::string key;
  PutBig(&key, version, 8);
  PutBig(&key, index, 4);
  return key;
}

// What the zones table holds for an assignment.
struct ZoneMeta {
  uint64_t version = 0;  // Of this content, over all zones; keys its blocks.
  uint32_t name_blocks = 0;
  uint32_t nsec3_blocks = 0;
  std::string apex;  // Wire form.

  std::string Encode() const {
    std::string out;
    PutBig(&out, version, 8);
    PutBig(&out, name_blocks, 4);
    PutBig(&out, nsec3_blocks, 4);
    return out + apex;
  }
  static bool Decode(absl::string_view in, ZoneMeta* meta) {
    if (in.size() < 17) return false;
    meta->version = GetBig(in, 0, 8);
    meta->name_blocks = static_cast<uint32_t>(GetBig(in, 8, 4));
    meta->nsec3_blocks = static_cast<uint32_t>(GetBig(in, 12, 4));
    meta->apex = std::string(in.substr(16));
    return true;
  }
};

// Times as microseconds; the infinite ones as the ends of the range.
int64_t Micros(absl::Time t) {
  if (t == absl::InfinitePast()) return INT64_MIN;
  if (t == absl::InfiniteFuture()) return INT64_MAX;
  return absl::ToUnixMicros(t);
}

absl::Time FromMicros(uint64_t bits) {
  const auto v = static_cast<int64_t>(bits);
  if (v == INT64_MIN) return absl::InfinitePast();
  if (v == INT64_MAX) return absl::InfiniteFuture();
  return absl::FromUnixMicros(v);
}

std::string EncodeTimers(const ZoneTimers& timers) {
  std::string out;
  for (absl::Time t : {timers.last_check, timers.expire, timers.publish}) {
    PutBig(&out, static_cast<uint64_t>(Micros(t)), 8);
  }
  return out;
}

bool DecodeTimers(absl::string_view in, ZoneTimers* timers) {
  if (in.size() != 24) return false;
  timers->last_check = FromMicros(GetBig(in, 0, 8));
  timers->expire = FromMicros(GetBig(in, 8, 8));
  timers->publish = FromMicros(GetBig(in, 16, 8));
  return true;
}

// A run of blocks, each checked, and all of them in order.
absl::StatusOr<Run> LoadRun(LmdbTransaction& txn, uint64_t version,
                            uint32_t first, uint32_t count) {
  std::vector<BlockRef> blocks;
  std::string last;
  for (uint32_t i = first; i < first + count; ++i) {
    auto bytes = txn.Get(kBlocksTable, BlockKey(version, i));
    if (!bytes.ok()) {
      return absl::DataLossError(absl::StrCat("block ", i, " is missing"));
    }
    std::string why;
    BlockRef block = Block::CheckedCopy(*bytes, &why);
    if (!block) {
      return absl::DataLossError(absl::StrCat("block ", i, ": ", why));
    }
    if (i > first && !(last < block->KeyOf(0))) {
      return absl::DataLossError(absl::StrCat("block ", i, " is out of order"));
    }
    last = block->KeyOf(block->name_count() - 1);
    blocks.push_back(std::move(block));
  }
  return Run(std::move(blocks));
}

absl::StatusOr<ZoneRef> LoadZone(LmdbTransaction& txn, const ZoneMeta& meta) {
  auto apex = dns::Name::FromWire(meta.apex);
  if (!apex.ok()) return absl::DataLossError("its apex is no name");
  UNDERSTUDY_ASSIGN_OR_RETURN(Run names,
                              LoadRun(txn, meta.version, 0, meta.name_blocks));
  UNDERSTUDY_ASSIGN_OR_RETURN(
      Run nsec3,
      LoadRun(txn, meta.version, meta.name_blocks, meta.nsec3_blocks));
  ZoneRef zone = Zone::Make(*apex, std::move(names), std::move(nsec3));
  if (!zone) return absl::DataLossError("it has no SOA");
  return zone;
}

const Block& BlockAt(const Zone& zone, uint32_t index) {
  const auto& names = zone.names().blocks();
  return index < names.size() ? *names[index]
                              : *zone.nsec3().blocks()[index - names.size()];
}

}  // namespace

const std::vector<std::string>& StoreTableNames() {
  static const auto* names = new std::vector<std::string>{
      "node", "assignments", "zones", "timers", "blocks"};
  return *names;
}

uint32_t BlockCount(const Zone& zone) {
  return static_cast<uint32_t>(zone.names().blocks().size() +
                               zone.nsec3().blocks().size());
}

uint32_t EndOfPiece(const Zone& zone, uint32_t from, size_t bytes) {
  const uint32_t count = BlockCount(zone);
  for (size_t taken = 0; from < count && taken < bytes; ++from) {
    taken += BlockAt(zone, from).bytes().size();
  }
  return from;
}

absl::Status PutBlocks(LmdbTransaction& txn, const Zone& zone, uint64_t version,
                       uint32_t from, uint32_t to) {
  for (uint32_t i = from; i < to; ++i) {
    UNDERSTUDY_RETURN_IF_ERROR(
        txn.Put(kBlocksTable, BlockKey(version, i), BlockAt(zone, i).bytes()));
  }
  return absl::OkStatus();
}

absl::Status PutZone(LmdbTransaction& txn, const std::string& assignment,
                     const Zone& zone, uint64_t version,
                     const ZoneTimers& timers) {
  ZoneMeta meta;
  meta.version = version;
  meta.name_blocks = static_cast<uint32_t>(zone.names().blocks().size());
  meta.nsec3_blocks = static_cast<uint32_t>(zone.nsec3().blocks().size());
  meta.apex = std::string(zone.apex().wire());
  UNDERSTUDY_RETURN_IF_ERROR(txn.Put(kZonesTable, assignment, meta.Encode()));
  return PutTimers(txn, assignment, timers);
}

absl::Status PutTimers(LmdbTransaction& txn, const std::string& assignment,
                       const ZoneTimers& timers) {
  return txn.Put(kTimersTable, assignment, EncodeTimers(timers));
}

absl::Status DropContent(LmdbTransaction& txn, const std::string& assignment) {
  auto old = txn.Get(kZonesTable, assignment);
  if (!old.ok()) return absl::OkStatus();
  ZoneMeta meta;
  if (ZoneMeta::Decode(*old, &meta)) {
    UNDERSTUDY_RETURN_IF_ERROR(DropBlocks(txn, meta.version));
  }
  return txn.Delete(kZonesTable, assignment);
}

absl::Status DropBlocks(LmdbTransaction& txn, uint64_t version) {
  return txn.DeleteRange(kBlocksTable, BlockKey(version, 0),
                         BlockKey(version + 1, 0));
}

absl::StatusOr<std::pair<ZoneRef, ZoneTimers>> GetZone(
    LmdbTransaction& txn, absl::string_view assignment,
    absl::string_view entry) {
  ZoneMeta meta;
  if (!ZoneMeta::Decode(entry, &meta)) {
    return absl::DataLossError("its entry is too short");
  }
  UNDERSTUDY_ASSIGN_OR_RETURN(ZoneRef zone, LoadZone(txn, meta));
  auto encoded = txn.Get(kTimersTable, assignment);
  ZoneTimers timers;
  // Without timers nobody knows when the copy expires.
  if (!encoded.ok() || !DecodeTimers(*encoded, &timers)) {
    return absl::DataLossError("its timers are missing");
  }
  return std::make_pair(std::move(zone), timers);
}

absl::StatusOr<VersionCensus> TakeCensus(LmdbTransaction& txn) {
  std::vector<uint64_t> named;
  UNDERSTUDY_RETURN_IF_ERROR(txn.ForEach(
      kZonesTable, "", [&](absl::string_view, absl::string_view value) {
        ZoneMeta meta;
        if (ZoneMeta::Decode(value, &meta)) named.push_back(meta.version);
        return true;
      }));
  std::sort(named.begin(), named.end());
  VersionCensus census;
  // Jumps from version to version.
  for (;;) {
    uint64_t found = 0;
    UNDERSTUDY_RETURN_IF_ERROR(
        txn.ForEach(kBlocksTable, BlockKey(census.next, 0),
                    [&](absl::string_view key, absl::string_view) {
                      if (key.size() == 12) found = GetBig(key, 0, 8);
                      return false;
                    }));
    if (found == 0) break;
    if (!std::binary_search(named.begin(), named.end(), found)) {
      census.orphans.push_back(found);
    }
    census.next = found + 1;
  }
  if (!named.empty()) census.next = std::max(census.next, named.back() + 1);
  return census;
}

}  // namespace understudy::edge
