# Copyright 2026 The Understudy Authors
# SPDX-License-Identifier: Apache-2.0
"""A customer's day: register, be answered, change, look, leave; with each of
the primaries that customers have."""

import json
import time

import pytest

from harness import dns_client
from harness.peers import PEERS
from harness.waiting import eventually
from harness.zone_text import small_zone

# A NOTIFY is answered by new data within this.
FOLLOW_SECONDS = 1.0
REFUSE_SECONDS = 1.0


@pytest.mark.parametrize("kind", sorted(PEERS))
def test_journey(stack, peer, kind):
    zone = f"{kind}.example"
    primary = peer(kind, {zone: small_zone(zone)})

    stack.create_zone(zone, primary.address)
    for edge in stack.edges:
        assert edge.serial(zone) == 1, "--wait returned before all edges served"
        answer = edge.query(f"www.{zone}", "A")
        assert dns_client.values(answer) == ["192.0.2.10"]

    begin = time.monotonic()
    primary.set_zone(zone, small_zone(zone, serial=2, www="192.0.2.99"))
    stack.served_everywhere(zone, 2, timeout=5)
    took = time.monotonic() - begin
    assert took < FOLLOW_SECONDS, f"NOTIFY to answer took {took:.2f} s"
    for edge in stack.edges:
        answer = edge.query(f"www.{zone}", "A")
        assert dns_client.values(answer) == ["192.0.2.99"]

    stack.cli("zones", "wait", zone, "--serial", 2, "--timeout", "10s")
    view = json.loads(stack.cli("zones", "get", zone, "-o", "json").stdout)
    assert view["state"] == "STATE_ACTIVE"
    assert view["status"]["servedSerial"] == 2
    assert view["status"]["edgesServing"] == 2
    assert {p["edge"] for p in view["status"]["placements"]} == {
        "edges/edge1", "edges/edge2"}
    text = stack.cli("zones", "status", zone).stdout
    for word in ("edge1", "edge2", "SERVING", "expires"):
        assert word in text
    assert zone in stack.cli("zones", "list").stdout

    begin = time.monotonic()
    stack.cli("zones", "delete", zone)
    for edge in stack.edges:
        eventually(lambda e=edge: e.rcode(zone) == "REFUSED", 5,
                   f"REFUSED from {edge.name}")
    took = time.monotonic() - begin
    assert took < REFUSE_SECONDS, f"delete to REFUSED took {took:.2f} s"
    assert stack.cli("zones", "get", zone, check=False).returncode == 1


def test_answers_are_the_primarys(stack, peer):
    """Each shape of an answer, section by section, as Knot gives it."""
    zone = "shapes.example"
    primary = peer("knot", {zone: small_zone(zone)})
    stack.create_zone(zone, primary.address)
    questions = [
        (zone, "SOA"), (zone, "NS"), (zone, "MX"), (f"www.{zone}", "A"),
        (f"www.{zone}", "AAAA"), (f"WwW.{zone}", "A"), (f"www.{zone}", "TXT"),
        (f"nothing.{zone}", "A"), (f"alias.{zone}", "A"),
        (f"alias.{zone}", "CNAME"), (f"any.wild.{zone}", "A"),
        (f"a.b.wild.{zone}", "A"), (f"wild.{zone}", "A"),
        (f"any.wild.{zone}", "TXT"), (f"empty.nonterminal.{zone}", "A"),
        (f"deep.empty.nonterminal.{zone}", "TXT"), (f"x.child.{zone}", "A"),
        (f"child.{zone}", "NS"), (f"child.{zone}", "DS"),
        (f"ns1.child.{zone}", "A"),
    ]
    for tcp in (False, True):
        for name, rrtype in questions:
            theirs = dns_client.query(primary.dns, name, rrtype, tcp=tcp)
            for edge in stack.edges:
                ours = edge.query(name, rrtype, tcp=tcp)
                assert ours is not None, f"{edge.name}: no answer: {name} {rrtype}"
                where = f"{name} {rrtype} at {edge.name}\n{ours}\nnot\n{theirs}"
                assert ours.rcode() == theirs.rcode(), where
                assert ours.flags == theirs.flags, where
                for section in ("answer", "authority"):
                    assert (normal(getattr(ours, section)) ==
                            normal(getattr(theirs, section))), where
                # Glue must be there; more than the primary's is no fault.
                assert (set(normal(theirs.additional)) <=
                        set(normal(ours.additional)) or
                        ours.rcode() == 0 and ours.answer), where
    stack.cli("zones", "delete", zone)


def normal(section):
    return sorted(f"{rrset.name} {rrset.ttl} {rrset.rdtype} {rdata.to_text()}"
                  for rrset in section for rdata in rrset)


def test_unknown_zone_is_refused(stack):
    for edge in stack.edges:
        for tcp in (False, True):
            answer = edge.query("nowhere.example", "A", tcp=tcp)
            assert dns_client.rcode_of(answer) == "REFUSED"


def test_zone_without_copy_is_servfail(stack):
    """Until the first transfer there is nothing to say, and that is said."""
    zone = "unreachable.example"
    stack.create_zone(zone, "127.0.0.1:1", wait=False)
    for edge in stack.edges:
        eventually(lambda e=edge: e.rcode(zone) == "SERVFAIL", 5, "SERVFAIL")
    eventually(lambda: "CONNECT_REFUSED" in stack.cli(
        "zones", "status", zone).stdout, 20, "the reason in zones status")
    stack.cli("zones", "delete", zone)


def test_yaml_and_edges_list(stack):
    assert "edge1" in stack.cli("edges", "list").stdout
    text = stack.cli("edges", "get", "edge2", "-o", "yaml").stdout
    assert 'name: "edges/edge2"' in text and "connected: true" in text
