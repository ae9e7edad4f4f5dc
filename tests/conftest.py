# Copyright 2026 The Understudy Authors
# SPDX-License-Identifier: Apache-2.0
"""Fixtures of the system tests."""

import os
import sys

import pytest

sys.path.insert(0, os.path.dirname(__file__))

from harness.stack import Stack  # noqa: E402


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item, call):
    """Keeps the logs of the stack that a failed test used."""
    outcome = yield
    report = outcome.get_result()
    if report.failed and "stack" in getattr(item, "funcargs", {}):
        target = item.funcargs["stack"].keep_logs()
        report.sections.append(("logs", f"kept in {target}"))


@pytest.fixture(scope="module")
def stack(request):
    """A controller and two edges for the tests of one file. A file may set
    STACK, the arguments of Stack."""
    options = getattr(request.module, "STACK", {})
    made = Stack(name=request.module.__name__.split("_", 1)[1][:12], **options)
    yield made
    made.purge()


@pytest.fixture
def peer(stack):
    """peer(kind, zones): a primary that tells all edges; ends with the test."""
    from harness.peers import PEERS
    made = []

    def make(kind, zones):
        server = PEERS[kind](zones, [edge.dns for edge in stack.edges])
        made.append(server)
        return server

    yield make
    for server in made:
        server.close()
