// Copyright 2026 The Understudy Authors
// SPDX-License-Identifier: Apache-2.0

#include "edgenode/serve/answerer.h"

#include <algorithm>

#include "dns/name.h"
#include "dns/types.h"
#include "edgenode/zone/lookup.h"

namespace understudy::edge {
namespace {

using Section = ResponseWriter::Section;
using Owner = ResponseWriter::Owner;

// In-zone CNAMEs that one answer follows at most; a loop ends there as well.
constexpr int kMaxChain = 16;

size_t SizeLimit(const Query& query, Transport transport) {
  if (transport == Transport::kTcp) return dns::kMaxMessageSize;
  if (!query.has_edns) return 512;
  return std::clamp<size_t>(query.edns_size, 512, Answerer::kMaxUdpSize);
}

// Types that no zone can hold, but ANY (RFC 6895 s3.1).
uint16_t RcodeForMetaType(uint16_t qtype) {
  switch (qtype) {
    case 0:
    case dns::kTypeOpt:
    case dns::kTypeTsig:
    case dns::kTypeTkey:
      return dns::kRcodeFormErr;
    case dns::kTypeAxfr:
    case dns::kTypeIxfr:
      return dns::kRcodeRefused;
    default:
      return dns::kRcodeNotImp;
  }
}

// The rest of a name behind its first `labels` labels.
size_t SkipLabels(absl::string_view wire, int labels) {
  size_t at = 0;
  for (; labels > 0; --labels) {
    at += 1 + size_t{static_cast<uint8_t>(wire[at])};
  }
  return at;
}

}  // namespace

size_t Answerer::Answer(absl::string_view message, const sockaddr* source,
                        Transport transport, uint8_t* out) {
  const auto t = static_cast<size_t>(transport);
  stats_.queries[t].Add();
  Query query;
  const ParseResult parsed = ParseQuery(message, &query);
  if (parsed == ParseResult::kDrop) {
    stats_.dropped[t].Add();
    return 0;
  }
  ResponseWriter writer(out, SizeLimit(query, transport));
  writer.Begin(query.qname, query.qtype, query.qclass);
  if (query.has_edns) writer.Reserve(ResponseWriter::kOptSize);
  Reply reply;
  if (parsed == ParseResult::kFormErr) {
    reply.rcode = dns::kRcodeFormErr;
  } else if (query.header.opcode() == dns::kOpcodeNotify) {
    reply = AnswerNotify(query, source);
  } else {
    reply = AnswerQuery(query, writer);
  }
  if (query.has_edns) {
    writer.AddOpt(kMaxUdpSize, reply.rcode, query.dnssec_ok);
  }
  if (reply.flags & dns::kFlagTc) stats_.truncated[t].Add();
  stats_.answers[t][std::min<int>(reply.rcode, WorkerStats::kRcodes - 1)].Add();
  // RA and AD are never set; RD and CD are copied (RFC 1035 s4.1.1, RFC 4035).
  const uint16_t copied =
      query.header.flags & (dns::kOpcodeMask | dns::kFlagRd | dns::kFlagCd);
  return writer.Finish(
      query.header.id,
      static_cast<uint16_t>(dns::kFlagQr | copied | reply.flags |
                            (reply.rcode & 0x0f)));
}

Answerer::Reply Answerer::AnswerQuery(const Query& query,
                                      ResponseWriter& writer) {
  if (query.header.opcode() != dns::kOpcodeQuery) {
    return {.rcode = dns::kRcodeNotImp};
  }
  if (query.edns_version != 0) return {.rcode = dns::kRcodeBadVers};
  // No key is shared with anybody who asks (RFC 8945 s5.2.1).
  if (query.has_tsig) return {.rcode = dns::kRcodeNotAuth};
  if (query.qclass != dns::kClassIn) return {.rcode = dns::kRcodeRefused};
  if (dns::IsMetaType(query.qtype) && query.qtype != dns::kTypeAny) {
    return {.rcode = RcodeForMetaType(query.qtype)};
  }
  size_t apex_size = 0;
  const ZoneSlot* slot = FindZone(query, &apex_size);
  if (slot == nullptr) return {.rcode = dns::kRcodeRefused};
  const Zone* zone = slot->zone();
  if (zone == nullptr) return {.rcode = dns::kRcodeServFail};
  return AnswerFromZone(query, *zone, apex_size, writer);
}

const ZoneSlot* Answerer::FindZone(const Query& query,
                                   size_t* apex_size) const {
  const ZoneSlot* slot = zones_.Find(query.qname, apex_size);
  // DS at a zone's apex is the parent's to answer (RFC 4035 s3.1.4.1).
  if (slot != nullptr && query.qtype == dns::kTypeDs &&
      *apex_size == query.qname.size() && query.qname.size() > 1) {
    size_t parent_size = 0;
    const ZoneSlot* parent = zones_.Find(
        query.qname.substr(SkipLabels(query.qname, 1)), &parent_size);
    if (parent != nullptr) {
      *apex_size = parent_size;
      return parent;
    }
  }
  return slot;
}

Answerer::Reply Answerer::AnswerFromZone(const Query& query, const Zone& zone,
                                         size_t apex_size,
                                         ResponseWriter& writer) {
  Reply reply{.rcode = dns::kRcodeNoError, .flags = dns::kFlagAa};
  Owner owner{dns::kHeaderSize, query.qname};
  for (int hops = 0;; ++hops) {
    dns::OrderKey key;
    dns::MakeOrderKey(owner.wire, apex_size, &key);
    const LookupResult found = Lookup(zone, key.view(), query.qtype);
    switch (found.kind) {
      case LookupResult::Kind::kAnswer:
        if (!writer.AddRrset(Section::kAnswer, owner, found.rrset,
                             found.rrset.ttl())) {
          reply.flags |= dns::kFlagTc;
        }
        return reply;
      case LookupResult::Kind::kReferral: {
        if (hops == 0) reply.flags = 0;
        const int above = dns::OrderKeyLabels(key.view()) - found.owner_labels;
        const size_t skip = SkipLabels(owner.wire, above);
        // A CNAME's target may be compressed where it stands: only the name
        // asked for has all of its labels in one place.
        if (hops > 0 && skip > 0) {
          owner = {dns::kMaxMessageSize, owner.wire.substr(skip)};
        } else {
          owner = {owner.offset + skip, owner.wire.substr(skip)};
        }
        AddReferral(zone, found.rrset, owner, writer, &reply);
        return reply;
      }
      case LookupResult::Kind::kNxDomain:
        reply.rcode = dns::kRcodeNxDomain;
        [[fallthrough]];
      case LookupResult::Kind::kNoData:
        AddNegative(query, zone, apex_size, writer, &reply);
        return reply;
      case LookupResult::Kind::kCname:
        break;
    }
    if (!writer.AddRrset(Section::kAnswer, owner, found.rrset,
                         found.rrset.ttl())) {
      reply.flags |= dns::kFlagTc;
      return reply;
    }
    // The one record's data: a size and the target.
    const absl::string_view target(
        reinterpret_cast<const char*>(found.rrset.data()) + 2,
        found.rrset.data_size() - 2);
    if (hops + 1 == kMaxChain ||
        !dns::WireIsAtOrBelow(target, zone.apex().wire())) {
      return reply;
    }
    owner = {writer.last_name_offset(), target};
  }
}

void Answerer::AddNegative(const Query& query, const Zone& zone,
                           size_t apex_size, ResponseWriter& writer,
                           Reply* reply) {
  const size_t skip = query.qname.size() - apex_size;
  const Owner apex{dns::kHeaderSize + skip, query.qname.substr(skip)};
  // RFC 2308 s3: how long a "no" may be kept.
  const uint32_t ttl = std::min(zone.soa_rrset().ttl(), zone.soa().minimum);
  if (!writer.AddRrset(Section::kAuthority, apex, zone.soa_rrset(), ttl)) {
    reply->flags |= dns::kFlagTc;
  }
}

void Answerer::AddReferral(const Zone& zone, RrsetView ns, Owner owner,
                           ResponseWriter& writer, Reply* reply) {
  const absl::string_view cut = owner.wire;
  if (!writer.AddRrset(Section::kAuthority, owner, ns, ns.ttl())) {
    reply->flags |= dns::kFlagTc;
    return;
  }
  const absl::string_view apex = zone.apex().wire();
  for (int i = 0; i < writer.target_count(); ++i) {
    const ResponseWriter::Target target = writer.target(i);
    if (!dns::WireIsAtOrBelow(target.wire, apex)) continue;
    dns::OrderKey key;
    dns::MakeOrderKey(target.wire, apex.size(), &key);
    const Run::Position at = zone.names().Search(key.view());
    if (!at.exact) continue;
    for (const uint16_t type : {dns::kTypeA, dns::kTypeAaaa}) {
      const RrsetView glue = at.entry.Find(type);
      if (!glue) continue;
      if (!writer.AddRrset(Section::kAdditional, {target.offset, target.wire},
                           glue, glue.ttl()) &&
          dns::WireIsAtOrBelow(target.wire, cut)) {
        // Without it the delegation cannot be followed (RFC 9471).
        reply->flags |= dns::kFlagTc;
      }
    }
  }
}

Answerer::Reply Answerer::AnswerNotify(const Query& query,
                                       const sockaddr* source) {
  // RFC 6895 s3.2: a meta-class names no zone (CVE-2026-5946).
  if (query.qclass != dns::kClassIn) {
    return {.rcode = query.qclass >= dns::kClassNone || query.qclass == 0
                         ? dns::kRcodeFormErr
                         : dns::kRcodeRefused};
  }
  // NOTIFY for CDS and CSYNC goes to parents, which we are not (RFC 9859).
  if (query.qtype != dns::kTypeSoa) return {.rcode = dns::kRcodeNotImp};
  size_t apex_size = 0;
  const ZoneSlot* slot = zones_.Find(query.qname, &apex_size);
  if (slot == nullptr || apex_size != query.qname.size()) {
    stats_.notifies_refused.Add();
    return {.rcode = dns::kRcodeNotAuth};
  }
  const SocketAddress from = SocketAddress::FromSockaddr(source);
  if (query.has_tsig || !slot->MayNotify(from)) {
    stats_.notifies_refused.Add();
    return {.rcode = query.has_tsig ? dns::kRcodeNotAuth : dns::kRcodeRefused};
  }
  stats_.notifies_accepted.Add();
  notifies_.OnNotify(slot->id, from, query.notify_serial);
  return {.rcode = dns::kRcodeNoError, .flags = dns::kFlagAa};
}

}  // namespace understudy::edge
