# Copyright 2026 The Understudy Authors
# SPDX-License-Identifier: Apache-2.0
"""Waiting on a condition with a deadline: the only place that sleeps."""

import time

POLL_SECONDS = 0.02


def eventually(condition, timeout, what="the condition", poll=POLL_SECONDS):
    """Returns the first true result of condition(). On the deadline, fails with
    the last result, or the last error that condition() raised."""
    deadline = time.monotonic() + timeout
    last = None
    while True:
        try:
            last = condition()
            if last:
                return last
        except (AssertionError, OSError, EOFError, ValueError, LookupError) as error:
            last = error
        if time.monotonic() > deadline:
            raise AssertionError(
                f"{what} did not come true within {timeout} s; last: {last!r}")
        time.sleep(poll)


def holds(condition, seconds, what="the condition"):
    """Fails when condition() turns false within the time."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        assert condition(), f"{what} did not hold"
        time.sleep(POLL_SECONDS)
