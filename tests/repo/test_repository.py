# Copyright 2026 The Understudy Authors
# SPDX-License-Identifier: Apache-2.0
"""The repository keeps its own rules: docs name what the sources have, scripts
parse, examples are accepted."""

import os
import pathlib
import re
import subprocess

import pytest

from harness.process import REPO

SOURCES = [path for folder in ("base", "controlplane", "edgenode", "dns")
           for pattern in ("*.cc", "*.h")
           for path in (REPO / folder).rglob(pattern)
           if not path.name.endswith("_test.cc")]


def read(path):
    return (REPO / path).read_text()


def metric_names():
    found = set()
    for path in SOURCES:
        found |= set(re.findall(r'"(understudy_(?:edge|controller)_[a-z0-9_]+)"',
                                path.read_text()))
    return found


def test_every_metric_is_documented():
    rows = set(re.findall(r"^\| `(understudy_[a-z0-9_]+)", read(
        "docs/reference/metrics.md"), re.M))
    names = metric_names()
    assert names, "no metric in the sources: is the pattern right?"
    assert names - rows == set(), "without a row in docs/reference/metrics.md"
    assert rows - names == set(), "rows of metrics that are no more"


def test_metric_names_follow_the_rule():
    for name in metric_names():
        assert not re.search(r"_(ms|millis|kb|mb|count)$", name), name


def test_alerts_use_metrics_that_exist():
    text = read("deploy/prometheus/alerts.yml")
    used = set(re.findall(r"understudy_(?:edge|controller)_[a-z0-9_]+", text))
    names = metric_names()
    for name in used:
        plain = re.sub(r"_(bucket|sum|count)$", "", name)
        assert name in names or plain in names, f"alerts.yml uses {name}"
    for alert in re.findall(r"alert: (\w+)", text):
        assert alert in read("docs/operations/runbook.md"), (
            f"no runbook entry for {alert}")


def message_fields(text, message):
    body = re.search(rf"^message {message} {{(.*?)^}}", text, re.M | re.S)[1]
    return re.findall(r"^\s+(?:repeated |optional )?[\w.]+ (\w+) = \d+;", body, re.M)


@pytest.mark.parametrize("file, message", [
    ("controller", "ControllerConfig"), ("edge", "EdgeConfig"), ("edge", "Limits")])
def test_every_config_field_is_documented(file, message):
    fields = message_fields(read(f"proto/understudy/config/v1/{file}.proto"), message)
    assert fields
    rows = set(re.findall(r"^\| `([\w.]+)`", read("docs/reference/config.md"), re.M))
    prefix = "limits." if message == "Limits" else ""
    assert {prefix + field for field in fields} - rows == set()




def test_every_error_reason_is_documented():
    rows = set(re.findall(r"^\| `([A-Z_]+)`", read("docs/reference/errors.md"), re.M))
    used = set()
    for path in (REPO / "controlplane").rglob("*.[ch]*"):
        if path.suffix in (".cc", ".h") and not path.name.endswith("_test.cc"):
            used |= set(re.findall(r'kReason\w+(?:\[\])? *= *"([A-Z_]+)"',
                                   path.read_text()))
    assert used - rows == set(), "without a row in docs/reference/errors.md"


def test_every_failure_reason_is_documented():
    rows = set(re.findall(r"^\| `([A-Z_]+)`", read("docs/reference/reasons.md"), re.M))
    used = set(re.findall(r'return "([A-Z_]+)";', read("edgenode/zone/failure.cc")))
    assert len(used) > 10, "is the pattern right?"
    assert used - {"UNKNOWN"} - rows == set(), "without a row in reasons.md"


def test_links_in_the_docs_lead_somewhere():
    broken = []
    for path in [*REPO.glob("*.md"), *(REPO / "docs").rglob("*.md")]:
        for target in re.findall(r"\]\(([^)#]+)(?:#[^)]*)?\)", path.read_text()):
            if "://" not in target and not (path.parent / target).exists():
                broken.append(f"{path.relative_to(REPO)}: {target}")
    assert broken == []


def binaries():
    return pathlib.Path(os.environ.get("UNDERSTUDY_BIN_DIR", REPO / "bazel-bin"))


PROGRAMS = {"controller": "controlplane/understudy-controller",
            "edge": "edgenode/understudy-edge", "cli": "cli/understudy"}


@pytest.mark.parametrize("program", PROGRAMS)
def test_programs_keep_the_contract(program):
    binary = binaries() / PROGRAMS[program]
    for flag in ("--help", "--version"):
        run = subprocess.run([binary, flag], capture_output=True, text=True,
                             timeout=20, check=False)
        assert run.returncode == 0 and run.stdout
    run = subprocess.run([binary, "--no-such-flag"], capture_output=True, text=True,
                         timeout=20, check=False)
    assert run.returncode == 2
    assert len(run.stderr.strip().splitlines()) == 1, run.stderr


@pytest.mark.parametrize("program", ["controller", "edge"])
def test_example_configurations_are_accepted(program):
    run = subprocess.run(
        [binaries() / PROGRAMS[program],
         f"--config={REPO}/deploy/examples/{program}.conf", "--check_config"],
        capture_output=True, text=True, timeout=20, check=False)
    assert run.returncode == 0, run.stderr


@pytest.mark.parametrize("program", ["controller", "edge"])
def test_bad_configurations_name_every_fault(program, tmp_path):
    config = tmp_path / "bad.conf"
    config.write_text('metrics_listen: "nowhere"\n')
    run = subprocess.run(
        [binaries() / PROGRAMS[program], f"--config={config}", "--check_config"],
        capture_output=True, text=True, timeout=20, check=False)
    assert run.returncode == 2
    assert "data_dir" in run.stderr and "metrics_listen" in run.stderr


def test_check_script_finds_what_it_should(tmp_path):
    """A file with one fault of each kind, in the place of one of ours."""
    bad = REPO / "edgenode/check_script_selftest.cc"
    bad.write_text('// no head\n#include <pqxx/pqxx>\n'
                   '#include "controlplane/store/store.h"\n'
                   '// TO' 'DO mend\nauto x = absl::Now();\n')
    try:
        run = subprocess.run(
            [REPO / "bazel/check.sh", "edgenode/check_script_selftest.cc"],
            capture_output=True, text=True, check=False)
    finally:
        bad.unlink()
    assert run.returncode == 1
    for kind in ("include:", "layer:", "time and chance:", "head:", "todo:"):
        assert kind in run.stdout, f"{kind} was not found:\n{run.stdout}"


def test_shell_scripts_parse():
    for script in [*REPO.glob("deploy/**/*.sh"), *REPO.glob("tests/*.sh"),
                   REPO / "bazel/check.sh", REPO / ".ci/run"]:
        subprocess.run(["bash", "-n", script], check=True)
