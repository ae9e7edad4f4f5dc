# Copyright 2026 The Understudy Authors
# SPDX-License-Identifier: Apache-2.0
"""Noise on the DNS ports: nothing falls over, nothing is left open."""

import os
import random
import socket
import struct

import pytest

from harness import dns_client
from harness.process import fd_count, rss_bytes
from harness.waiting import eventually
from harness.zone_text import small_zone

ZONE = "noise.example"
PACKETS = 20_000
CONNECTIONS = 300
GROWTH_BYTES = 64 << 20
SEED = int(os.environ.get("UNDERSTUDY_SEED", random.SystemRandom().randrange(1 << 32)))


@pytest.fixture
def source():
    print(f"UNDERSTUDY_SEED={SEED}")
    return random.Random(SEED)


@pytest.fixture(scope="module")
def served(stack):
    from harness.hostile_primary import HostilePrimary
    primary = HostilePrimary(ZONE, small_zone(ZONE))
    stack.create_zone(ZONE, primary.address)
    yield
    primary.close()


def packet(source):
    """Noise, or a question with some bytes bent, cut or doubled."""
    kind = source.randrange(4)
    if kind == 0:
        return source.randbytes(source.randrange(0, 600))
    import dns.name
    name = dns.name.from_text(source.choice(["www.", "x.wild.", "child.", ""]) +
                              ZONE)
    wire = bytearray(dns_client.question_wire(
        source.randrange(65536), name, source.choice([1, 6, 15, 251, 252, 255, 41])))
    for _ in range(source.randrange(1, 8)):
        wire[source.randrange(2, len(wire))] = source.randrange(256)
    if kind == 2:
        del wire[source.randrange(len(wire)):]
    if kind == 3:
        wire += wire[source.randrange(len(wire)):] * source.randrange(1, 5)
    return bytes(wire)


def unharmed(edge, fds, rss):
    assert edge.alive(), edge.log()[-3000:]
    eventually(lambda: fd_count(edge.pid) <= fds, 30,
               f"the descriptors of {edge.name} back at {fds}")
    grown = rss_bytes(edge.pid) - rss
    assert grown < GROWTH_BYTES, f"{edge.name} grew by {grown} bytes"
    assert dns_client.values(edge.query(f"www.{ZONE}", "A")) == ["192.0.2.10"]
    assert dns_client.values(edge.query(f"www.{ZONE}", "A", tcp=True)) == [
        "192.0.2.10"]


def test_udp_noise(stack, served, source):
    edge = stack.edges[0]
    fds, rss = fd_count(edge.pid), rss_bytes(edge.pid)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        sock.connect(edge.dns)
        sock.setblocking(False)
        for _ in range(PACKETS):
            try:
                sock.send(packet(source))
                while True:
                    sock.recv(65535)
            except (BlockingIOError, ConnectionRefusedError):
                pass
    unharmed(edge, fds, rss)


def test_tcp_noise(stack, served, source):
    edge = stack.edges[1]
    fds, rss = fd_count(edge.pid), rss_bytes(edge.pid)
    held = []
    for _ in range(CONNECTIONS):
        sock = socket.create_connection(edge.dns, timeout=5)
        try:
            for _ in range(source.randrange(1, 4)):
                wire = packet(source)
                size = len(wire) if source.random() < 0.7 else source.randrange(65536)
                sock.sendall(struct.pack("!H", size) + wire)
        except OSError:
            pass
        # Some go at once, some by reset, some stay until the end.
        way = source.randrange(3)
        if way == 0:
            sock.close()
        elif way == 1:
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER,
                            struct.pack("ii", 1, 0))
            sock.close()
        else:
            held.append(sock)
    assert dns_client.values(edge.query(f"www.{ZONE}", "A")) == ["192.0.2.10"]
    for sock in held:
        sock.close()
    unharmed(edge, fds, rss)


def test_noise_on_the_api_ports(stack, source):
    """TLS and HTTP meet strangers too."""
    for address in (stack.env["UNDERSTUDY_ENDPOINT"],
                    stack.env["UNDERSTUDY_HTTP"].split("//")[1],
                    stack.env["CONTROLLER_METRICS"]):
        host, port = address.rsplit(":", 1)
        for _ in range(50):
            with socket.create_connection((host, int(port)), timeout=5) as sock:
                try:
                    sock.sendall(source.randbytes(source.randrange(1, 2000)))
                except OSError:
                    pass
    assert stack.controller_ready()
    assert stack.cli("zones", "list").returncode == 0
