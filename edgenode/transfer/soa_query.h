// Copyright 2026 The Understudy Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <cstdint>
#include <string>
#include <variant>

#include "absl/strings/string_view.h"
#include "dns/name.h"
#include "dns/rdata.h"
#include "edgenode/zone/failure.h"

namespace understudy::edge {

// A query of class IN for (zone, type): no recursion, no EDNS.
std::string MakeQuery(const dns::Name& zone, uint16_t type, uint16_t id);

// The zone's SOA in the answer to a SOA query, or why it cannot be used: it is
// no answer to this question, its RCODE says no, it is not authoritative (RFC
// 1034 s4.3.5 wants the zone's own data) or holds no SOA of the zone.
std::variant<dns::SoaFields, Failure> ParseSoaAnswer(absl::string_view message,
                                                     const dns::Name& zone,
                                                     uint16_t id);

// The reason for an RCODE other than NOERROR.
FailureReason ReasonOfRcode(uint16_t rcode);

}  // namespace understudy::edge
