# Copyright 2026 The Understudy Authors
# SPDX-License-Identifier: Apache-2.0
"""What happened while an edge was away reaches it when it is back."""

from harness.waiting import eventually
from harness.zone_text import small_zone


def test_zone_created_while_an_edge_is_down(stack, peer):
    first, second = stack.edges
    kept, zone, gone = "kept.example", "late.example", "gone.example"
    primary = peer("knot", {z: small_zone(z) for z in (kept, zone, gone)})
    stack.create_zone(kept, primary.address)
    stack.create_zone(gone, primary.address)
    second.stop()
    stack.create_zone(zone, primary.address, wait=False)
    first.serves(zone, 1)
    stack.cli("zones", "delete", gone)
    eventually(lambda: "no" in stack.cli("edges", "list").stdout.splitlines()[2],
               10, "edge2 shown as not connected")

    second.start()
    second.serves(zone, 1, timeout=10)
    eventually(lambda: second.rcode(gone) == "REFUSED", 10, "REFUSED")
    assert second.serial(kept) == 1

