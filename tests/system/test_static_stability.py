# Copyright 2026 The Understudy Authors
# SPDX-License-Identifier: Apache-2.0
"""What still works when everything else is gone."""

import time

import pytest

from harness import dns_client
from harness.waiting import eventually, holds
from harness.zone_text import small_zone

ZONE = "stable.example"
# From the start of the process to the first answer.
RESTART_SECONDS = 1.0


@pytest.fixture(scope="module")
def primary(stack):
    from harness.peers import KnotPeer
    server = KnotPeer({ZONE: small_zone(ZONE)},
                      [edge.dns for edge in stack.edges])
    stack.create_zone(ZONE, server.address)
    yield server
    server.close()


def answers(edge, www="192.0.2.10"):
    answer = edge.query(f"www.{ZONE}", "A")
    return answer is not None and dns_client.values(answer) == [www]


def test_1_controller_killed_the_edges_go_on(stack, primary):
    stack.kill_controller()
    for edge in stack.edges:
        assert answers(edge)
    begin = time.monotonic()
    primary.set_zone(ZONE, small_zone(ZONE, serial=2, www="192.0.2.2"))
    stack.served_everywhere(ZONE, 2, timeout=5)
    assert time.monotonic() - begin < 1.0, "NOTIFY is slow without a controller"


def test_2_primary_killed_the_edges_go_on(stack, primary):
    primary.kill()
    for edge in stack.edges:
        holds(lambda e=edge: answers(e, "192.0.2.2"), 0.5, "answering")


def test_3_edge_restarted_alone_answers_from_disk(stack, primary):
    assert not primary.child.alive()
    for edge in stack.edges:
        edge.kill()
        begin = time.monotonic()
        edge.start(wait=False)
        eventually(lambda e=edge: answers(e, "192.0.2.2"), 5,
                   f"answers of {edge.name} from its disk")
        took = time.monotonic() - begin
        assert took < RESTART_SECONDS, f"first answer after {took:.2f} s"


def test_4_controller_back_nothing_is_transferred_twice(stack, primary):
    primary.start()
    before = [transfers(edge) for edge in stack.edges]
    stack.start_controller()
    eventually(lambda: all(
        "true" in stack.cli("edges", "get", e.name, "-o", "yaml").stdout
        for e in stack.edges), 30, "all edges connected")
    # The edges' facts are there again, hence so is all the controller pushed.
    stack.cli("zones", "wait", ZONE, "--serial", 2, "--timeout", "20s")
    assert [transfers(edge) for edge in stack.edges] == before
    assert all(answers(edge, "192.0.2.2") for edge in stack.edges)


def test_5_all_in_working_order_again(stack, primary):
    before = [transfers(edge) for edge in stack.edges]
    primary.set_zone(ZONE, small_zone(ZONE, serial=3, www="192.0.2.3"))
    stack.served_everywhere(ZONE, 3, timeout=5)
    assert [transfers(edge) for edge in stack.edges] == [n + 1 for n in before]
    stack.cli("zones", "wait", ZONE, "--serial", 3, "--timeout", "10s")


def test_6_postgres_killed_it_comes_back(stack, primary):
    """The API says UNAVAILABLE meanwhile, the edges notice nothing."""
    killed = stack.kill_postgres()
    assert killed is not None
    assert all(answers(edge, "192.0.2.3") for edge in stack.edges)
    eventually(lambda: stack.cli("zones", "get", ZONE, check=False).returncode == 0,
               30, "the API after PostgreSQL was killed")
    primary.set_zone(ZONE, small_zone(ZONE, serial=4))
    stack.served_everywhere(ZONE, 4, timeout=5)
    stack.cli("zones", "wait", ZONE, "--serial", 4, "--timeout", "20s")


def test_7_down_and_up_keeps_ports_and_data(stack, primary):
    ports = {key: value for key, value in stack.env.items()
             if key.endswith(("_DNS", "ENDPOINT", "TOKEN"))}
    stack.down()
    assert not any(edge.alive() for edge in stack.edges)
    stack.up()
    assert {key: stack.env[key] for key in ports} == ports
    stack.cli("zones", "wait", ZONE, "--serial", 4, "--timeout", "20s")
    assert all(answers(edge) for edge in stack.edges)


def test_8_expired_zone_is_servfail_after_wall_time(stack, primary):
    """SOA expire counts from the last word of a primary."""
    from harness.hostile_primary import HostilePrimary
    zone = "brief.example"
    server = HostilePrimary(zone, small_zone(zone, refresh=1, retry=1, expire=3))
    stack.create_zone(zone, server.address)
    server.close()
    for edge in stack.edges:
        eventually(lambda e=edge: e.rcode(f"www.{zone}", "A") == "SERVFAIL", 60,
                   "SERVFAIL of an expired zone")
    eventually(lambda: "EXPIRED" in stack.cli("zones", "status", zone).stdout, 10,
               "EXPIRED in zones status")
    stack.cli("zones", "delete", zone)


def transfers(edge):
    count = edge.metric("understudy_edge_transfers_total")
    assert count is not None, "the metric is gone"
    return count
