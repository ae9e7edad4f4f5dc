# Copyright 2026 The Understudy Authors
# SPDX-License-Identifier: Apache-2.0
"""A zone of 100,000 records: every RRset as the primary has it, byte by byte."""

import struct

import dns.name
import dns.query
import dns.rdatatype
import dns.zone

from harness import dns_client
from harness.zone_text import big_zone

ZONE = "big.example"
RECORDS = 100_000


def test_every_rrset_is_the_primarys(stack, peer):
    primary = peer("knot", {ZONE: big_zone(ZONE, RECORDS)})
    stack.create_zone(ZONE, primary.address)
    zone = dns.zone.from_xfr(
        dns.query.xfr("127.0.0.1", ZONE, port=primary.port, relativize=False),
        relativize=False)
    expected = {}
    records = 0
    for name, rdataset in zone.iterate_rdatasets():
        records += len(rdataset)
        expected[(name, int(rdataset.rdtype))] = sorted(
            (rdataset.ttl, rdata.to_wire()) for rdata in rdataset)
    assert records == RECORDS
    questions = list(expected)
    for edge in stack.edges:
        wires = dns_client.ask_many(edge.dns, questions)
        for question, wire in zip(questions, wires):
            found = answer_records(wire, question)
            assert found == expected[question], (
                f"{question[0]} {dns.rdatatype.to_text(question[1])} at "
                f"{edge.name}: {found} instead of {expected[question]}")


def answer_records(wire, question):
    """(ttl, rdata) of the records that answer the question, names uncompressed,
    as sorted bytes."""
    flags, _, answers = struct.unpack_from("!HHH", wire, 2)
    assert flags & 0x8400 == 0x8400, f"not an authoritative answer: {question}"
    assert flags & 0x020F == 0, f"truncated, or an error: {question}"
    position = skip_name(wire, 12) + 4
    found = []
    for _ in range(answers):
        owner, _ = dns.name.from_wire(wire, position)
        position = skip_name(wire, position)
        rrtype, _, ttl, size = struct.unpack_from("!HHIH", wire, position)
        position += 10
        if rrtype == question[1] and owner == question[0]:
            found.append((ttl, plain_rdata(wire, position, size, rrtype)))
        position += size
    return sorted(found)


def skip_name(wire, position):
    while True:
        length = wire[position]
        if length >= 0xC0:
            return position + 2
        position += 1
        if length == 0:
            return position
        position += length


# Types whose RDATA may hold compressed names, and what stands before the name.
_PREFIX = {dns.rdatatype.NS: 0, dns.rdatatype.CNAME: 0, dns.rdatatype.MX: 2}


def plain_rdata(wire, position, size, rrtype):
    end = position + size
    if rrtype == dns.rdatatype.SOA:
        mname, used = dns.name.from_wire(wire, position)
        rname, more = dns.name.from_wire(wire, position + used)
        return (mname.to_wire() + rname.to_wire() +
                wire[position + used + more:end])
    if rrtype in _PREFIX:
        start = position + _PREFIX[rrtype]
        name, _ = dns.name.from_wire(wire, start)
        return wire[position:start] + name.to_wire()
    return wire[position:end]
