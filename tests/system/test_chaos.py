# Copyright 2026 The Understudy Authors
# SPDX-License-Identifier: Apache-2.0
"""Kill -9 at random points of a loop that creates, changes and deletes zones:
afterwards all edges agree with the database."""

import os
import random
import threading
import time

import pytest

from harness.api import Api, Failure
from harness.process import alive, kill_now
from harness.waiting import eventually
from harness.zone_text import small_zone

SEED = int(os.environ.get("UNDERSTUDY_SEED", random.SystemRandom().randrange(1 << 32)))
SECONDS = 45
NAMES = [f"c{n}.chaos.example" for n in range(20)]


class Killer(threading.Thread):
    """Kills something every second or so, and starts it again."""

    def __init__(self, stack, source, stop):
        super().__init__(daemon=True)
        self.stack, self.source, self.stop = stack, source, stop
        self.kills = []
        self.error = None

    def run(self):
        try:
            while not self.stop.wait(self.source.uniform(0.2, 1.5)):
                self.kill_one()
        except BaseException as error:  # Told by the test.
            self.error = error

    def kill_one(self):
        victim = self.source.choice(["controller", "postgres", "edge1", "edge2"])
        self.kills.append(victim)
        if victim == "controller":
            self.stack.kill_controller()
            self.stop.wait(self.source.uniform(0, 0.5))
            self.stack.start_controller()
        elif victim == "postgres":
            pid = self.stack.postgres_pid()
            if pid is not None and alive(pid):
                kill_now(pid)
        else:
            edge = self.stack.edges[int(victim[-1]) - 1]
            edge.kill()
            self.stop.wait(self.source.uniform(0, 0.5))
            edge.start()


def test_all_agree_after_the_storm(stack):
    from harness.peers import KnotPeer
    print(f"UNDERSTUDY_SEED={SEED}")
    source = random.Random(SEED)
    serials = {name: 1 for name in NAMES}
    primary = KnotPeer({n: small_zone(n, refresh=5, retry=1) for n in NAMES},
                       [edge.dns for edge in stack.edges])
    stop = threading.Event()
    killer = Killer(stack, random.Random(SEED + 1), stop)
    done = {"create": 0, "delete": 0, "change": 0, "failed": 0}
    try:
        killer.start()
        end = time.monotonic() + SECONDS
        while time.monotonic() < end and killer.is_alive():
            name = source.choice(NAMES)
            step = source.choice(["create", "create", "delete", "change"])
            try:
                act(stack, primary, serials, name, step)
                done[step] += 1
            except Failure as failure:
                if failure.code not in ("ALREADY_EXISTS", "NOT_FOUND"):
                    done["failed"] += 1
                assert failure.code in (
                    "ALREADY_EXISTS", "NOT_FOUND", "UNAVAILABLE",
                    "DEADLINE_EXCEEDED", "CANCELLED"), failure
            stop.wait(0.02)
        stop.set()
        killer.join(120)
        assert killer.error is None, killer.error
        print(f"kills: {len(killer.kills)}, {done}")
        assert primary.child.alive(), primary.child.output()
        assert len(killer.kills) >= 5 and done["create"] >= 10
        eventually(stack.controller_ready, 60, "the controller ready")
        wanted = eventually(lambda: list_zones(stack), 60, "the list of zones")
        check_agreement(stack, serials, wanted["names"])
    finally:
        stop.set()
        killer.join(120)
        primary.close()


def act(stack, primary, serials, name, step):
    if step == "change":
        serials[name] += 1
        primary.set_zone(name, small_zone(name, serial=serials[name], refresh=5,
                                          retry=1))
        return
    api = Api(stack, timeout=3)
    try:
        if step == "create":
            api.create(name, [("127.0.0.1", primary.port)])
        else:
            api.zones("DeleteZone", name=f"projects/default/zones/{name}")
    finally:
        api.close()


def list_zones(stack):
    api = Api(stack, timeout=10)
    try:
        zones = api.zones("ListZones", parent="projects/default", page_size=1000)
        return {"names": {z.name.rsplit("/", 1)[1] for z in zones.zones}}
    except Failure as failure:
        pytest.fail(str(failure)) if failure.code == "INTERNAL" else None
        return None
    finally:
        api.close()


def check_agreement(stack, serials, wanted):
    for edge in stack.edges:
        for name in NAMES:
            if name in wanted:
                edge.serves(name, serials[name], timeout=60)
            else:
                eventually(lambda e=edge, n=name: e.rcode(n) == "REFUSED", 30,
                           f"REFUSED for {name} on {edge.name}")
    # And the controller says the same of them.
    for name in sorted(wanted):
        stack.cli("zones", "wait", name, "--serial", serials[name], "--timeout",
                  "60s")
