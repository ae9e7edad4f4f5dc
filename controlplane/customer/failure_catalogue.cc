// Copyright 2026 The Understudy Authors
// SPDX-License-Identifier: Apache-2.0

#include "controlplane/customer/failure_catalogue.h"

#include <algorithm>
#include <iterator>

namespace understudy::control {
namespace {

struct Entry {
  const char* reason;
  int usefulness;
  const char* next_step;
};

// How much a failure tells.
constexpr int kSilence = 1;   // Nobody answered.
constexpr int kBroken = 2;    // An answer began and broke off.
constexpr int kAnswered = 3;  // The primary said no, or sent what cannot be.
constexpr int kOurs = 4;      // Our own decision: the customer can act on it.

constexpr Entry kCatalogue[] = {
    {"CONNECT_TIMEOUT", kSilence,
     "The primary did not answer. Check that it runs and that its firewall "
     "lets the edges reach it on this port, by UDP and TCP."},
    {"CONNECT_REFUSED", kSilence,
     "No server listens there. Check the address and port, and that the name "
     "server listens on that address by TCP too (BIND: listen-on)."},
    {"NO_ROUTE", kSilence,
     "The network knows no way to the primary. Check the address, and for "
     "IPv6 that the edges have it too; or name another primary."},
    {"IDLE_TIMEOUT", kBroken,
     "The primary fell silent within a transfer. Check its load and logs, and "
     "the network for a middlebox that drops long connections or large "
     "packets."},
    {"TOO_SLOW", kBroken,
     "The transfer took too long or came too slowly. Check the primary's load "
     "and "
     "bandwidth, or ask the operator for a higher limit."},
    {"AXFR_TRUNCATED", kBroken,
     "The transfer ended before its last SOA record. Check the primary's log "
     "for why it closed the connection; the old copy is still served."},
    {"TLS_HANDSHAKE_FAILED", kBroken,
     "The primary and the edge could not agree on TLS. Check that this port "
     "speaks DNS over TLS (853) and which versions it offers."},
    {"TLS_PIN_MISMATCH", kAnswered,
     "The primary's key is not the pinned one. If it was renewed on purpose, "
     "add the new pin."},
    {"TLS_ALPN_MISSING", kAnswered,
     "The primary does not offer the ALPN token `dot` (RFC 9103). Update it, "
     "or turn the check off for this primary."},
    {"TSIG_BADKEY", kAnswered,
     "The primary does not know this TSIG key. Configure the same name and "
     "algorithm at both ends."},
    {"TSIG_BADSIG", kAnswered,
     "The TSIG secrets differ. Configure the same secret at both ends."},
    {"TSIG_BADTIME", kAnswered,
     "The clocks differ by more than five minutes. Synchronise the primary's "
     "clock (NTP)."},
    {"TSIG_MISSING", kAnswered,
     "The primary answered without a signature though one was asked for. "
     "Require the key for transfers at the primary."},
    {"RCODE_REFUSED", kAnswered,
     "The primary refuses the edges. Allow transfers to their addresses: BIND "
     "`allow-transfer { ADDRESS; };`, Knot `acl` with `action: transfer`, NSD "
     "`provide-xfr: ADDRESS NOKEY`, PowerDNS `allow-axfr-ips=ADDRESS`."},
    {"RCODE_NOTAUTH", kAnswered,
     "The primary does not serve this zone. Check the zone's name and that it "
     "is loaded there; with views, which one the edges' addresses get."},
    {"RCODE_SERVFAIL", kAnswered,
     "The primary knows the zone but cannot answer for it: it is not loaded "
     "or has expired there. Check its log."},
    {"RCODE_NOTIMP", kAnswered,
     "The primary does not implement transfers. Name a server that does."},
    {"RCODE_FORMERR", kAnswered,
     "The primary did not understand the request. Check for a proxy or an old "
     "server at that address."},
    {"NOT_AUTHORITATIVE", kAnswered,
     "The server answers without authority: it is a resolver, or the zone has "
     "expired there. Name a primary of the zone."},
    {"NO_SOA", kAnswered,
     "The answer has no SOA record of the zone. Check that the zone is loaded "
     "at the primary under exactly this name."},
    {"SERIAL_LOWER", kAnswered,
     "The primary's serial is lower than that of the copy. Raise it above the "
     "copy's at the primary, or call `zones retransfer` to take it as it is."},
    {"IXFR_CHAIN_BROKEN", kAnswered,
     "The differences that the primary sent do not fit the copy. A full "
     "transfer follows by itself; if this repeats, turn IXFR off there."},
    {"AXFR_SOA_MISMATCH", kAnswered,
     "The transfer began and ended with different SOA records: the zone "
     "changed meanwhile. It is tried again; if this repeats, check the "
     "primary."},
    {"TOO_MANY_RECORDS", kOurs,
     "The zone has more records than allowed. Make it smaller, or ask the "
     "operator for a higher limit."},
    {"TOO_MANY_BYTES", kOurs,
     "The transfer is larger than allowed. Make the zone smaller, or ask the "
     "operator for a higher limit."},
    {"TOO_MANY_TYPES", kOurs,
     "A name has more record types, or a set more records, than allowed. The "
     "evidence names it; remove some."},
    {"RR_MALFORMED", kAnswered,
     "A record cannot be read. The evidence names it; correct it at the "
     "primary, or update the server if it made it."},
    {"OUT_OF_ZONE_DATA", kAnswered,
     "A record does not belong to the zone. The evidence names it; remove it "
     "at the primary."},
    {"CNAME_AND_OTHER_DATA", kAnswered,
     "A name has a CNAME and other records (RFC 1034 s3.6.2). The evidence "
     "names it; remove one or the other."},
    {"NS_MISSING", kAnswered,
     "The zone has no NS records at its top. Add them at the primary."},
    {"ZONEMD_MISMATCH", kAnswered,
     "The zone does not match its digest (RFC 8976). Check how the primary "
     "makes the ZONEMD record, and that nothing changes the zone after it."},
    {"RRSIG_EXPIRED", kAnswered,
     "Signatures in the zone have ended. Sign the zone again at the primary."},
    {"CHANGE_HELD", kOurs,
     "The change is larger than the guard allows. Approve or reject it."},
    {"QUOTA_EXCEEDED", kOurs,
     "The project's quota is used up. Delete what is not needed, or ask the "
     "operator for more."},
    {"PUBLISH_FAILED", kOurs,
     "The edge could not take the new copy into service, often for want of "
     "disk space. The operator has to look at the edge's log."},
    {"EDGE_REJECTED", kOurs,
     "The edge refused the assignment. The operator has to look at the edge: "
     "its version may be too old for this zone."},
};

const Entry* Find(absl::string_view reason) {
  const auto* entry = std::find_if(
      std::begin(kCatalogue), std::end(kCatalogue),
      [&](const Entry& candidate) { return reason == candidate.reason; });
  return entry == std::end(kCatalogue) ? nullptr : entry;
}

}  // namespace

std::string NextStep(absl::string_view reason) {
  const Entry* entry = Find(reason);
  return entry == nullptr
             ? "Look at the evidence and at the primary's log; the copy is "
               "tried again by itself."
             : entry->next_step;
}

int Usefulness(absl::string_view reason) {
  const Entry* entry = Find(reason);
  return entry == nullptr ? 0 : entry->usefulness;
}

}  // namespace understudy::control
