#!/usr/bin/env bash
# Copyright 2026 The Understudy Authors
# SPDX-License-Identifier: Apache-2.0
#
# What stack.sh, quickstart.sh and tests/run.sh share: packages, building, and
# processes that are known by their id and by what they run. To be sourced by
# bash with `set -euo pipefail`.

REPO=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)

# Packages of Debian 12 that the build and the stack need.
# shellcheck disable=SC2034  # used by those who source this
BUILD_PACKAGES=(
  bazel-bootstrap bazel-rules-java build-essential pkg-config
  libabsl-dev libgrpc++-dev libprotobuf-dev protobuf-compiler
  protobuf-compiler-grpc golang-github-grpc-ecosystem-grpc-gateway-dev
  libpqxx-dev prometheus-cpp-dev libssl-dev libboost1.81-dev liblmdb-dev
  libxxhash-dev libcli11-dev libcpp-httplib-dev
  libgtest-dev libgmock-dev libbenchmark-dev
)
# shellcheck disable=SC2034
RUN_PACKAGES=(postgresql-15 curl util-linux procps)
# shellcheck disable=SC2034
SAMPLE_PACKAGES=(knot knot-dnsutils)

say() { printf '%s\n' "$*" >&2; }
die() { say "${0##*/}: $*"; exit 1; }

# --- Packages ----------------------------------------------------------------

missing_packages() {
  local name
  for name in "$@"; do
    dpkg-query -W -f='${db:Status-Status}' "$name" 2>/dev/null |
      grep -qx installed || printf '%s\n' "$name"
  done
}

as_root() {
  if [ "$(id -u)" = 0 ]; then
    "$@"
  elif command -v sudo >/dev/null; then
    sudo "$@"
  else
    die "needs root to run \`$*\`: run it as root, or install sudo"
  fi
}

# Installs those of the packages that are missing; asks the archive only then.
ensure_packages() {
  local missing
  mapfile -t missing < <(missing_packages "$@")
  [ "${#missing[@]}" -gt 0 ] || return 0
  command -v apt-get >/dev/null ||
    die "these packages are missing and there is no apt-get: ${missing[*]}"
  say "installing: ${missing[*]}"
  local apt=(env DEBIAN_FRONTEND=noninteractive apt-get -qq -y
    -o DPkg::Lock::Timeout=300)
  as_root "${apt[@]}" install --no-install-recommends "${missing[@]}" \
    </dev/null >/dev/null 2>&1 && return 0
  # The lists may be missing or old: once more with fresh ones, and aloud.
  as_root "${apt[@]}" update </dev/null >&2 ||
    die "apt-get update failed; check the network and /etc/apt"
  as_root "${apt[@]}" install --no-install-recommends "${missing[@]}" \
    </dev/null >&2 || die "apt-get could not install: ${missing[*]}"
}

# --- Building ----------------------------------------------------------------

BINARIES=(controlplane/understudy-controller edgenode/understudy-edge
  cli/understudy)
BUILD_TARGETS=(//controlplane:understudy-controller //edgenode:understudy-edge
  //cli:understudy)
BUILD_STAMP=$REPO/build/opt.stamp

# Where the binaries are. UNDERSTUDY_BIN_DIR names a folder laid out like
# bazel-bin, which is then taken as it is.
bin_dir() { printf '%s\n' "${UNDERSTUDY_BIN_DIR:-$REPO/bazel-bin}"; }
controller_bin() { printf '%s/controlplane/understudy-controller\n' "$(bin_dir)"; }
edge_bin() { printf '%s/edgenode/understudy-edge\n' "$(bin_dir)"; }
cli_bin() { printf '%s/cli/understudy\n' "$(bin_dir)"; }

# Flags for each bazel command: a cache outside of the checkout, unless
# user.bazelrc or the user's own bazelrc already names one. As lines.
bazel_flags() {
  printf '%s\n' "--jobs=${UNDERSTUDY_JOBS:-2}"
  grep -qs -- --disk_cache "$REPO/user.bazelrc" "${HOME:-/root}/.bazelrc" \
    /etc/bazel.bazelrc ||
    printf '%s\n' \
      "--disk_cache=${XDG_CACHE_HOME:-${HOME:-/root}/.cache}/understudy-bazel"
}

run_bazel() {
  local command=$1 flags
  shift
  mapfile -t flags < <(bazel_flags)
  (cd "$REPO" && bazel "$command" "${flags[@]}" "$@" </dev/null)
}

binaries_are_fresh() {
  local name
  [ -e "$BUILD_STAMP" ] || return 1
  # The link may point at another configuration's output.
  [[ $(readlink "$REPO/bazel-bin") == *-opt/bin ]] || return 1
  for name in "${BINARIES[@]}"; do [ -x "$REPO/bazel-bin/$name" ] || return 1; done
  [ -z "$(cd "$REPO" && find base bazel cli controlplane dns edgenode proto \
    WORKSPACE BUILD.bazel .bazelrc -newer "$BUILD_STAMP" -type f -print -quit)" ]
}

ensure_built() {
  if [ -n "${UNDERSTUDY_BIN_DIR:-}" ]; then
    local name
    for name in "${BINARIES[@]}"; do
      [ -x "$UNDERSTUDY_BIN_DIR/$name" ] ||
        die "UNDERSTUDY_BIN_DIR has no $name; build it, or unset the variable"
    done
    return 0
  fi
  binaries_are_fresh && return 0
  ensure_packages "${BUILD_PACKAGES[@]}"
  say "building (bazel build -c opt; the first time takes minutes)"
  mkdir -p "$REPO/build"
  # The time before the build counts: what is edited during it is newer.
  local stamp
  stamp=$(mktemp "$REPO/build/stamp.XXXXXX")
  if ! run_bazel build -c opt --show_result=0 "${BUILD_TARGETS[@]}" \
    >"$REPO/build/build.log" 2>&1; then
    rm -f "$stamp"
    tail -n 40 "$REPO/build/build.log" >&2
    die "the build failed; all of its output: $REPO/build/build.log"
  fi
  mv "$stamp" "$BUILD_STAMP"
}

# --- Processes ---------------------------------------------------------------

# True while PID runs and has WORD among its arguments: an id alone may long be
# another's.
is_ours() {
  local pid=$1 word=$2
  [ -n "$pid" ] && [ -r "/proc/$pid/cmdline" ] &&
    tr '\0' '\n' <"/proc/$pid/cmdline" 2>/dev/null | grep -qxF -- "$word"
}

# Ends PID politely, by force after SECONDS. Returns 1 when force was needed.
end_process() {
  local pid=$1 word=$2 seconds=$3 i
  is_ours "$pid" "$word" || return 0
  kill -TERM "$pid" 2>/dev/null || return 0
  for ((i = 0; i < seconds * 20; ++i)); do
    is_ours "$pid" "$word" || return 0
    sleep 0.05
  done
  kill -KILL "$pid" 2>/dev/null || true
  return 1
}

# Runs a command apart from this terminal, output to a file; prints its id.
spawn() {
  local log=$1
  shift
  setsid "$@" </dev/null >>"$log" 2>&1 &
  printf '%s\n' "$!"
}

# wait_until SECONDS PID COMMAND...: until the command succeeds; 1 when the time
# is over, 2 when PID died before. PID may be "-".
wait_until() {
  local seconds=$1 pid=$2 end
  shift 2
  end=$((SECONDS + seconds))
  until "$@"; do
    [ "$pid" = - ] || kill -0 "$pid" 2>/dev/null || return 2
    [ "$SECONDS" -lt "$end" ] || return 1
    sleep 0.03
  done
}

http_ok() { curl -fsS -m 5 -o /dev/null "http://$1" 2>/dev/null; }

# Makes the folder, and sees that PostgreSQL's user can reach it: as root, the
# embedded PostgreSQL runs as `postgres`.
prepare_dir() {
  local dir=$1
  mkdir -p "$dir" || die "cannot make $dir"
  [ "$(id -u)" = 0 ] || return 0
  chmod o+x "$dir"
  # Only a local account can be asked; without it there is no PostgreSQL yet.
  id postgres >/dev/null 2>&1 || return 0
  setpriv --reuid postgres --regid postgres --init-groups \
    test -x "$dir" 2>/dev/null ||
    die "the user postgres cannot reach $dir: choose a folder below one that" \
      "all may enter, such as /var/tmp, or chmod o+x its parents"
}
