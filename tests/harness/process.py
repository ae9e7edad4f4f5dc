# Copyright 2026 The Understudy Authors
# SPDX-License-Identifier: Apache-2.0
"""Child processes that end with the test, and what the kernel says of one."""

import os
import pathlib
import random
import signal
import socket
import subprocess
import tempfile

from harness.waiting import eventually

REPO = pathlib.Path(__file__).resolve().parents[2]

# Beside the daemons of the distribution.
os.environ["PATH"] += ":/usr/sbin:/sbin"


def short_dir(prefix):
    """A folder with a short path (unix sockets have 108 bytes) that PostgreSQL's
    user may enter."""
    path = pathlib.Path(tempfile.mkdtemp(prefix=f"us-{prefix}-", dir="/tmp"))
    path.chmod(0o755)
    return path


def free_port():
    """A port that is free for UDP and TCP, below those that the system gives to
    outgoing connections."""
    source = random.SystemRandom()
    for _ in range(200):
        port = source.randrange(10000, 30000)
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as udp, \
                socket.socket(socket.AF_INET, socket.SOCK_STREAM) as tcp:
            try:
                udp.bind(("127.0.0.1", port))
                tcp.bind(("127.0.0.1", port))
                return port
            except OSError:
                continue
    raise AssertionError("no free port")


class Child:
    """A process of ours with its output in a file."""

    def __init__(self, args, log, cwd=None):
        self.log = pathlib.Path(log)
        with open(self.log, "ab") as out:
            self._process = subprocess.Popen(
                [str(a) for a in args], stdin=subprocess.DEVNULL, stdout=out,
                stderr=subprocess.STDOUT, cwd=cwd, start_new_session=True)
        self.pid = self._process.pid

    def alive(self):
        return self._process.poll() is None

    def signal(self, number):
        if self.alive():
            self._process.send_signal(number)

    def stop(self, timeout=10):
        """Ends it politely, by force after the timeout."""
        self.signal(signal.SIGTERM)
        try:
            self._process.wait(timeout)
        except subprocess.TimeoutExpired:
            self.kill()

    def kill(self):
        self.signal(signal.SIGKILL)
        self._process.wait(10)

    def output(self):
        return self.log.read_text(errors="replace")[-4000:]


def kill_now(pid):
    """kill -9, and waits until the process is gone."""
    os.kill(pid, signal.SIGKILL)
    eventually(lambda: not alive(pid), 5, f"the end of {pid}")


def alive(pid):
    """Whether the process runs; a zombie does not."""
    try:
        stat = pathlib.Path(f"/proc/{pid}/stat").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return False
    return stat.rsplit(")", 1)[1].split()[0] not in ("Z", "X")


def fd_count(pid):
    return len(os.listdir(f"/proc/{pid}/fd"))


def rss_bytes(pid):
    for line in pathlib.Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) * 1024
    raise AssertionError(f"process {pid} has no VmRSS")
