# Copyright 2026 The Understudy Authors
# SPDX-License-Identifier: Apache-2.0
"""A controller and edges, by deploy/local/stack.sh."""

import os
import pathlib
import re
import shlex
import shutil
import subprocess
import urllib.request

from harness import dns_client
from harness.process import REPO, alive, kill_now, short_dir
from harness.waiting import eventually

STACK_SH = REPO / "deploy/local/stack.sh"


def parse_env(text):
    """The shell assignments of D/env."""
    pairs = (word.split("=", 1) for word in shlex.split(text))
    return {key: value for key, value in pairs}


class Edge:
    """One edge of a stack."""

    def __init__(self, stack, number):
        self.stack = stack
        self.number = number
        self.name = f"edge{number}"

    def _env(self, key):
        return self.stack.env[f"EDGE{self.number}_{key}"]

    @property
    def dns(self):
        """(host, port)."""
        host, port = self._env("DNS").rsplit(":", 1)
        return host, int(port)

    @property
    def pid(self):
        return int(self._env("PID"))

    def alive(self):
        return alive(self.pid)

    def kill(self):
        kill_now(self.pid)

    def stop(self):
        self.stack.run("stop-edge", str(self.number))

    def start(self, wait=True):
        self.stack.run("start-edge", str(self.number),
                       *([] if wait else ["--no-wait"]))

    def log(self):
        return (self.stack.dir / f"{self.name}.log").read_text(errors="replace")

    def query(self, name, rrtype, **options):
        return dns_client.query(self.dns, name, rrtype, **options)

    def serial(self, zone):
        """The serial served, or None."""
        return dns_client.soa_serial(self.dns, zone)

    def rcode(self, name, rrtype="SOA"):
        return dns_client.rcode_of(self.query(name, rrtype))

    def serves(self, zone, serial, timeout=20):
        eventually(lambda: self.serial(zone) == serial, timeout,
                   f"serial {serial} of {zone} on {self.name}")

    def metric(self, name, **labels):
        """The sum of the samples of one metric that have these labels."""
        return read_metric(self._env("METRICS"), name, labels)


class Stack:
    """Starts with the constructor; purge() ends it and removes its data."""

    def __init__(self, edges=2, name="stack", options=(), edge_options=(),
                 claims=True):
        self.dir = short_dir(name)
        self.count = edges
        self._arguments = ["--edges", str(edges)]
        if claims:
            self._arguments.append("--insecure-claims")
        for option in edge_options:
            self._arguments += ["--edge-option", option]
        self._arguments += list(options)
        self.env = {}
        try:
            self.up()
        except BaseException:
            self.keep_logs()
            self.purge()
            raise
        self.edges = [Edge(self, n + 1) for n in range(edges)]

    def run(self, command, *arguments, check=True):
        result = subprocess.run(
            [STACK_SH, command, "--dir", self.dir, *arguments],
            stdin=subprocess.DEVNULL, capture_output=True, text=True,
            timeout=900, check=False)
        assert not check or result.returncode == 0, (
            f"stack.sh {command}: {result.stderr}")
        if (self.dir / "env").exists():
            self.env = parse_env((self.dir / "env").read_text())
        return result

    def up(self):
        self.run("up", *self._arguments)

    def down(self):
        self.run("down")

    def purge(self):
        self.run("purge", check=False)
        shutil.rmtree(self.dir, ignore_errors=True)

    # --- The controller ------------------------------------------------------

    @property
    def controller_pid(self):
        return int(self.env["CONTROLLER_PID"])

    def kill_controller(self):
        kill_now(self.controller_pid)

    def kill_postgres(self):
        """kill -9 of the embedded PostgreSQL's parent process."""
        pid = self.postgres_pid()
        if pid is not None:
            kill_now(pid)
        return pid

    def postgres_pid(self):
        for file in self.dir.glob("controller/**/postmaster.pid"):
            try:
                return int(file.read_text().splitlines()[0])
            except (OSError, ValueError, IndexError):
                return None
        return None

    def start_controller(self):
        self.run("start-controller")

    def controller_metric(self, name, **labels):
        return read_metric(self.env["CONTROLLER_METRICS"], name, labels)

    def controller_ready(self):
        return http_get(f"http://{self.env['CONTROLLER_METRICS']}/readyz")[0] == 200

    # --- The command line ----------------------------------------------------

    def cli(self, *arguments, check=True, env=None, timeout=120):
        """Runs `understudy`; returns the finished process."""
        environment = {**os.environ, **self.env, "HOME": str(self.dir),
                       **(env or {})}
        result = subprocess.run(
            [cli_path(), *map(str, arguments)], stdin=subprocess.DEVNULL,
            capture_output=True, text=True, timeout=timeout, env=environment,
            check=False)
        assert not check or result.returncode == 0, (
            f"understudy {' '.join(map(str, arguments))}: exit code "
            f"{result.returncode}\n{result.stdout}{result.stderr}")
        return result

    def create_zone(self, zone, *primaries, wait=True):
        arguments = ["zones", "create", zone]
        for primary in primaries:
            arguments += ["--primary", primary]
        return self.cli(*arguments, *(["--wait"] if wait else []))

    def served_everywhere(self, zone, serial, timeout=20):
        for edge in self.edges:
            edge.serves(zone, serial, timeout)

    def keep_logs(self):
        """Copies the logs to where tests/run.sh keeps output."""
        target = REPO / "build/test-logs" / self.dir.name
        for file in self.dir.glob("**/*.log"):
            target.mkdir(parents=True, exist_ok=True)
            shutil.copy(file, target / file.name)
        return target


def cli_path():
    return pathlib.Path(os.environ.get("UNDERSTUDY_BIN_DIR",
                                       REPO / "bazel-bin")) / "cli/understudy"


def http_get(url, headers=None, data=None, method=None):
    """(status, body); an error status is no exception."""
    request = urllib.request.Request(url, data=data, headers=headers or {},
                                     method=method)
    try:
        with urllib.request.urlopen(request, timeout=10) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode()


_SAMPLE = re.compile(r"^(\w+)(?:\{(.*)\})? (\S+)$")


def read_metric(address, name, labels):
    """The sum of matching samples; None when the metric is not there."""
    status, text = http_get(f"http://{address}/metrics")
    assert status == 200, f"/metrics answers {status}"
    total = None
    for line in text.splitlines():
        match = _SAMPLE.match(line)
        if not match or match[1] != name:
            continue
        found = dict(re.findall(r'(\w+)="([^"]*)"', match[2] or ""))
        if all(found.get(key) == value for key, value in labels.items()):
            total = (total or 0) + float(match[3])
    return total
