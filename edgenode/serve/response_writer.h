// Copyright 2026 The Understudy Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <cstddef>
#include <cstdint>

#include "absl/strings/string_view.h"
#include "dns/types.h"
#include "edgenode/zone/block.h"

namespace understudy::edge {

// Writes one response into a buffer of fixed size: header, question, RRsets
// with compressed names. An RRset is written whole or not at all. Allocates
// nothing. Wire forms given to it must stay valid while it is used.
class ResponseWriter {
 public:
  enum class Section { kAnswer = 0, kAuthority = 1, kAdditional = 2 };

  // An owner name: where it stands in the message already, and its wire form
  // for when that place is out of a pointer's reach.
  struct Owner {
    size_t offset;
    absl::string_view wire;
  };

  // `buffer` holds `size` octets.
  ResponseWriter(uint8_t* buffer, size_t size) : out_(buffer), limit_(size) {}

  // Starts the message; the question is copied when `qname` is not empty.
  void Begin(absl::string_view qname, uint16_t qtype, uint16_t qclass);

  // Keeps `octets` at the end for an OPT record.
  void Reserve(size_t octets) { limit_ -= octets; }

  // False, with nothing written, when it does not fit. Names inside of the
  // data are compressed for the types where that is allowed.
  bool AddRrset(Section section, const Owner& owner, RrsetView rrset,
                uint32_t ttl);

  // Where the name in the record that AddRrset wrote last begins: the target of
  // a CNAME.
  size_t last_name_offset() const { return last_name_offset_; }

  // The targets of the NS RRset that was written last: at most 13.
  struct Target {
    absl::string_view wire;
    size_t offset;
  };
  static constexpr int kMaxTargets = 13;
  int target_count() const { return target_count_; }
  const Target& target(int i) const { return targets_[i]; }

  // The OPT record, in the reserved place.
  void AddOpt(uint16_t udp_size, uint16_t extended_rcode, bool dnssec_ok);

  // Writes the header; gives the size of the message.
  size_t Finish(uint16_t id, uint16_t flags);

  static constexpr size_t kOptSize = 11;

 private:
  struct KnownName {
    const uint8_t* wire;
    uint8_t size;
    uint16_t offset;
  };
  // More would cost time for nothing: BIND takes as many (CVE-2024-11187).
  static constexpr int kMaxKnown = 64;

  bool Room(size_t octets) const { return octets <= limit_ - at_; }
  void Put16(uint16_t v) {
    out_[at_++] = static_cast<uint8_t>(v >> 8);
    out_[at_++] = static_cast<uint8_t>(v);
  }
  void Put32(uint32_t v) {
    Put16(static_cast<uint16_t>(v >> 16));
    Put16(static_cast<uint16_t>(v));
  }
  bool PutBytes(const uint8_t* bytes, size_t size);
  bool PutOwner(const Owner& owner);
  bool PutName(const uint8_t* wire, size_t size);
  bool PutRdata(const char* layout, const uint8_t* rdata, size_t size);
  bool PutRecords(const Owner& owner, RrsetView rrset, uint32_t ttl);
  void LearnName(const uint8_t* wire, size_t size, size_t offset);

  uint8_t* out_;
  size_t limit_;
  size_t at_ = dns::kHeaderSize;
  uint16_t counts_[3] = {0, 0, 0};
  uint16_t question_count_ = 0;
  absl::string_view qname_;
  bool knows_qname_ = false;
  int known_count_ = 0;
  KnownName known_[kMaxKnown];
  int target_count_ = 0;
  Target targets_[kMaxTargets];
  size_t last_name_offset_ = 0;
};

}  // namespace understudy::edge
