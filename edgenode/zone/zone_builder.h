// Copyright 2026 The Understudy Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <variant>
#include <vector>

#include "absl/strings/string_view.h"
#include "dns/name.h"
#include "edgenode/zone/failure.h"
#include "edgenode/zone/zone.h"

namespace understudy::edge {

// Bounds of what a zone may hold, so that a hostile primary hurts only itself.
struct ZoneLimits {
  // What a block can count.
  static constexpr uint32_t kMaxRrsetRecords = 65535;

  uint64_t records = 20'000'000;
  // Of names and data, uncompressed: a small message may expand to a large one.
  uint64_t bytes = uint64_t{4} << 30;
  // At most kMaxRrsetRecords counts; no message could carry so many.
  uint32_t rrset_records = kMaxRrsetRecords;
  // RRsets at one name, and bytes of them: both are walked for an answer.
  uint32_t types_per_name = 256;
  uint32_t name_bytes = 16 << 20;
};

// The only maker of a Zone from records: takes them in any order, and gives
// a whole zone or a reason. Memory is the records' own size and some 24 bytes
// each until Build. Not thread-safe; may be filled on one thread and built
// on another.
class ZoneBuilder {
 public:
  ZoneBuilder(const dns::Name& apex, const ZoneLimits& limits);
  ~ZoneBuilder();
  ZoneBuilder(const ZoneBuilder&) = delete;
  ZoneBuilder& operator=(const ZoneBuilder&) = delete;

  // Adds one record of class IN; RDATA with its names expanded. A record whose
  // owner lies outside of the zone is counted and left out (RFC 5936 s6).
  // Fails only on a limit.
  Failure Add(absl::string_view owner_wire, uint16_t type, uint32_t ttl,
              absl::string_view rdata);

  // Sorts, checks and lays out what was added: one SOA, an NS RRset at the
  // apex, no CNAME with other data; equal records are folded into one, an
  // RRset's TTLs are set to the lowest (RFC 2181 s5.2). CPU-bound: not for an
  // event loop. Call once.
  std::variant<ZoneRef, Failure> Build();

  uint64_t record_count() const { return record_count_; }
  uint64_t out_of_zone_count() const { return out_of_zone_count_; }

 private:
  struct Arena;
  class Layout;

  const dns::Name apex_;
  const ZoneLimits limits_;
  std::unique_ptr<Arena> arena_;
  uint64_t record_count_ = 0;
  uint64_t byte_count_ = 0;
  uint64_t out_of_zone_count_ = 0;
};

}  // namespace understudy::edge
