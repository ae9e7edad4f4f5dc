# Copyright 2026 The Understudy Authors
# SPDX-License-Identifier: Apache-2.0
"""Real name servers as primaries: Knot, NSD and BIND on loopback.

All are driven alike: zones are master files, a change is a new file that the
server is told to read, and every server then sends NOTIFY to the edges by itself.
"""

import shutil
import signal
import subprocess

from harness import dns_client
from harness.process import Child, free_port, short_dir
from harness.waiting import eventually

ATTEMPTS = 5


class Peer:
    """One primary. `zones` maps names to master files; `notify` lists the edges'
    addresses as (host, port)."""

    name = ""

    def __init__(self, zones, notify=()):
        self.dir = short_dir(self.name)
        self.zones = dict(zones)
        self.notify = list(notify)
        self.child = None
        self.port = None
        for zone in self.zones:
            self._write_zone(zone)
        self.start()

    @property
    def address(self):
        """As `zones create --primary` takes it."""
        return f"127.0.0.1:{self.port}"

    @property
    def dns(self):
        return "127.0.0.1", self.port

    def start(self):
        """Starts it; on the port that it had, when it had one."""
        first = next(iter(self.zones))
        for _ in range(ATTEMPTS):
            port = self.port or free_port()
            self.child = Child(self.command(port), self.dir / "server.log",
                               cwd=self.dir)
            try:
                eventually(lambda p=port: not self.child.alive() or
                           dns_client.soa_serial(("127.0.0.1", p), first)
                           is not None, 30, f"{self.name} answering")
            except AssertionError:
                self.child.kill()
                raise
            if self.child.alive():
                self.port = port
                return
        raise AssertionError(f"{self.name} does not start:\n{self.child.output()}")

    def set_zone(self, zone, text):
        """Replaces a zone's content and has the server read it."""
        assert self.child.alive(), f"{self.name} died:\n{self.child.output()}"
        self.zones[zone] = text
        self._write_zone(zone)
        self.reload(zone)

    def reload(self, zone):
        self.child.signal(signal.SIGHUP)

    def kill(self):
        self.child.kill()

    def close(self):
        if self.child is not None:
            self.child.stop()
        shutil.rmtree(self.dir, ignore_errors=True)

    def zone_file(self, zone):
        return self.dir / f"{zone}.zone"

    def _write_zone(self, zone):
        # In one step: a server that looks meanwhile sees the old or the new.
        new = self.dir / f"{zone}.new"
        new.write_text(self.zones[zone])
        new.rename(self.zone_file(zone))

    def command(self, port):
        """Writes the configuration and returns the command line."""
        raise NotImplementedError


class KnotPeer(Peer):
    name = "knot"

    def command(self, port):
        remotes = "".join(f"  - id: edge{i}\n    address: {host}@{p}\n"
                          for i, (host, p) in enumerate(self.notify))
        ids = ", ".join(f"edge{i}" for i in range(len(self.notify)))
        zones = "".join(f"  - domain: {zone}\n    file: {self.zone_file(zone)}\n"
                        for zone in self.zones)
        config = self.dir / "knot.conf"
        config.write_text(
            f"server:\n    rundir: {self.dir}\n    listen: 127.0.0.1@{port}\n"
            "    tcp-max-clients: 2000\n"
            # A slow reader, such as Python on a busy machine, is no attacker.
            "    tcp-io-timeout: 20000\n"
            f"database:\n    storage: {self.dir}\n"
            "    journal-db-max-size: 200M\n"
            + (f"remote:\n{remotes}" if self.notify else "") +
            "acl:\n  - id: edges\n    address: 127.0.0.1\n    action: transfer\n"
            "template:\n  - id: default\n    acl: edges\n"
            "    zonefile-sync: -1\n    journal-content: none\n"
            "    semantic-checks: off\n"
            + (f"    notify: [{ids}]\n" if self.notify else "") +
            f"zone:\n{zones}")
        return ["knotd", "-c", config]

    def reload(self, zone):
        # Not SIGHUP: it reloads the whole server, and knotd 3.2 does not survive
        # hundreds of those within a minute.
        subprocess.run(["knotc", "-s", self.dir / "knot.sock", "zone-reload", zone],
                       check=True, stdin=subprocess.DEVNULL, capture_output=True,
                       timeout=10)


class NsdPeer(Peer):
    name = "nsd"

    def command(self, port):
        notify = "".join(f"    notify: {host}@{p} NOKEY\n"
                         for host, p in self.notify)
        zones = "".join(
            f"zone:\n    name: \"{zone}\"\n    zonefile: \"{self.zone_file(zone)}\"\n"
            f"    provide-xfr: 127.0.0.1 NOKEY\n{notify}" for zone in self.zones)
        config = self.dir / "nsd.conf"
        config.write_text(
            f"server:\n    ip-address: 127.0.0.1@{port}\n    server-count: 1\n"
            f"    username: \"\"\n    database: \"\"\n    zonesdir: \"{self.dir}\"\n"
            f"    pidfile: \"{self.dir}/nsd.pid\"\n"
            f"    xfrdfile: \"{self.dir}/xfrd.state\"\n"
            f"    zonelistfile: \"{self.dir}/zone.list\"\n"
            f"    xfrdir: \"{self.dir}\"\n"
            f"remote-control:\n    control-enable: no\n{zones}")
        return ["nsd", "-d", "-c", config]


class BindPeer(Peer):
    name = "bind"

    def command(self, port):
        also = "".join(f"{host} port {p}; " for host, p in self.notify)
        zones = "".join(
            f'zone "{zone}" {{ type primary; file "{self.zone_file(zone)}"; }};\n'
            for zone in self.zones)
        config = self.dir / "named.conf"
        config.write_text(
            f'options {{\n  directory "{self.dir}";\n'
            f'  listen-on port {port} {{ 127.0.0.1; }};\n'
            '  listen-on-v6 { none; };\n  recursion no;\n'
            '  allow-transfer { 127.0.0.1; };\n'
            f'  notify explicit;\n  also-notify {{ {also}}};\n'
            '  notify-delay 0;\n  notify-rate 1000;\n  startup-notify-rate 1000;\n'
            f'  pid-file "{self.dir}/named.pid";\n  session-keyfile none;\n'
            '  dnssec-validation no;\n  transfers-out 200;\n};\n'
            f'controls {{ }};\n{zones}')
        return ["named", "-g", "-n", "1", "-c", config]


PEERS = {peer.name: peer for peer in (KnotPeer, NsdPeer, BindPeer)}
