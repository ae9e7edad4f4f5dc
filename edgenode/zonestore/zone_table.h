// Copyright 2026 The Understudy Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "base/epoch.h"
#include "base/random.h"
#include "base/socket_address.h"
#include "dns/name.h"
#include "edgenode/zone/zone.h"

namespace understudy::edge {

// One zone as the answer path sees it. Its fields change, the slot stays as
// long as a reader may hold it. Readers use it inside of an epoch only.
class ZoneSlot {
 public:
  enum class State : uint8_t { kLoading, kServing, kExpired };

  ZoneSlot(uint64_t slot_id, const dns::Name& apex_name)
      : id(slot_id), apex(apex_name.Lower()) {}

  const uint64_t id;     // Given by the writer; never used twice.
  const dns::Name apex;  // Lower case.

  // Null unless there is a copy that may be answered from.
  const Zone* zone() const { return zone_.load(std::memory_order_seq_cst); }
  State state() const { return state_.load(std::memory_order_acquire); }
  // Whether a NOTIFY from there is from one of the zone's primaries; ports are
  // not compared (RFC 1996 s3.10).
  bool MayNotify(const SocketAddress& source) const;

 private:
  friend class ZoneTable;
  std::atomic<const Zone*> zone_{nullptr};
  std::atomic<State> state_{State::kLoading};
  std::atomic<const std::vector<SocketAddress>*> notify_sources_{nullptr};
  ZoneRef owner_;  // The writer's.
};

// Which zones there are, and the published version of each.
//
// Reads are lock-free and allocate nothing; they need an open EpochDomain
// section. Writes come from one thread, the zone loop; adding and removing
// is O(1) but for the rare growth of the table.
class ZoneTable {
 public:
  // The domain must outlive the table; `random` gives the key of the hash.
  ZoneTable(EpochDomain& epochs, Random& random);
  ~ZoneTable();

  // --- The writer -----------------------------------------------------------

  // Makes a zone known: from now on queries get SERVFAIL until the first
  // Publish. AlreadyExists when a zone of the name is there. `id` comes back
  // in ZoneSlot::id.
  absl::Status Add(uint64_t id, const dns::Name& apex,
                   std::vector<SocketAddress> notify_sources);
  // The four below do nothing when there is no zone of the name.
  void SetNotifySources(const dns::Name& apex,
                        std::vector<SocketAddress> sources);
  // Swaps the version; the old one is freed when its last reader has left.
  void Publish(const dns::Name& apex, ZoneRef zone);
  // Queries get SERVFAIL again; the version is let go.
  void Expire(const dns::Name& apex);
  // Queries get REFUSED (or an enclosing zone's answer) again.
  void Remove(const dns::Name& apex);

  // --- Readers --------------------------------------------------------------

  // The zone with the longest apex at or above `qname` (a valid wire form);
  // null when there is none. `apex_size`: the octets of the apex within qname.
  const ZoneSlot* Find(absl::string_view qname, size_t* apex_size) const;

  // --- Anybody --------------------------------------------------------------

  size_t zone_count() const { return count_.load(std::memory_order_relaxed); }

 private:
  struct Table;

  std::atomic<ZoneSlot*>* FindExact(const dns::Name& apex) const;
  void Rebuild();
  void Swap(ZoneSlot& slot, ZoneRef zone, ZoneSlot::State state);

  EpochDomain& epochs_;
  std::atomic<Table*> table_;
  // Used and once used places of the table; the writer's.
  size_t filled_ = 0;
  // How many apexes have so many labels: depths that no zone has are skipped.
  std::atomic<uint32_t> depth_counts_[128] = {};
  std::atomic<size_t> count_{0};
};

}  // namespace understudy::edge
