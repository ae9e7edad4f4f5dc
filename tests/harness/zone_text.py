# Copyright 2026 The Understudy Authors
# SPDX-License-Identifier: Apache-2.0
"""Zones to copy, as master files."""


def soa(zone, serial, refresh=3600, retry=60, expire=604800, minimum=300):
    return (f"{zone}. 300 IN SOA ns1.{zone}. hostmaster.{zone}. {serial} "
            f"{refresh} {retry} {expire} {minimum}\n")


def small_zone(zone, serial=1, www="192.0.2.10", **timers):
    """One of each shape that an answer can have."""
    return soa(zone, serial, **timers) + f"""\
{zone}. 300 IN NS ns1.{zone}.
{zone}. 300 IN NS ns2.{zone}.
{zone}. 300 IN MX 10 mail.{zone}.
ns1.{zone}. 300 IN A 192.0.2.1
ns2.{zone}. 300 IN A 192.0.2.2
www.{zone}. 300 IN A {www}
www.{zone}. 300 IN AAAA 2001:db8::10
mail.{zone}. 300 IN A 192.0.2.20
alias.{zone}. 300 IN CNAME www.{zone}.
*.wild.{zone}. 300 IN A 192.0.2.30
deep.empty.nonterminal.{zone}. 300 IN TXT "x"
child.{zone}. 300 IN NS ns1.child.{zone}.
ns1.child.{zone}. 300 IN A 192.0.2.40
"""


def big_zone(zone, records, serial=1):
    """`records` records in all, in RRsets of several types and sizes."""
    lines = [soa(zone, serial), f"{zone}. 300 IN NS ns1.{zone}.\n",
             f"ns1.{zone}. 300 IN A 192.0.2.1\n"]
    shapes = (
        lambda i: [f"h{i}.{zone}. 300 IN A 10.{i >> 16 & 255}.{i >> 8 & 255}.{i & 255}\n"],
        lambda i: [f"h{i}.{zone}. 60 IN AAAA 2001:db8::{i & 0xffff:x}:{n}\n"
                   for n in range(3)],
        lambda i: [f"t{i}.a.b.{zone}. 300 IN TXT \"{'x' * (i % 200)}\" \"{i}\"\n"],
        lambda i: [f"m{i}.{zone}. 300 IN MX {n} h{i + n}.{zone}.\n" for n in range(2)],
        lambda i: [f"s{i}._tcp.{zone}. 300 IN SRV 1 2 {i % 65536} H{i}.{zone}.\n"],
        lambda i: [f"c{i}.{zone}. 300 IN CNAME h{i}.{zone}.\n"],
        lambda i: [f"*.w{i}.{zone}. 300 IN A 192.0.2.{i & 255}\n"],
        lambda i: [f"u{i}.{zone}. 300 IN TYPE65400 \\# 4 {i & 0xffffffff:08x}\n"],
        lambda i: [f"d{i}.{zone}. 300 IN CAA 0 issue \"ca{i}.example\"\n"],
    )
    i = 0
    while len(lines) < records:
        lines += shapes[i % len(shapes)](i)
        i += 1
    return "".join(lines[:records])
