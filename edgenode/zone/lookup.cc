// Copyright 2026 The Understudy Authors
// SPDX-License-Identifier: Apache-2.0

#include "edgenode/zone/lookup.h"

#include <algorithm>
#include <cstring>

#include "dns/name.h"
#include "dns/types.h"

namespace understudy::edge {
namespace {

using Kind = LookupResult::Kind;

// The first `labels` labels of a key.
absl::string_view KeyOfDepth(absl::string_view key, int labels) {
  size_t at = 0;
  for (; labels > 0; --labels) at = key.find('\0', at) + 1;
  return key.substr(0, at);
}

LookupResult Referral(const Zone& zone, absl::string_view key, int depth,
                      const Run::Position& near) {
  LookupResult result;
  result.kind = Kind::kReferral;
  result.owner_labels = depth;
  result.entry = near.exact && near.entry.is_cut()
                     ? near.entry
                     : zone.names().Search(KeyOfDepth(key, depth)).entry;
  result.rrset = result.entry.Find(dns::kTypeNs);
  return result;
}

// What an entry that matches, itself or as a wildcard, has to say.
LookupResult FromEntry(EntryView entry, uint16_t qtype) {
  LookupResult result;
  result.entry = entry;
  if (qtype == dns::kTypeAny) {
    result.kind = entry.is_empty_non_terminal() ? Kind::kNoData : Kind::kAnswer;
    result.rrset =
        entry.is_empty_non_terminal() ? RrsetView() : entry.first_rrset();
    return result;
  }
  result.rrset = entry.Find(qtype);
  if (result.rrset) {
    result.kind = Kind::kAnswer;
    return result;
  }
  result.rrset = entry.Find(dns::kTypeCname);
  result.kind = result.rrset ? Kind::kCname : Kind::kNoData;
  return result;
}

// The size of the key of the closest encloser: of what the key shares with
// its predecessor (whose key lies in two pieces).
size_t EncloserSize(absl::string_view key, const Run::Position& near) {
  const absl::string_view prefix = near.block->prefix();
  const size_t in_prefix = dns::CommonAncestorSize(key, prefix);
  if (key.substr(0, prefix.size()) != prefix) return in_prefix;
  const size_t in_suffix = dns::CommonAncestorSize(key.substr(prefix.size()),
                                                   near.entry.key_suffix());
  return in_suffix == 0 ? in_prefix : prefix.size() + in_suffix;
}

}  // namespace

LookupResult Lookup(const Zone& zone, absl::string_view key, uint16_t qtype) {
  const Run::Position near = zone.names().Search(key);
  const int depth = near.entry.cut_depth();
  if (near.exact) {
    if (depth > 0) {
      // DS belongs to the parent's side of the cut (RFC 4035 s3.1.4.1).
      const bool at_cut = near.entry.is_cut();
      if (!at_cut || qtype != dns::kTypeDs) {
        return Referral(zone, key, depth, near);
      }
    }
    return FromEntry(near.entry, qtype);
  }

  const absl::string_view encloser = key.substr(0, EncloserSize(key, near));
  if (depth > 0 && dns::OrderKeyLabels(encloser) >= depth) {
    return Referral(zone, key, depth, near);
  }
  const bool near_is_encloser =
      near.block->prefix().size() + near.entry.key_suffix().size() ==
      encloser.size();
  const EntryView encloser_entry =
      near_is_encloser ? near.entry : zone.names().Search(encloser).entry;
  LookupResult result;
  if (!(encloser_entry.flags() & kEntryWildcardBelow)) return result;
  dns::OrderKey wildcard;
  std::memcpy(wildcard.octets.data(), encloser.data(), encloser.size());
  wildcard.octets[encloser.size()] = '*';
  wildcard.octets[encloser.size() + 1] = 0;
  wildcard.size = static_cast<uint16_t>(encloser.size() + 2);
  const Run::Position source = zone.names().Search(wildcard.view());
  if (!source.exact) return result;
  result = FromEntry(source.entry, qtype);
  result.is_wildcard = true;
  return result;
}

}  // namespace understudy::edge
