# Copyright 2026 The Understudy Authors
# SPDX-License-Identifier: Apache-2.0
"""A thousand zones in one file, with failing lines among them."""

import re
import time

from harness import dns_client
from harness.waiting import eventually
from harness.zone_text import soa

COUNT = 1000
IMPORT_SECONDS = 30


def tiny(zone):
    return (soa(zone, 1) + f"{zone}. 300 IN NS ns1.{zone}.\n"
            f"ns1.{zone}. 300 IN A 192.0.2.1\n")


def test_import_of_a_thousand(stack, peer, tmp_path):
    zones = [f"z{n}.import.example" for n in range(COUNT)]
    primary = peer("knot", {zone: tiny(zone) for zone in zones})
    good = [f"{zone},{primary.address}" for zone in zones]
    bad = {
        5: "bad..name.example,192.0.2.1",
        100: "noprimary.example,",
        500: f"z7.import.example,{primary.address}",  # A second time.
        800: "badaddress.example,ns1.example",
        1001: '"open.example,192.0.2.1',
    }
    lines = ["zone,primary"] + good
    for number in sorted(bad):
        lines.insert(number - 1, bad[number])
    file = tmp_path / "zones.csv"
    file.write_text("\n".join(lines) + "\n")

    begin = time.monotonic()
    result = stack.cli("zones", "import", file, check=False, timeout=300)
    took = time.monotonic() - begin
    assert result.returncode == 1
    assert f"{COUNT} created, 0 unchanged, {len(bad)} failed" in result.stdout
    reported = {int(m[1]): m[2] for m in re.finditer(
        rf"^{re.escape(str(file))}:(\d+): (.*)$", result.stderr, re.M)}
    assert set(reported) == set(bad), result.stderr
    assert reported[5].startswith("bad..name.example: ")
    assert "no primary" in reported[100]
    assert "already on line" in reported[500]
    assert "ns1.example" in reported[800]
    assert took < IMPORT_SECONDS, f"the import took {took:.0f} s"

    for edge in stack.edges:
        eventually(lambda e=edge: all_served(e, zones), 120,
                   f"{COUNT} zones on {edge.name}", poll=0.2)

    again = stack.cli("zones", "import", file, check=False, timeout=300)
    assert f"0 created, {COUNT} unchanged, {len(bad)} failed" in again.stdout
    listed = stack.cli("zones", "list").stdout.splitlines()
    assert len(listed) == COUNT + 1


def all_served(edge, zones):
    import dns.name
    questions = [(dns.name.from_text(zone), 6) for zone in zones]
    wires = dns_client.ask_many(edge.dns, questions)
    # NOERROR, authoritative, one record.
    return all(w[3] & 0x0F == 0 and w[2] & 0x04 and w[7] == 1 for w in wires)


def test_a_bad_header_imports_nothing(stack, tmp_path):
    file = tmp_path / "zones.csv"
    file.write_text("zone,primary,tsig_key\nhdr.example,192.0.2.1,k\n")
    result = stack.cli("zones", "import", file, check=False)
    assert result.returncode == 1
    assert '"tsig_key" is not known' in result.stderr
    assert stack.cli("zones", "get", "hdr.example", check=False).returncode == 1
