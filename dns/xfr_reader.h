// Copyright 2026 The Understudy Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <cstdint>
#include <string>

#include "absl/functional/function_ref.h"
#include "absl/strings/string_view.h"
#include "dns/name.h"
#include "dns/rdata.h"
#include "dns/wire_reader.h"

namespace understudy::dns {

// Why a transfer cannot go on.
enum class XfrError {
  kNone,
  kMalformed,        // A message or a record that cannot be read.
  kWrongMessage,     // Not an answer to the question that was asked.
  kRcode,            // The primary refuses; see rcode().
  kTruncated,        // TC is set, which a stream has no use for.
  kNoSoa,            // The first record is not the zone's SOA.
  kSoaMismatch,      // It ends with another SOA than it began with.
  kTrailingRecords,  // Records behind the closing SOA.
  kForbiddenRecord,  // A meta-type, or a class other than IN.
  kTooManyEmpty,     // Message after message without a record.
  kStopped,          // The taker of the records said so.
};

// One record of a transfer; views that are valid during the call. RDATA has
// its names expanded.
struct XfrRecord {
  absl::string_view owner;
  uint16_t type;
  uint32_t ttl;
  absl::string_view rdata;
};

// Reads one AXFR (RFC 5936) message by message: the same SOA first and last,
// everything else between them in any order and in messages of any size. Pure:
// no socket, no clock. Work is bounded by the bytes that come in, memory by one
// record. Not thread-safe.
class XfrReader {
 public:
  enum class Step { kMore, kDone, kFailed };
  // Takes a record; false ends the transfer with kStopped.
  using Take = absl::FunctionRef<bool(const XfrRecord&)>;

  // More messages in a row without a record than this are no transfer. Padding
  // messages (RFC 9103 s6.3) come one at a time.
  static constexpr int kMaxEmptyMessages = 1000;

  // The question that was asked: AXFR of `zone` under this message id.
  XfrReader(const Name& zone, uint16_t id) : zone_(zone), id_(id) {}

  // Feeds the next message. Every record goes to `take`, the opening SOA among
  // them, the closing one not. After kDone or kFailed nothing may be fed.
  Step Feed(absl::string_view message, Take take);

  // Of a failed transfer.
  XfrError error() const { return error_; }
  uint16_t rcode() const { return rcode_; }
  // What was seen, in a sentence without a full stop.
  const std::string& evidence() const { return evidence_; }

  // The opening SOA, once it came.
  bool has_soa() const { return !soa_rdata_.empty(); }
  const SoaFields& soa() const { return soa_; }
  // Records so far, without the closing SOA.
  uint64_t record_count() const { return records_; }

 private:
  Step Fail(XfrError error, std::string evidence);
  bool CheckHeader(const MessageHeader& header);
  bool CheckQuestion(WireReader& reader, const MessageHeader& header);
  // One record of the answer section; sets done_ at the closing SOA.
  bool ReadRecord(WireReader& reader, Take take);
  bool OnZoneSoa(absl::string_view rdata);

  const Name zone_;
  const uint16_t id_;
  bool first_message_ = true;
  bool done_ = false;
  int empty_messages_ = 0;
  uint64_t records_ = 0;
  SoaFields soa_;
  std::string soa_rdata_;
  std::string rdata_;  // Of the present record.
  XfrError error_ = XfrError::kNone;
  uint16_t rcode_ = 0;
  std::string evidence_;
};

}  // namespace understudy::dns
