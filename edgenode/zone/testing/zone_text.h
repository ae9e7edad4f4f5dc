// Copyright 2026 The Understudy Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <string>
#include <variant>
#include <vector>

#include "absl/strings/string_view.h"
#include "edgenode/zone/failure.h"
#include "edgenode/zone/zone.h"
#include "edgenode/zone/zone_builder.h"

namespace understudy::edge {

// One record from a line `owner ttl TYPE rdata`: owner relative to the apex
// unless it ends with a dot, `@` for the apex. Types: A, AAAA, NS, CNAME, MX,
// SOA, TXT (one string), TYPEn (hexadecimal octets, `-` for none). For tests:
// aborts on anything else.
struct TextRecord {
  dns::Name owner;
  uint16_t type;
  uint32_t ttl;
  std::string rdata;
};
TextRecord ParseTextRecord(const dns::Name& apex, absl::string_view line);

// The lines of a zone; `@ 3600 SOA ns.example. host.example. SERIAL 3600 900
// 604800 300` and the like. Empty lines are skipped.
std::variant<ZoneRef, Failure> BuildZone(absl::string_view apex,
                                         absl::string_view lines,
                                         const ZoneLimits& limits = {});

// The same, for zones that must be good.
ZoneRef MustBuildZone(absl::string_view apex, absl::string_view lines);

// A SOA and an NS line to put before other lines.
std::string ZoneHead(uint32_t serial);

}  // namespace understudy::edge
