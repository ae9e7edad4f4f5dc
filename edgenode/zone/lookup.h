// Copyright 2026 The Understudy Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <cstdint>

#include "absl/strings/string_view.h"
#include "edgenode/zone/block.h"
#include "edgenode/zone/zone.h"

namespace understudy::edge {

// What a zone has to say to one name and type (RFC 1034 s4.3.2, RFC 4592).
// Views into the zone: valid as long as it is.
struct LookupResult {
  enum class Kind {
    kAnswer,    // `rrset` is of the type; for ANY, `entry` has some.
    kCname,     // `rrset` is a CNAME, and another type was asked for.
    kReferral,  // `rrset` is the NS RRset of the cut at `owner_labels`.
    kNoData,    // The name exists, the type does not.
    kNxDomain,
  };
  Kind kind = Kind::kNxDomain;
  RrsetView rrset;
  EntryView entry;
  // Labels below the apex of the owner of a referral.
  int owner_labels = 0;
  // The data comes from a wildcard; the owner is the name asked for.
  bool is_wildcard = false;
};

// `key` is the order key of a name at or below the zone's apex. Pure; does not
// allocate; a handful of binary searches.
LookupResult Lookup(const Zone& zone, absl::string_view key, uint16_t qtype);

}  // namespace understudy::edge
