// Copyright 2026 The Understudy Authors
// SPDX-License-Identifier: Apache-2.0

#include "edgenode/zonestore/zone_table.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"

namespace understudy::edge {
namespace {

// Marks a place whose zone was removed, so that probing goes on behind it.
ZoneSlot* const kRemoved = reinterpret_cast<ZoneSlot*>(uintptr_t{1});

// Hashes grow label by label from the root down, so that one walk over a name
// gives the hash of each of its suffixes. Keyed, so that nobody can choose
// names that collide.
uint64_t HashLabel(uint64_t hash, const uint8_t* label, size_t size) {
  for (size_t i = 0; i < size; ++i) {
    hash = (hash ^ dns::ToLower(label[i])) * 0x9fb21c651e98df25;
    hash ^= hash >> 32;
  }
  return hash * 0xd6e8feb86659fd93 + size;
}

// Where each label of a name starts, from the leftmost on; the count.
int LabelStarts(absl::string_view wire, uint8_t starts[128]) {
  int count = 0;
  for (size_t at = 0; wire[at] != '\0';
       at += 1 + size_t{static_cast<uint8_t>(wire[at])}) {
    starts[count++] = static_cast<uint8_t>(at);
  }
  return count;
}

uint64_t HashName(const dns::Name& name, uint64_t seed) {
  uint8_t starts[128];
  uint64_t hash = seed;
  for (int i = LabelStarts(name.wire(), starts) - 1; i >= 0; --i) {
    hash = HashLabel(hash, name.data() + starts[i] + 1, name.data()[starts[i]]);
  }
  return hash;
}

}  // namespace

// Open addressing with linear probing; at most half full. The hash stands
// beside the pointer, so that a miss touches no slot.
struct ZoneTable::Table {
  struct Place {
    std::atomic<uint64_t> hash{0};
    std::atomic<ZoneSlot*> slot{nullptr};
  };

  Table(size_t size, uint64_t hash_seed)
      : mask(size - 1), seed(hash_seed), places(new Place[size]) {}

  const size_t mask;
  const uint64_t seed;
  const std::unique_ptr<Place[]> places;
};

bool ZoneSlot::MayNotify(const SocketAddress& source) const {
  const auto* sources = notify_sources_.load(std::memory_order_seq_cst);
  return sources != nullptr && std::any_of(sources->begin(), sources->end(),
                                           [&](const SocketAddress& one) {
                                             return one.SameIp(source);
                                           });
}

ZoneTable::ZoneTable(EpochDomain& epochs, Random& random)
    : epochs_(epochs), table_(new Table(64, random.Uint64())) {}

ZoneTable::~ZoneTable() {
  Table* table = table_.load();
  for (size_t i = 0; i <= table->mask; ++i) {
    ZoneSlot* slot = table->places[i].slot.load();
    if (slot == nullptr || slot == kRemoved) continue;
    delete slot->notify_sources_.load();
    delete slot;
  }
  delete table;
}

std::atomic<ZoneSlot*>* ZoneTable::FindExact(const dns::Name& apex) const {
  Table* table = table_.load(std::memory_order_relaxed);
  const uint64_t hash = HashName(apex, table->seed);
  for (size_t i = hash & table->mask;; i = (i + 1) & table->mask) {
    Table::Place& place = table->places[i];
    ZoneSlot* slot = place.slot.load(std::memory_order_relaxed);
    if (slot == nullptr) return nullptr;
    if (slot != kRemoved && slot->apex == apex) return &place.slot;
  }
}

absl::Status ZoneTable::Add(uint64_t id, const dns::Name& apex,
                            std::vector<SocketAddress> notify_sources) {
  if (FindExact(apex) != nullptr) {
    return absl::AlreadyExistsError(
        absl::StrCat("the zone ", apex.ToText(), " is there already"));
  }
  if ((filled_ + 1) * 2 > table_.load()->mask) Rebuild();
  auto* slot = new ZoneSlot(id, apex);
  slot->notify_sources_ =
      new std::vector<SocketAddress>(std::move(notify_sources));
  Table* table = table_.load(std::memory_order_relaxed);
  const uint64_t hash = HashName(apex, table->seed);
  size_t i = hash & table->mask;
  while (table->places[i].slot.load(std::memory_order_relaxed) != nullptr) {
    i = (i + 1) & table->mask;
  }
  // The depth first: a reader that misses it would step over the new zone,
  // which is right only until Add returns.
  depth_counts_[slot->apex.label_count()].fetch_add(1);
  table->places[i].hash.store(hash, std::memory_order_relaxed);
  table->places[i].slot.store(slot, std::memory_order_seq_cst);
  ++filled_;
  count_.fetch_add(1, std::memory_order_relaxed);
  return absl::OkStatus();
}

// Moves all zones to a table of the right size, without the removed places.
void ZoneTable::Rebuild() {
  Table* old = table_.load(std::memory_order_relaxed);
  size_t size = 64;
  while (size < zone_count() * 4) size *= 2;
  auto* table = new Table(size, old->seed);
  for (size_t i = 0; i <= old->mask; ++i) {
    ZoneSlot* slot = old->places[i].slot.load(std::memory_order_relaxed);
    if (slot == nullptr || slot == kRemoved) continue;
    const uint64_t hash = old->places[i].hash.load(std::memory_order_relaxed);
    size_t at = hash & table->mask;
    while (table->places[at].slot.load(std::memory_order_relaxed) != nullptr) {
      at = (at + 1) & table->mask;
    }
    table->places[at].hash.store(hash, std::memory_order_relaxed);
    table->places[at].slot.store(slot, std::memory_order_relaxed);
  }
  filled_ = zone_count();
  table_.store(table, std::memory_order_seq_cst);
  epochs_.Retire([old] { delete old; });
}

void ZoneTable::SetNotifySources(const dns::Name& apex,
                                 std::vector<SocketAddress> sources) {
  std::atomic<ZoneSlot*>* place = FindExact(apex);
  if (place == nullptr) return;
  const auto* old = place->load()->notify_sources_.exchange(
      new std::vector<SocketAddress>(std::move(sources)));
  epochs_.Retire([old] { delete old; });
}

void ZoneTable::Swap(ZoneSlot& slot, ZoneRef zone, ZoneSlot::State state) {
  slot.zone_.store(zone.get(), std::memory_order_seq_cst);
  slot.state_.store(state, std::memory_order_release);
  std::swap(slot.owner_, zone);
  // The last owner may be the retired one: freed when no reader is left.
  if (zone) epochs_.Retire([old = std::move(zone)]() mutable { old = {}; });
}

void ZoneTable::Publish(const dns::Name& apex, ZoneRef zone) {
  std::atomic<ZoneSlot*>* place = FindExact(apex);
  if (place == nullptr) return;
  Swap(*place->load(), std::move(zone), ZoneSlot::State::kServing);
}

void ZoneTable::Expire(const dns::Name& apex) {
  std::atomic<ZoneSlot*>* place = FindExact(apex);
  if (place == nullptr) return;
  Swap(*place->load(), ZoneRef(), ZoneSlot::State::kExpired);
}

void ZoneTable::Remove(const dns::Name& apex) {
  std::atomic<ZoneSlot*>* place = FindExact(apex);
  if (place == nullptr) return;
  ZoneSlot* slot = place->exchange(kRemoved, std::memory_order_seq_cst);
  depth_counts_[slot->apex.label_count()].fetch_sub(1);
  count_.fetch_sub(1, std::memory_order_relaxed);
  epochs_.Retire([slot] {
    delete slot->notify_sources_.load();
    delete slot;
  });
}

const ZoneSlot* ZoneTable::Find(absl::string_view qname,
                                size_t* apex_size) const {
  const Table& table = *table_.load(std::memory_order_seq_cst);
  const auto* octets = reinterpret_cast<const uint8_t*>(qname.data());
  uint8_t starts[128];
  const int labels = LabelStarts(qname, starts);
  // hashes[n]: of the suffix with n labels.
  uint64_t hashes[128];
  hashes[0] = table.seed;
  for (int n = 1; n <= labels; ++n) {
    const uint8_t start = starts[labels - n];
    hashes[n] = HashLabel(hashes[n - 1], octets + start + 1, octets[start]);
  }
  for (int n = labels; n >= 0; --n) {
    if (depth_counts_[n].load(std::memory_order_relaxed) == 0) continue;
    const size_t start = n == 0 ? qname.size() - 1 : starts[labels - n];
    const absl::string_view suffix = qname.substr(start);
    for (size_t i = hashes[n] & table.mask;; i = (i + 1) & table.mask) {
      const Table::Place& place = table.places[i];
      const ZoneSlot* slot = place.slot.load(std::memory_order_seq_cst);
      if (slot == nullptr) break;
      if (slot == kRemoved ||
          place.hash.load(std::memory_order_relaxed) != hashes[n]) {
        continue;
      }
      if (dns::WireNamesEqual(slot->apex.wire(), suffix)) {
        *apex_size = suffix.size();
        return slot;
      }
    }
  }
  return nullptr;
}

}  // namespace understudy::edge
