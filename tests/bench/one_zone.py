#!/usr/bin/env python3
# Copyright 2026 The Understudy Authors
# SPDX-License-Identifier: Apache-2.0
"""One large zone on Understudy and its peers, side by side in one run.

Prints a table in Markdown: seconds from the start of the transfer to the first
answer, memory (Pss), queries per second at most, CPU per query at most load and
at 20,000 queries per second. The server runs on CPU 0, the load on CPU 1.

  tests/bench/one_zone.py [--records 1000000] [--only understudy,knot,nsd,bind]

Needs the packages knot, nsd, bind9 and dnsperf, and binaries built with -c opt.
"""
import argparse
import os
import random
import re
import subprocess
import tempfile
import time

import peers

ZONE = "big.test"


def write_zone(path, records):
    rng = random.Random(7)
    with open(path, "w") as f:
        f.write(f"$ORIGIN {ZONE}.\n$TTL 300\n"
                "@ IN SOA ns1 host 1 3600 900 604800 300\n"
                "@ IN NS ns1\n@ IN NS ns2\n"
                "ns1 IN A 192.0.2.1\nns2 IN A 192.0.2.2\n")
        for i in range(records):
            a = rng.getrandbits(24)
            f.write(f"h{i:x}.g{i % 997} IN A 10.{a >> 16}."
                    f"{a >> 8 & 255}.{a & 255}\n")


def write_queries(path, records, count=200000):
    """One in ten asks for a name that is not there."""
    rng = random.Random(11)
    with open(path, "w") as f:
        for _ in range(count):
            i = rng.randrange(records)
            prefix = "nx" if rng.random() < 0.1 else "h"
            f.write(f"{prefix}{i:x}.g{i % 997}.{ZONE} A\n")


def load(port, queries, seconds, rate=None):
    """(queries per second, answered, lost) of a dnsperf run on CPU 1."""
    argv = ["taskset", "-c", "1", "dnsperf", "-s", "127.0.0.1", "-p", str(port),
            "-d", queries, "-l", str(seconds), "-c", "8", "-q", "400", "-T", "1"]
    if rate:
        argv += ["-Q", str(rate)]
    out = subprocess.run(argv, capture_output=True, text=True, check=True).stdout
    field = lambda name: float(re.search(name + r":\s+([\d.]+)", out).group(1))
    return (field("Queries per second"), field("Queries completed"),
            field("Queries lost"))


def cpu_per_query(server, queries, seconds, rate=None):
    before = peers.cpu_seconds(server.pid)
    qps, done, lost = load(server.port, queries, seconds, rate)
    return 1e6 * (peers.cpu_seconds(server.pid) - before) / done, qps, lost


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--records", type=int, default=1000000)
    parser.add_argument("--only", default=",".join(peers.SECONDARIES))
    parser.add_argument("--seconds", type=int, default=6)
    args = parser.parse_args()
    base = tempfile.mkdtemp(prefix="understudy-bench.")
    os.chmod(base, 0o755)  # The embedded PostgreSQL is another user.
    zone, queries = os.path.join(base, "zone"), os.path.join(base, "queries")
    write_zone(zone, args.records)
    write_queries(queries, args.records)
    primary = peers.KnotPrimary(base)
    primary.start({ZONE: zone})
    primary.wait_for(ZONE, 1)
    print("| server | transfer to serving | memory | q/s at most | lost | "
          "CPU per query, at most | at 20,000/s |\n|---|---|---|---|---|---|---|")
    try:
        for name in args.only.split(","):
            server = peers.SECONDARIES[name](base)
            try:
                server.start([ZONE], primary.port)
                serving = server.wait_for(ZONE, 1)
                time.sleep(2)
                memory = peers.pss_mib(server.pid)
                load(server.port, queries, 2)
                busy, qps, lost = cpu_per_query(server, queries, args.seconds)
                calm, _, _ = cpu_per_query(server, queries, args.seconds, 20000)
                print(f"| {name} | {serving:.2f} s | {memory:.0f} MiB | "
                      f"{qps:,.0f} | {lost:.0f} | {busy:.2f} us | {calm:.2f} us |",
                      flush=True)
            finally:
                server.stop()
    finally:
        primary.stop()
    subprocess.run(["rm", "-rf", base], check=True)


if __name__ == "__main__":
    main()
