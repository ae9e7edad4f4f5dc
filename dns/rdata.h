// Copyright 2026 The Understudy Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <cstdint>
#include <string>

#include "absl/strings/string_view.h"
#include "dns/wire_reader.h"

namespace understudy::dns {

// What stands in the RDATA of a type, as far as names are concerned.
// One character for a field:
//   n  a name that is compressed when sent (RFC 1035 types only, RFC 3597 s4)
//   e  a name that is never compressed when sent, but expanded when received
//   p  a name that must not be compressed at all
//   1 2 4 6 8  as many octets
//   F  the 18 fixed octets of RRSIG, S the 20 of SOA, A the 16 of AAAA
//   s  a character string (a length octet and as many octets)
//   t  one or more character strings up to the end
//   *  any octets up to the end
// A type without a layout is opaque ("*").
const char* RdataLayout(uint16_t type);

// Reads `size` octets of RDATA at the reader, which stands in its message, and
// appends them to `out` with every name expanded. False when they are not well
// formed for the type; the reader then fails.
bool ReadRdata(WireReader& reader, uint16_t type, uint16_t size,
               std::string* out);

// The fields of a SOA's RDATA, expanded form (RFC 1035 s3.3.13).
struct SoaFields {
  uint32_t serial = 0;
  uint32_t refresh = 0;
  uint32_t retry = 0;
  uint32_t expire = 0;
  uint32_t minimum = 0;
};

// False when the data is none.
bool ParseSoa(absl::string_view rdata, SoaFields* soa);

}  // namespace understudy::dns
