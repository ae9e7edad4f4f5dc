# Copyright 2026 The Understudy Authors
# SPDX-License-Identifier: Apache-2.0
"""A primary that lies, stalls or breaks off: the old data stays, the reason is
told, the retry timer runs."""

import json

import pytest

from harness.hostile_primary import MODES, HostilePrimary
from harness.waiting import eventually
from harness.zone_text import small_zone

STACK = {"edge_options": ["limits { transfer_idle_seconds: 2 }"]}

# What each mode is called in docs/reference/reasons.md; several where the
# moment decides.
REASONS = {
    "close_early": {"AXFR_TRUNCATED", "CONNECT_REFUSED", "IDLE_TIMEOUT",
                    "CONNECTION_LOST"},
    "wrong_zone": {"AXFR_SOA_MISMATCH", "OUT_OF_ZONE_DATA", "NO_SOA"},
    "truncated": {"AXFR_TRUNCATED"},
    "garbage": {"RR_MALFORMED", "RCODE_FORMERR", "NO_SOA"},
    "half_message": {"AXFR_TRUNCATED", "RR_MALFORMED"},
    "stall": {"IDLE_TIMEOUT", "TOO_SLOW"},
    "refuse": {"RCODE_REFUSED"},
    "endless_soa": {"NS_MISSING", "AXFR_TRUNCATED", "AXFR_SOA_MISMATCH",
                    "RR_MALFORMED"},
}


@pytest.mark.parametrize("mode", MODES)
def test_old_data_stays_and_the_reason_is_told(stack, mode):
    zone = mode.replace("_", "-") + ".example"
    primary = HostilePrimary(zone, small_zone(zone, serial=1, refresh=1, retry=1))
    try:
        stack.create_zone(zone, primary.address)
        primary.mode = mode
        primary.set_text(small_zone(zone, serial=2, www="192.0.2.66", refresh=1,
                                    retry=1))
        stack.cli("zones", "refresh", zone)

        def told():
            view = json.loads(stack.cli("zones", "status", zone, "-o",
                                        "json").stdout)
            errors = [p.get("lastError", {}) for p in view["placements"]]
            return all(e.get("reason") for e in errors) and errors
        errors = eventually(told, 20, f"a reason for {mode}", poll=0.1)
        for error in errors:
            assert error["reason"] in REASONS[mode], error
            assert error["evidence"] and error["nextStep"], error
            assert str(primary.port) in error["primary"]
        for edge in stack.edges:
            assert edge.serial(zone) == 1, "the old copy is gone"
        text = stack.cli("zones", "status", zone).stdout
        assert errors[0]["reason"] in text and "next step:" in text

        # The retry timer runs: it asks again by itself.
        before = primary.transfers
        eventually(lambda: primary.transfers > before, 60, "another try")
        primary.mode = "good"
        stack.served_everywhere(zone, 2, timeout=60)
        eventually(lambda: "lastError" not in stack.cli(
            "zones", "get", zone, "-o", "json").stdout, 20, "the reason to go")
    finally:
        primary.mode = "good"
        stack.cli("zones", "delete", zone, check=False)
        primary.close()


def test_the_second_primary_helps_out(stack):
    zone = "second.example"
    bad = HostilePrimary(zone, small_zone(zone), mode="refuse")
    good = HostilePrimary(zone, small_zone(zone))
    try:
        stack.create_zone(zone, bad.address, good.address)
        stack.served_everywhere(zone, 1)
        assert bad.transfers > 0, "the order of the primaries was not kept"
    finally:
        stack.cli("zones", "delete", zone, check=False)
        bad.close()
        good.close()


def test_a_lower_serial_is_not_taken(stack):
    zone = "lower.example"
    primary = HostilePrimary(zone, small_zone(zone, serial=10, refresh=1, retry=1))
    try:
        stack.create_zone(zone, primary.address)
        primary.set_text(small_zone(zone, serial=9, www="192.0.2.66"))
        stack.cli("zones", "refresh", zone)
        eventually(lambda: "SERIAL_LOWER" in stack.cli(
            "zones", "status", zone).stdout, 20, "SERIAL_LOWER")
        for edge in stack.edges:
            assert edge.serial(zone) == 10
        # Asked for explicitly, it is.
        stack.cli("zones", "retransfer", zone)
        stack.served_everywhere(zone, 9)
    finally:
        stack.cli("zones", "delete", zone, check=False)
        primary.close()


def test_notify_from_a_stranger_is_ignored(stack):
    """127.0.0.2 is no primary of the zone."""
    import socket

    import dns.message
    import dns.opcode
    zone = "stranger.example"
    primary = HostilePrimary(zone, small_zone(zone, serial=1))
    try:
        stack.create_zone(zone, primary.address)
        message = dns.message.make_query(zone, "SOA")
        message.set_opcode(dns.opcode.NOTIFY)
        before = primary.transfers
        primary.set_text(small_zone(zone, serial=2))
        for edge in stack.edges:
            with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
                sock.bind(("127.0.0.2", 0))
                sock.settimeout(2)
                sock.sendto(message.to_wire(), edge.dns)
                reply = dns.message.from_wire(sock.recv(512))
                assert reply.rcode() != 0, "a stranger's NOTIFY was taken"
        stack.cli("zones", "status", zone)
        assert primary.transfers == before
        assert all(edge.serial(zone) == 1 for edge in stack.edges)
    finally:
        stack.cli("zones", "delete", zone, check=False)
        primary.close()
