# Copyright 2026 The Understudy Authors
# SPDX-License-Identifier: Apache-2.0
"""Random zones of odd shapes, served by us and by their primaries: the same
questions get the same answers."""

import collections
import os
import random

import dns.flags
import dns.rdatatype
import pytest

from harness import dns_client
from harness.zone_text import soa

LABELS = ["a", "b", "c", "*", "w"]
TYPES = ["A", "AAAA", "TXT", "MX", "NS", "CNAME", "SOA", "DS", "SRV"]
ZONES = 6
QUESTIONS = 250


def random_zone(rng, zone):
    """Names of up to three labels from few letters: wildcards, empty names,
    delegations with glue and CNAMEs meet in every way."""
    data = {}
    for _ in range(rng.randrange(6, 24)):
        labels = [rng.choice(LABELS) for _ in range(rng.randrange(1, 4))]
        name = ".".join(labels)
        kind = rng.choice(["A", "A", "TXT", "MX", "CNAME", "NS", "SRV"])
        # What a wildcard with NS means is not defined (RFC 4592 s4.2).
        if kind == "NS" and "*" in labels:
            continue
        # One type for a name keeps CNAMEs alone, as they must be.
        data.setdefault(name, kind)
    target = lambda: rng.choice(list(data)) + f".{zone}."
    lines = [soa(zone, 1), f"@ 60 NS ns.{zone}.", "ns 60 A 192.0.2.53"]
    for name, kind in data.items():
        value = {
            "A": lambda: f"192.0.2.{rng.randrange(1, 250)}",
            "TXT": lambda: f'"{name}"',
            "MX": lambda: f"10 {target()}",
            "SRV": lambda: f"1 2 3 {target()}",
            "CNAME": lambda: target() if rng.random() < 0.9 else "x.invalid.",
            "NS": lambda: f"ns.{name}.{zone}.",
        }[kind]()
        lines.append(f"{name} 60 {kind} {value}")
        if kind == "NS":
            lines.append(f"ns.{name} 60 A 192.0.2.{rng.randrange(1, 250)}")
    return "\n".join(["$ORIGIN " + zone + "."] + lines) + "\n", list(data)


def random_question(rng, zone, names):
    """A name of the zone, or one near it."""
    labels = rng.choice(names).split(".")
    for _ in range(rng.randrange(0, 3)):
        if rng.random() < 0.5:
            labels.insert(0, rng.choice(LABELS + ["zz"]))
        elif labels:
            labels.pop(0)
    return ".".join(labels + [zone]), rng.choice(TYPES)


def records(section):
    return {(rrset.name.to_text().lower(), rrset.rdtype, rrset.ttl,
             rdata.to_text().lower()) for rrset in section for rdata in rrset}


def view(answer):
    """What must be alike. What a server adds beyond need is its own affair."""
    referral = (not answer.answer and not answer.flags & dns.flags.AA)
    needed = [r for r in answer.authority
              if referral or r.rdtype == dns.rdatatype.SOA]
    return (answer.rcode(), answer.flags & (dns.flags.AA | dns.flags.TC),
            records(answer.answer), records(needed),
            records(answer.additional) if referral else None)


def shape(answer):
    """Which case of RFC 1034 s4.3.2 it is."""
    if answer.rcode():
        return "NXDOMAIN"
    if answer.answer:
        types = {rrset.rdtype for rrset in answer.answer}
        return "CNAME" if dns.rdatatype.CNAME in types else "answer"
    return "NODATA" if answer.flags & dns.flags.AA else "referral"


@pytest.mark.parametrize("kind", ["knot", "nsd"])
def test_random_zones(stack, peer, kind):
    seed = int(os.environ.get("UNDERSTUDY_SEED", "20261121"))
    print(f"UNDERSTUDY_SEED={seed}")
    rng = random.Random(f"{seed} {kind}")
    zones = {}
    for i in range(ZONES):
        zone = f"r{i}.{kind}.test"
        zones[zone] = random_zone(rng, zone)
    primary = peer(kind, {zone: text for zone, (text, _) in zones.items()})
    edge = stack.edges[0]
    seen = collections.Counter()
    for zone, (text, names) in zones.items():
        stack.create_zone(zone, primary.address)
        for _ in range(QUESTIONS):
            name, rrtype = random_question(rng, zone, names)
            theirs = dns_client.query(primary.dns, name, rrtype)
            ours = edge.query(name, rrtype)
            assert ours is not None and theirs is not None
            assert view(ours) == view(theirs), (
                f"{name} {rrtype}\n--- ours\n{ours}\n--- {kind}\n{theirs}\n"
                f"--- zone\n{text}")
            seen[shape(ours)] += 1
    # The lots drawn must have met every case, and not just once.
    assert len(seen) == 5 and min(seen.values()) > 10, seen
