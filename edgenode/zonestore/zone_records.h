// Copyright 2026 The Understudy Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "edgenode/zone/zone.h"
#include "edgenode/zonestore/lmdb_environment.h"
#include "edgenode/zonestore/zone_timers.h"

namespace understudy::edge {

// How zones lie in the store's tables: functions on an open transaction, no
// state. docs/reference/store-format.md tells the format and its history.

inline constexpr absl::string_view kStoreFormat = "1";

// The tables, by their index in StoreTableNames().
enum StoreTable : size_t {
  kNodeTable,
  kAssignmentsTable,
  kZonesTable,
  kTimersTable,
  kBlocksTable,
};
const std::vector<std::string>& StoreTableNames();

// `version` numbers a zone's content over all zones and for ever; it keys
// the blocks.

// Blocks [from, to) of a version: names first, then NSEC3.
absl::Status PutBlocks(LmdbTransaction& txn, const Zone& zone, uint64_t version,
                       uint32_t from, uint32_t to);
uint32_t BlockCount(const Zone& zone);
// The end of the blocks from `from` on that have some `bytes` in all; more
// than `from` unless that is the end.
uint32_t EndOfPiece(const Zone& zone, uint32_t from, size_t bytes);

// Makes `version`, whose blocks are there, the assignment's content.
absl::Status PutZone(LmdbTransaction& txn, const std::string& assignment,
                     const Zone& zone, uint64_t version,
                     const ZoneTimers& timers);
absl::Status PutTimers(LmdbTransaction& txn, const std::string& assignment,
                       const ZoneTimers& timers);
// The content with its blocks; not the timers.
absl::Status DropContent(LmdbTransaction& txn, const std::string& assignment);
absl::Status DropBlocks(LmdbTransaction& txn, uint64_t version);

// DataLoss, with what is wrong, when the zone is damaged. `entry` is the value
// in the zones table.
absl::StatusOr<std::pair<ZoneRef, ZoneTimers>> GetZone(
    LmdbTransaction& txn, absl::string_view assignment,
    absl::string_view entry);

// What the blocks table holds that no zone names, and a number above all used.
struct VersionCensus {
  std::vector<uint64_t> orphans;
  uint64_t next = 1;
};
absl::StatusOr<VersionCensus> TakeCensus(LmdbTransaction& txn);

}  // namespace understudy::edge
