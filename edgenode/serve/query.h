// Copyright 2026 The Understudy Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <cstdint>
#include <optional>

#include "absl/strings/string_view.h"
#include "dns/wire_reader.h"

namespace understudy::edge {

// As much of a message to us as an answer needs: header, question, OPT.
// Everything else in it is stepped over and never looked at.
struct Query {
  dns::MessageHeader header;
  // In the message itself: never compressed, since nothing stands before it.
  absl::string_view qname;
  uint16_t qtype = 0;
  uint16_t qclass = 0;

  // From the OPT record (RFC 6891).
  bool has_edns = false;
  uint16_t edns_size = 0;
  uint8_t edns_version = 0;
  bool dnssec_ok = false;

  bool has_tsig = false;
  // The serial of a SOA in the answer section of a NOTIFY (RFC 1996 s3.7).
  std::optional<uint32_t> notify_serial;
};

enum class ParseResult {
  kOk,
  // Not a request, or too short to answer: say nothing.
  kDrop,
  // Answer FORMERR; `header` is valid, and `qname` when it is not empty.
  kFormErr,
};

// The work is bounded by the size of the message.
ParseResult ParseQuery(absl::string_view message, Query* query);

}  // namespace understudy::edge
