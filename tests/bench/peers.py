# Copyright 2026 The Understudy Authors
# SPDX-License-Identifier: Apache-2.0
"""Name servers for measurements, each as a secondary with one worker on CPU 0.

All of them listen on loopback and are ended by their own process id.
"""
import os
import re
import shutil
import socket
import struct
import subprocess
import time

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
TICKS = os.sysconf("SC_CLK_TCK")
SOA = 6


def free_port():
    """A port that is free for UDP and TCP at this moment."""
    while True:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as udp:
            udp.bind(("127.0.0.1", 0))
            port = udp.getsockname()[1]
            with socket.socket() as tcp:
                try:
                    tcp.bind(("127.0.0.1", port))
                    return port
                except OSError:
                    continue


def encode_name(zone):
    labels = [label for label in zone.split(".") if label]
    return b"".join(bytes([len(x)]) + x.encode() for x in labels) + b"\0"


def serial_of(port, zone, timeout=0.3):
    """The serial that a server answers with authority, or None."""
    query = struct.pack(">6H", 7, 0, 1, 0, 0, 0) + encode_name(zone)
    query += struct.pack(">2H", SOA, 1)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as s:
        s.settimeout(timeout)
        try:
            s.sendto(query, ("127.0.0.1", port))
            answer = s.recv(2048)
        except OSError:
            return None
    flags, _, answers = struct.unpack(">3H", answer[2:8])
    if flags & 15 or not flags & 0x0400 or not answers:
        return None
    at = len(query) + (2 if answer[len(query)] >= 192 else len(encode_name(zone)))
    size = struct.unpack(">H", answer[at + 8:at + 10])[0]
    return struct.unpack(">I", answer[at + 10 + size - 20:at + 10 + size - 16])[0]


def family(pid):
    """The process and everything below it."""
    pids = [pid]
    try:
        for task in os.listdir(f"/proc/{pid}/task"):
            with open(f"/proc/{pid}/task/{task}/children") as f:
                for child in f.read().split():
                    pids += family(int(child))
    except OSError:
        pass
    return pids


def cpu_seconds(pid):
    total = 0
    for p in family(pid):
        with open(f"/proc/{p}/stat") as f:
            fields = f.read().rsplit(")", 1)[1].split()
        total += int(fields[11]) + int(fields[12])
    return total / TICKS


def pss_mib(pid):
    total = 0
    for p in family(pid):
        with open(f"/proc/{p}/smaps_rollup") as f:
            total += int(re.search(r"^Pss:\s+(\d+)", f.read(), re.M).group(1))
    return total / 1024


class Server:
    """A process with a directory and a port of its own."""
    name = "?"

    def __init__(self, base):
        self.dir = os.path.join(base, self.name)
        shutil.rmtree(self.dir, ignore_errors=True)
        os.makedirs(self.dir)
        self.port = free_port()
        self.process = None

    def write(self, name, text):
        path = os.path.join(self.dir, name)
        with open(path, "w") as f:
            f.write(text)
        return path

    def run(self, *argv, pinned=True):
        prefix = ["taskset", "-c", "0"] if pinned else []
        log = open(os.path.join(self.dir, "log"), "ab")
        self.process = subprocess.Popen(
            prefix + list(argv), cwd=self.dir, stdin=subprocess.DEVNULL,
            stdout=log, stderr=log)

    @property
    def pid(self):
        return self.process.pid

    def stop(self):
        if self.process:
            self.process.terminate()
            try:
                self.process.wait(30)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
            self.process = None

    def wait_for(self, zone, serial, timeout=300):
        """Seconds until the zone is answered with this serial."""
        start = time.monotonic()
        while time.monotonic() - start < timeout:
            if serial_of(self.port, zone) == serial:
                return time.monotonic() - start
            if self.process and self.process.poll() is not None:
                raise RuntimeError(f"{self.name} ended; see {self.dir}/log")
            time.sleep(0.01)
        raise RuntimeError(f"{self.name}: {zone} is not at {serial} in time")


class KnotPrimary(Server):
    name = "primary"

    def start(self, files):
        zones = "".join(f"  - domain: {z}\n    file: {f}\n"
                        for z, f in files.items())
        conf = self.write("knot.conf", f"""server:
    rundir: {self.dir}
    listen: 127.0.0.1@{self.port}
database:
    storage: {self.dir}
acl:
  - id: local
    address: 127.0.0.1
    action: transfer
template:
  - id: default
    storage: {self.dir}
    acl: local
    zonefile-sync: -1
zone:
{zones}""")
        self.run("knotd", "-c", conf, pinned=False)


class Knot(Server):
    name = "knot"

    def start(self, zones, primary):
        listed = "".join(f"  - domain: {z}\n    master: p\n" for z in zones)
        conf = self.write("knot.conf", f"""server:
    rundir: {self.dir}
    listen: 127.0.0.1@{self.port}
    udp-workers: 1
    tcp-workers: 1
    background-workers: 1
database:
    storage: {self.dir}
remote:
  - id: p
    address: 127.0.0.1@{primary}
template:
  - id: default
    storage: {self.dir}
    zonefile-sync: -1
    zonefile-load: none
    journal-content: all
zone:
{listed}""")
        self.run("knotd", "-c", conf)


class Nsd(Server):
    name = "nsd"

    def start(self, zones, primary):
        listed = "".join(
            f'zone:\n  name: "{z}"\n  request-xfr: 127.0.0.1@{primary} NOKEY\n'
            for z in zones)
        conf = self.write("nsd.conf", f"""server:
  ip-address: 127.0.0.1@{self.port}
  server-count: 1
  username: ""
  zonesdir: "{self.dir}"
  database: ""
  pidfile: "{self.dir}/pid"
  xfrdfile: "{self.dir}/xfrd.state"
  xfrdir: "{self.dir}"
  zonelistfile: "{self.dir}/zone.list"
  rrl-ratelimit: 0
remote-control:
  control-enable: no
{listed}""")
        self.run("nsd", "-d", "-c", conf)


class Bind(Server):
    name = "bind"

    def start(self, zones, primary):
        listed = "".join(
            f'zone "{z}" {{ type secondary; primaries port {primary} '
            f'{{ 127.0.0.1; }}; file "{z}.db"; masterfile-format raw; }};\n'
            for z in zones)
        conf = self.write("named.conf", f"""options {{
  directory "{self.dir}"; pid-file "{self.dir}/pid";
  session-keyfile "{self.dir}/key"; listen-on-v6 {{ none; }};
  listen-on port {self.port} {{ 127.0.0.1; }};
  recursion no; notify no; minimal-responses yes;
  serial-query-rate 10000; transfers-in 100; transfers-per-ns 100;
}};
controls {{ }};
{listed}""")
        self.run("named", "-n", "1", "-U", "1", "-g", "-c", conf)


class Understudy(Server):
    """The whole of it: controller with its PostgreSQL, and one edge."""
    name = "understudy"

    importing = None

    def stack(self, *argv):
        subprocess.run(
            [os.path.join(ROOT, "deploy/local/stack.sh"), argv[0],
             "--dir", self.dir, *argv[1:]], check=True, stdout=subprocess.DEVNULL)
        with open(os.path.join(self.dir, "env")) as f:
            self.env = dict(re.findall(r"^(?:export )?(\w+)='?(.*?)'?$",
                                       f.read(), re.M))

    def start(self, zones, primary):
        # One worker is what a local stack's edge has.
        self.stack("up", "--edges", "1", "--insecure-claims")
        self.port = int(self.env["EDGE1_DNS"].rsplit(":", 1)[1])
        # As for the peers: all threads of the server on one CPU.
        subprocess.run(["taskset", "-a", "-c", "-p", "0", str(self.pid)],
                       check=True, stdout=subprocess.DEVNULL)
        cli = os.path.join(ROOT, "bazel-bin/cli/understudy")
        # Beside the stack's directory: what is in there is the stack's alone.
        listing = self.dir + ".csv"
        with open(listing, "w") as f:
            f.write("zone,primary\n")
            f.writelines(f"{z},127.0.0.1:{primary}\n" for z in zones)
        self.importing = subprocess.Popen(
            [cli, "zones", "import", listing], stdout=subprocess.DEVNULL,
            env={**os.environ, **self.env})

    @property
    def pid(self):
        return int(self.env["EDGE1_PID"])

    def stop(self):
        if self.importing:
            self.importing.wait(60)
        subprocess.run([os.path.join(ROOT, "deploy/local/stack.sh"), "purge",
                        "--dir", self.dir], check=True)


SECONDARIES = {c.name: c for c in (Understudy, Knot, Nsd, Bind)}
