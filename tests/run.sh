#!/usr/bin/env bash
# Copyright 2026 The Understudy Authors
# SPDX-License-Identifier: Apache-2.0
#
# Runs the tests: installs what is missing, builds, and ends with the line
# `N passed, N failed`. See usage().
set -euo pipefail
# shellcheck source=../deploy/local/lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/../deploy/local/lib.sh"
cd "$REPO"

usage() {
  cat <<'TEXT'
usage: tests/run.sh [NAME...]

Without a name: everything. A name is a part, or else a pytest -k expression that
selects among the system and repository tests.

  check    the rules that bazel/check.sh sees
  lint     the protos, by buf (skipped when it cannot be had)
  unit     bazel test -c opt //...
  asan     the unit tests under AddressSanitizer and UBSan
  tsan     base, dns and edgenode under ThreadSanitizer
  system   real primaries, PostgreSQL, controller and edges; the repository

Output is kept in build/test-logs. UNDERSTUDY_JOBS sets bazel's jobs (2),
UNDERSTUDY_SEED the seed of the tests that draw lots.
TEXT
}

PARTS=(check lint unit asan tsan system)
TEST_PACKAGES=(clang-format python3 python3-pytest python3-dnspython
  python3-grpcio python3-protobuf knot knot-dnsutils nsd bind9)
LOGS=$REPO/build/test-logs
PYTHON=/usr/bin/python3
PASSED=0
FAILED=0

# count PASSED FAILED
count() {
  PASSED=$((PASSED + $1))
  FAILED=$((FAILED + $2))
}

# tell PART: how it went, with the end of its output when it failed.
tell() {
  local part=$1 passed=$2 failed=$3 begin=$4
  printf '%-7s %4d passed, %d failed  (%d s)\n' "$part" "$passed" "$failed" \
    $((SECONDS - begin))
  count "$passed" "$failed"
  [ "$failed" = 0 ] && return 0
  printf -- '--- the end of %s\n' "$LOGS/$part.log"
  tail -n 60 "$LOGS/$part.log"
  printf -- '---\n'
}

# One command that passes or fails as a whole.
run_single() {
  local part=$1 begin=$SECONDS
  shift
  if "$@" >"$LOGS/$part.log" 2>&1; then
    tell "$part" 1 0 "$begin"
  else
    tell "$part" 0 1 "$begin"
  fi
}

# bazel test with these arguments; counts its targets.
run_bazel_tests() {
  local part=$1 begin=$SECONDS code=0 passed failed
  shift
  run_bazel test --keep_going --test_output=errors --noshow_progress \
    --experimental_convenience_symlinks=ignore "$@" \
    >"$LOGS/$part.log" 2>&1 || code=$?
  passed=$(grep -cE '^//\S+ +(\(cached\) )?PASSED' "$LOGS/$part.log" || true)
  failed=$(grep -cE '^//\S+ .*(FAILED|TIMEOUT|NO STATUS|FLAKY)' \
    "$LOGS/$part.log" || true)
  # What failed before any test ran (a build) has no line of its own.
  if [ "$code" != 0 ] && [ "$failed" = 0 ]; then failed=1; fi
  if [ "$passed" = 0 ] && [ "$failed" = 0 ]; then failed=1; fi
  tell "$part" "$passed" "$failed" "$begin"
}

# Pytest with these arguments; counts its tests.
run_pytest() {
  local part=system begin=$SECONDS code=0 passed failed errors
  ensure_built
  PYTHONDONTWRITEBYTECODE=1 "$PYTHON" -m pytest -c tests/pytest.ini \
    --rootdir tests -v --tb=short tests/system tests/repo "$@" \
    >"$LOGS/$part.log" 2>&1 </dev/null ||
    code=$?
  passed=$(summary_count passed)
  failed=$(summary_count failed)
  errors=$(summary_count 'errors?')
  failed=$((failed + errors))
  # A name that selects nothing is a mistake of the caller's.
  if [ "$code" != 0 ] && [ "$failed" = 0 ]; then failed=1; fi
  tell "$part" "$passed" "$failed" "$begin"
}

# The number before a word in pytest's last line.
summary_count() {
  local number
  number=$(tail -n 1 "$LOGS/system.log" | grep -oE "[0-9]+ $1\b" |
    grep -oE '^[0-9]+' || true)
  printf '%s\n' "${number:-0}"
}

# --- The parts ---------------------------------------------------------------

part_check() { run_single check bazel/check.sh; }

# buf wants the imports beside the protos: it gets a descriptor set instead.
lint_protos() {
  local buf=$1 image
  image=$(mktemp --suffix=.binpb)
  (cd proto && find understudy -name '*.proto' -print0 | xargs -0 protoc -I. \
    -I/usr/share/gocode/src/github.com/grpc-ecosystem/grpc-gateway/third_party/googleapis \
    -I/usr/include --include_imports --include_source_info \
    --descriptor_set_out="$image") && "$buf" lint "$image" --config buf.yaml
}

part_lint() {
  local home=${XDG_CACHE_HOME:-${HOME:-/root}/.cache}/understudy-npm buf
  buf=$home/node_modules/.bin/buf
  mkdir -p "$home"
  if [ ! -x "$buf" ] && command -v npm >/dev/null; then
    timeout 120 npm install --prefix "$home" --no-audit --no-fund \
      --loglevel=error @bufbuild/buf@1 >"$LOGS/lint.log" 2>&1 </dev/null || true
  fi
  if [ ! -x "$buf" ]; then
    say "lint    skipped: buf cannot be had (npm install @bufbuild/buf)"
    return 0
  fi
  run_single lint lint_protos "$buf"
}

part_unit() { run_bazel_tests unit -c opt //...; }
part_asan() { run_bazel_tests asan --config=asan --build_tests_only //...; }
part_tsan() {
  run_bazel_tests tsan --config=tsan //base/... //dns/... //edgenode/...
}
part_system() { run_pytest "$@"; }

# --- Main --------------------------------------------------------------------

SELECTED=()
EXPRESSIONS=()
for name in "$@"; do
  case $name in
    --help | -h) usage; exit 0 ;;
    -*) usage >&2; exit 2 ;;
  esac
  if [[ " ${PARTS[*]} " == *" $name "* ]]; then
    SELECTED+=("$name")
  else
    EXPRESSIONS+=("$name")
  fi
done
[ $# -gt 0 ] || SELECTED=("${PARTS[@]}")

rm -rf "$LOGS"
mkdir -p "$LOGS"
ensure_packages "${BUILD_PACKAGES[@]}" "${RUN_PACKAGES[@]}" "${TEST_PACKAGES[@]}"
for part in ${SELECTED[@]+"${SELECTED[@]}"}; do "part_$part"; done
for expression in ${EXPRESSIONS[@]+"${EXPRESSIONS[@]}"}; do
  run_pytest -k "$expression"
done
printf '%d passed, %d failed\n' "$PASSED" "$FAILED"
[ "$FAILED" = 0 ]
