// Copyright 2026 The Understudy Authors
// SPDX-License-Identifier: Apache-2.0

#include "edgenode/zone/zone_builder.h"

#include <algorithm>
#include <cstring>
#include <limits>
#include <unordered_set>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "dns/types.h"

namespace understudy::edge {
namespace {

// With its key a block of this size fills two pages of the store, whole.
constexpr size_t kBlockTarget = 7900;
constexpr size_t kChunk = size_t{1} << 20;

// One record as it waits for its place: this header, the key, the RDATA.
struct Header {
  uint32_t ttl;
  uint16_t type;
  uint16_t key_size;
  uint16_t rdata_size;
  uint16_t unused;
};

// What is sorted: the key's first octets beside a pointer to all of it.
struct Item {
  uint64_t leading;
  const char* at;

  Header header() const {
    Header h;
    std::memcpy(&h, at, sizeof h);
    return h;
  }
  absl::string_view key() const {
    return {at + sizeof(Header), header().key_size};
  }
  absl::string_view rdata() const {
    const Header h = header();
    return {at + sizeof(Header) + h.key_size, h.rdata_size};
  }
};

int CompareKeys(const Item& a, const Item& b) {
  if (a.leading != b.leading) return a.leading < b.leading ? -1 : 1;
  return a.key().compare(b.key());
}

bool Before(const Item& a, const Item& b) {
  if (const int c = CompareKeys(a, b); c != 0) return c < 0;
  const uint16_t ta = a.header().type, tb = b.header().type;
  if (ta != tb) return ta < tb;
  return a.rdata() < b.rdata();
}

// Calls `parent` with the key of every name that has a child `*` at or above
// `key`: such a child may be an empty non-terminal.
template <typename F>
void ForEachWildcardParent(absl::string_view key, F parent) {
  for (size_t at = key.find('*'); at != absl::string_view::npos;
       at = key.find('*', at + 1)) {
    if (key[at + 1] == '\0' && (at == 0 || key[at - 1] == '\0')) {
      parent(key.substr(0, at));
    }
  }
}

}  // namespace

// Records in arrival order, in chunks that go back to the system whole.
struct ZoneBuilder::Arena {
  std::vector<std::unique_ptr<char[]>> chunks;
  size_t left = 0;
  char* next = nullptr;
  std::vector<Item> names;
  std::vector<Item> nsec3;

  char* Take(size_t size) {
    if (size > left) {
      const size_t chunk = std::max(size, kChunk);
      chunks.push_back(std::unique_ptr<char[]>(new char[chunk]));
      next = chunks.back().get();
      left = chunk;
    }
    char* taken = next;
    next += size;
    left -= size;
    return taken;
  }
};

// Lays sorted items out in blocks, name by name.
class ZoneBuilder::Layout {
 public:
  Layout(const dns::Name& apex, const ZoneLimits& limits,
         std::vector<Item>* items)
      : apex_(apex),
        limits_(limits),
        max_rrset_(
            std::min(limits.rrset_records, ZoneLimits::kMaxRrsetRecords)),
        items_(*items),
        writer_(kBlockTarget) {
    // A primary sends mostly in order; looking is cheaper than sorting.
    if (!std::is_sorted(items_.begin(), items_.end(), Before)) {
      std::sort(items_.begin(), items_.end(), Before);
    }
  }

  // `is_tree`: with empty non-terminals, cuts and wildcards.
  Failure Write(bool is_tree) {
    if (is_tree) FindWildcardParents();
    for (size_t i = 0; i < items_.size();) {
      size_t end = i + 1;
      while (end < items_.size() && CompareKeys(items_[i], items_[end]) == 0) {
        ++end;
      }
      if (is_tree) {
        WriteEmptyNonTerminals(items_[i].key());
        previous_ = items_[i].key();
      }
      if (Failure f = WriteName(i, end, is_tree); !f.ok()) return f;
      i = end;
    }
    return Failure{};
  }

  Run Finish() { return Run(writer_.Finish()); }

 private:
  void FindWildcardParents() {
    for (const Item& item : items_) {
      ForEachWildcardParent(item.key(), [this](absl::string_view parent) {
        wildcard_parents_.insert(std::string(parent));
      });
    }
  }

  uint8_t WildcardFlag(absl::string_view key) const {
    return !wildcard_parents_.empty() &&
                   wildcard_parents_.count(std::string(key))
               ? kEntryWildcardBelow
               : 0;
  }

  // Ancestors of `key` that stand between the name before and it.
  void WriteEmptyNonTerminals(absl::string_view key) {
    size_t at = dns::CommonAncestorSize(previous_, key);
    for (;;) {
      at = key.find('\0', at);
      if (at == absl::string_view::npos || ++at >= key.size()) return;
      const absl::string_view ancestor = key.substr(0, at);
      writer_.BeginName(ancestor, WildcardFlag(ancestor), CutDepth(ancestor));
    }
  }

  // Of the cut that `key` is at or below, going by the cuts before it.
  uint8_t CutDepth(absl::string_view key) const {
    return !cut_.empty() && key.substr(0, cut_.size()) == cut_ ? cut_depth_ : 0;
  }

  Failure WriteName(size_t begin, size_t end, bool is_tree) {
    const absl::string_view key = items_[begin].key();
    uint8_t flags = 0;
    uint8_t depth = 0;
    if (is_tree) {
      flags = WildcardFlag(key);
      depth = CutDepth(key);
      if (Failure f = CheckCname(begin, end); !f.ok()) return f;
      const bool has_ns = std::any_of(
          items_.begin() + static_cast<ptrdiff_t>(begin),
          items_.begin() + static_cast<ptrdiff_t>(end),
          [](const Item& item) { return item.header().type == dns::kTypeNs; });
      if (has_ns && depth == 0 && !key.empty()) {
        cut_ = key;
        cut_depth_ = depth = static_cast<uint8_t>(dns::OrderKeyLabels(key));
        flags |= kEntryCut;
      }
    }
    writer_.BeginName(key, flags, depth);
    uint32_t types = 0;
    size_t bytes = 0;
    for (size_t i = begin; i < end; ++types) {
      size_t rrset_end = i + 1;
      while (rrset_end < end &&
             items_[rrset_end].header().type == items_[i].header().type) {
        ++rrset_end;
      }
      if (Failure f = WriteRrset(i, rrset_end, &bytes); !f.ok()) return f;
      i = rrset_end;
    }
    if (types > limits_.types_per_name) {
      return Failure::Of(
          FailureReason::kTooManyTypes,
          absl::StrCat(NameText(key), " has ", types, " types, more than ",
                       limits_.types_per_name));
    }
    return Failure{};
  }

  // RFC 2181 s10.1; RRSIG, NSEC and KEY may stand beside a CNAME (RFC 4034).
  Failure CheckCname(size_t begin, size_t end) const {
    bool cname = false, other = false;
    for (size_t i = begin; i < end; ++i) {
      const uint16_t type = items_[i].header().type;
      if (type == dns::kTypeCname) {
        if (cname && items_[i].rdata() != items_[i - 1].rdata()) other = true;
        cname = true;
      } else if (type != dns::kTypeRrsig && type != dns::kTypeNsec &&
                 type != dns::kTypeKey && type != dns::kTypeSig) {
        other = true;
      }
    }
    if (!cname || !other) return Failure{};
    return Failure::Of(FailureReason::kCnameAndOtherData,
                       absl::StrCat(NameText(items_[begin].key()),
                                    " has a CNAME and other data"));
  }

  Failure WriteRrset(size_t begin, size_t end, size_t* name_bytes) {
    data_.clear();
    uint32_t count = 0;
    uint32_t ttl = std::numeric_limits<uint32_t>::max();
    for (size_t i = begin; i < end; ++i) {
      ttl = std::min(ttl, items_[i].header().ttl);
      const absl::string_view rdata = items_[i].rdata();
      if (i > begin && rdata == items_[i - 1].rdata()) continue;
      ++count;
      data_.push_back(static_cast<char>(rdata.size() >> 8));
      data_.push_back(static_cast<char>(rdata.size()));
      data_.append(rdata.data(), rdata.size());
      if (count > max_rrset_ ||
          *name_bytes + data_.size() > limits_.name_bytes) {
        return Failure::Of(
            FailureReason::kTooManyRecords,
            absl::StrCat(NameText(items_[begin].key()), " has more than ",
                         max_rrset_, " records of type ",
                         items_[begin].header().type, " or more than ",
                         limits_.name_bytes, " bytes"));
      }
    }
    *name_bytes += data_.size();
    writer_.AddRrset(items_[begin].header().type, static_cast<uint16_t>(count),
                     ttl, data_);
    return Failure{};
  }

  std::string NameText(absl::string_view key) const {
    return dns::NameOfOrderKey(key, apex_).ToText();
  }

  const dns::Name& apex_;
  const ZoneLimits& limits_;
  const uint32_t max_rrset_;
  std::vector<Item>& items_;
  BlockWriter writer_;
  std::unordered_set<std::string> wildcard_parents_;
  absl::string_view previous_;
  absl::string_view cut_;
  uint8_t cut_depth_ = 0;
  std::string data_;
};

ZoneBuilder::ZoneBuilder(const dns::Name& apex, const ZoneLimits& limits)
    : apex_(apex), limits_(limits), arena_(std::make_unique<Arena>()) {}

ZoneBuilder::~ZoneBuilder() = default;

Failure ZoneBuilder::Add(absl::string_view owner_wire, uint16_t type,
                         uint32_t ttl, absl::string_view rdata) {
  if (!dns::WireIsAtOrBelow(owner_wire, apex_.wire())) {
    ++out_of_zone_count_;
    return Failure{};
  }
  if (++record_count_ > limits_.records) {
    return Failure::Of(FailureReason::kTooManyRecords,
                       absl::StrCat("more than ", limits_.records, " records"));
  }
  dns::OrderKey key;
  dns::MakeOrderKey(owner_wire, apex_.size(), &key);
  // A TTL with the top bit set means zero (RFC 2181 s8).
  if (ttl > 0x7fffffff) ttl = 0;
  const Header header{.ttl = ttl,
                      .type = type,
                      .key_size = key.size,
                      .rdata_size = static_cast<uint16_t>(rdata.size()),
                      .unused = 0};
  const size_t size = sizeof header + key.size + rdata.size();
  byte_count_ += size;
  if (byte_count_ > limits_.bytes) {
    return Failure::Of(FailureReason::kTooManyBytes,
                       absl::StrCat("more than ", limits_.bytes,
                                    " bytes of names and data, uncompressed"));
  }
  char* place = arena_->Take(size);
  std::memcpy(place, &header, sizeof header);
  std::memcpy(place + sizeof header, key.octets.data(), key.size);
  if (!rdata.empty()) {
    std::memcpy(place + sizeof header + key.size, rdata.data(), rdata.size());
  }
  uint64_t leading = 0;
  std::memcpy(&leading, key.octets.data(), std::min<size_t>(key.size, 8));
  const bool covers_nsec3 = type == dns::kTypeRrsig && rdata.size() >= 2 &&
                            rdata[0] == 0 && rdata[1] == dns::kTypeNsec3;
  // NSEC3 owners are no names of the zone (RFC 5155 s7.2.8): a run of their
  // own.
  const bool is_nsec3 = (type == dns::kTypeNsec3 || covers_nsec3) &&
                        dns::OrderKeyLabels(key.view()) == 1;
  (is_nsec3 ? arena_->nsec3 : arena_->names)
      .push_back({__builtin_bswap64(leading), place});
  return Failure{};
}

std::variant<ZoneRef, Failure> ZoneBuilder::Build() {
  Layout names(apex_, limits_, &arena_->names);
  if (Failure f = names.Write(/*is_tree=*/true); !f.ok()) return f;
  Layout nsec3(apex_, limits_, &arena_->nsec3);
  if (Failure f = nsec3.Write(/*is_tree=*/false); !f.ok()) return f;
  ZoneRef zone = Zone::Make(apex_, names.Finish(), nsec3.Finish());
  arena_.reset();
  if (!zone) {
    return Failure::Of(FailureReason::kNoSoa,
                       "the apex has no SOA record, or two different ones");
  }
  if (!zone->apex_entry().Find(dns::kTypeNs)) {
    return Failure::Of(FailureReason::kNsMissing, "the apex has no NS record");
  }
  return zone;
}

}  // namespace understudy::edge
