# Copyright 2026 The Understudy Authors
# SPDX-License-Identifier: Apache-2.0
"""The README's first command, and what it says to try."""

import re
import shutil
import subprocess
import time

import pytest

from harness import dns_client
from harness.process import REPO, alive, kill_now, short_dir
from harness.stack import parse_env
from harness.waiting import eventually

ZONE = "sample.example"
SECOND_START_SECONDS = 15


def quickstart(folder, *options):
    result = subprocess.run(
        [REPO / "deploy/quickstart.sh", "--dir", folder, *options],
        stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=900,
        check=False)
    assert result.returncode == 0, result.stderr
    return result.stdout


def www(folder):
    """What both edges say of www, as a set."""
    env = parse_env((folder / "env").read_text())
    found = set()
    for n in (1, 2):
        host, port = env[f"EDGE{n}_DNS"].split(":")
        answer = dns_client.query((host, int(port)), f"www.{ZONE}", "A")
        found |= set(dns_client.values(answer)) if answer else {None}
    return found


@pytest.fixture
def folder():
    path = short_dir("quick")
    yield path
    quickstart(path, "--purge")
    shutil.rmtree(path, ignore_errors=True)


def test_quickstart(folder):
    output = quickstart(folder, "--detach")
    assert "edge1 at" in output and "edge2 at" in output
    assert www(folder) == {"192.0.2.10"}

    # The change that it proposes, as printed.
    changes = re.findall(r"^  (knotc -s .*)$", output, re.M)
    assert len(changes) == 4
    for command in changes:
        subprocess.run(command.split(), check=True, capture_output=True)
    begin = time.monotonic()
    eventually(lambda: www(folder) == {"192.0.2.99"}, 5, "the change")
    assert time.monotonic() - begin < 1.0

    # And the ends that it proposes.
    primary, controller = (int(pid) for pid in re.findall(
        r"^  kill (?:-9 )?(\d+)", output, re.M))
    for pid in (primary, controller):
        assert alive(pid)
        kill_now(pid)
    assert www(folder) == {"192.0.2.99"}
    tokens = (folder / "controller/tokens/project.token").read_text().strip()
    assert tokens not in output, "a token was printed"

    quickstart(folder, "--down")
    begin = time.monotonic()
    quickstart(folder, "--detach")
    assert time.monotonic() - begin < SECOND_START_SECONDS
    assert www(folder) == {"192.0.2.99"}
