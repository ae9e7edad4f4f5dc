// Copyright 2026 The Understudy Authors
// SPDX-License-Identifier: Apache-2.0

#include "edgenode/transfer/soa_query.h"

#include "absl/strings/str_cat.h"
#include "dns/types.h"
#include "dns/wire_reader.h"
#include "dns/wire_writer.h"

namespace understudy::edge {
namespace {

// A SOA answer holds a CNAME chain at worst; a message of nothing but records
// would cost more than it can be worth.
constexpr int kMaxAnswers = 64;

Failure Malformed(std::string what) {
  return Failure::Of(FailureReason::kRrMalformed,
                     absl::StrCat("SOA query: ", what));
}

bool IsQuestion(dns::WireReader& reader, const dns::Name& zone) {
  dns::NameBuffer name;
  reader.ReadName(&name);
  const uint16_t type = reader.U16();
  const uint16_t rr_class = reader.U16();
  return reader.ok() && dns::WireNamesEqual(name.wire(), zone.wire()) &&
         type == dns::kTypeSoa && rr_class == dns::kClassIn;
}

Failure CheckHeader(const dns::MessageHeader& header, uint16_t id) {
  if ((header.flags & dns::kFlagQr) == 0 || header.id != id ||
      header.opcode() != dns::kOpcodeQuery) {
    return Malformed("what came is not its answer");
  }
  if (header.rcode() != dns::kRcodeNoError) {
    return Failure::Of(ReasonOfRcode(header.rcode()),
                       absl::StrCat("SOA query: RCODE ", header.rcode()));
  }
  return Failure();
}

}  // namespace

FailureReason ReasonOfRcode(uint16_t rcode) {
  switch (rcode) {
    case dns::kRcodeRefused:
      return FailureReason::kRcodeRefused;
    case dns::kRcodeNotAuth:
      return FailureReason::kRcodeNotAuth;
    case dns::kRcodeServFail:
      return FailureReason::kRcodeServFail;
    case dns::kRcodeNotImp:
      return FailureReason::kRcodeNotImp;
    case dns::kRcodeFormErr:
      return FailureReason::kRcodeFormErr;
    default:
      return FailureReason::kRcodeOther;
  }
}

std::string MakeQuery(const dns::Name& zone, uint16_t type, uint16_t id) {
  std::string message;
  dns::WireWriter writer(&message);
  writer.Header(id, 0, 1);
  writer.Question(zone.wire(), type);
  return message;
}

std::variant<dns::SoaFields, Failure> ParseSoaAnswer(absl::string_view message,
                                                     const dns::Name& zone,
                                                     uint16_t id) {
  dns::WireReader reader(message);
  dns::MessageHeader header;
  if (!ReadMessageHeader(reader, &header)) {
    return Malformed("the answer is too short");
  }
  if (Failure failure = CheckHeader(header, id); !failure.ok()) return failure;
  if (header.question_count != 1 || !IsQuestion(reader, zone)) {
    return Malformed("the answer is to another question");
  }
  std::string rdata;
  for (int i = 0; i < header.answer_count && i < kMaxAnswers; ++i) {
    dns::RecordHeader record;
    rdata.clear();
    if (!ReadRecordHeader(reader, &record) ||
        !ReadRdata(reader, record.type, record.rdata_size, &rdata)) {
      return Malformed("the answer cannot be read");
    }
    if (record.type != dns::kTypeSoa || record.rr_class != dns::kClassIn ||
        !dns::WireNamesEqual(record.owner.wire(), zone.wire())) {
      continue;
    }
    // A resolver, or a server whose own copy has expired, may have it from
    // anywhere.
    if ((header.flags & dns::kFlagAa) == 0) {
      return Failure::Of(FailureReason::kNotAuthoritative,
                         "SOA query: the answer has no AA flag");
    }
    dns::SoaFields soa;
    if (!ParseSoa(rdata, &soa)) return Malformed("the SOA cannot be read");
    return soa;
  }
  return Failure::Of(
      header.flags & dns::kFlagAa ? FailureReason::kNoSoa
                                  : FailureReason::kNotAuthoritative,
      absl::StrCat("SOA query: NOERROR with ", header.answer_count,
                   " answers, none of them the zone's SOA"));
}

}  // namespace understudy::edge
