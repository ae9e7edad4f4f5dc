// Copyright 2026 The Understudy Authors
// SPDX-License-Identifier: Apache-2.0

#include "edgenode/serve/query.h"

#include "dns/rdata.h"
#include "dns/types.h"

namespace understudy::edge {
namespace {

// Steps over a plain name; empty when it is none.
absl::string_view PlainName(absl::string_view message, size_t at) {
  const size_t start = at;
  while (at < message.size()) {
    const size_t label = static_cast<uint8_t>(message[at]);
    if (label > 63) return {};
    at += 1 + label;
    if (label == 0) {
      return at - start <= dns::kMaxNameSize ? message.substr(start, at - start)
                                             : absl::string_view();
    }
  }
  return {};
}

bool ParseOpt(dns::WireReader& reader, bool owner_is_root, Query* query) {
  // One OPT, owned by the root (RFC 6891 s6.1.1, s6.1.2).
  if (query->has_edns || !owner_is_root) return false;
  query->has_edns = true;
  query->edns_size = reader.U16();
  reader.U8();  // The upper bits of an rcode: a response's matter.
  query->edns_version = reader.U8();
  query->dnssec_ok = reader.U16() & 0x8000;
  const uint16_t size = reader.U16();
  dns::WireReader options(reader.Bytes(size));
  while (options.ok() && options.remaining() > 0) {
    options.U16();
    options.Bytes(options.U16());
  }
  return reader.ok() && options.ok();
}

// Steps over `count` records; takes the OPT, and notes a TSIG.
bool WalkAdditional(dns::WireReader& reader, int count, Query* query) {
  for (; count > 0; --count) {
    const size_t start = reader.offset();
    reader.SkipName();
    const bool is_root = reader.offset() == start + 1;
    const uint16_t type = reader.U16();
    if (!reader.ok()) return false;
    if (type == dns::kTypeOpt) {
      if (!ParseOpt(reader, is_root, query)) return false;
      continue;
    }
    // TSIG must be the last record (RFC 8945 s5.1).
    if (query->has_tsig) return false;
    query->has_tsig = type == dns::kTypeTsig;
    reader.Bytes(6);
    reader.Bytes(reader.U16());
  }
  return reader.ok();
}

// The first answer of a NOTIFY: perhaps the new SOA. The others are stepped
// over: anybody can send thousands of names that are costly to read.
bool ReadNotifySoa(dns::WireReader& reader, Query* query) {
  dns::RecordHeader record;
  if (!dns::ReadRecordHeader(reader, &record)) return false;
  if (record.type != dns::kTypeSoa) {
    reader.Bytes(record.rdata_size);
    return reader.ok();
  }
  std::string rdata;
  dns::SoaFields soa;
  if (!dns::ReadRdata(reader, record.type, record.rdata_size, &rdata) ||
      !dns::ParseSoa(rdata, &soa)) {
    return false;
  }
  if (dns::WireNamesEqual(record.owner.wire(), query->qname)) {
    query->notify_serial = soa.serial;
  }
  return true;
}

}  // namespace

ParseResult ParseQuery(absl::string_view message, Query* query) {
  dns::WireReader reader(message);
  dns::MessageHeader& header = query->header;
  if (!dns::ReadMessageHeader(reader, &header)) return ParseResult::kDrop;
  // A response must never be answered (CVE-2012-0206).
  if (header.flags & dns::kFlagQr) return ParseResult::kDrop;
  const bool is_notify = header.opcode() == dns::kOpcodeNotify;
  // Other opcodes get NOTIMP, whatever is in them.
  if (header.opcode() != dns::kOpcodeQuery && !is_notify) {
    return ParseResult::kOk;
  }
  if (header.question_count != 1) return ParseResult::kFormErr;  // RFC 9619
  query->qname = PlainName(message, reader.offset());
  if (query->qname.empty()) return ParseResult::kFormErr;
  reader.Bytes(query->qname.size());
  query->qtype = reader.U16();
  query->qclass = reader.U16();
  if (!reader.ok()) {
    query->qname = {};
    return ParseResult::kFormErr;
  }
  // Nothing but IXFR has an authority section in its query (RFC 1995 s3).
  const bool counts_fit =
      is_notify ||
      (header.answer_count == 0 &&
       header.authority_count <= (query->qtype == dns::kTypeIxfr ? 1 : 0));
  if (!counts_fit) return ParseResult::kFormErr;
  int others = header.answer_count + header.authority_count;
  if (header.answer_count > 0) {
    if (!ReadNotifySoa(reader, query)) return ParseResult::kFormErr;
    --others;
  }
  Query ignored;
  if (!WalkAdditional(reader, others, &ignored)) return ParseResult::kFormErr;
  return WalkAdditional(reader, header.additional_count, query)
             ? ParseResult::kOk
             : ParseResult::kFormErr;
}

}  // namespace understudy::edge
