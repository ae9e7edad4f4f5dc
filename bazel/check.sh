#!/usr/bin/env bash
# Copyright 2026 The Understudy Authors
# SPDX-License-Identifier: Apache-2.0
#
# The rules of the house that a script can see: format, who may include what,
# layering, where time and chance come from, file heads, sizes. Checks every
# file that git knows or would add; `check.sh FILE...` checks those alone.
# Prints a line for each fault and ends with 1 if there was any.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

if [ $# -gt 0 ]; then
  FILES=("$@")
else
  mapfile -t FILES < <(git ls-files --cached --others --exclude-standard)
fi
EXISTING=()
for file in "${FILES[@]}"; do [ -f "$file" ] && EXISTING+=("$file"); done
FAULTS=0

fault() { printf '%s\n' "$*"; FAULTS=$((FAULTS + 1)); }

# The files whose path matches the extended regular expression.
select_files() {
  [ "${#EXISTING[@]}" = 0 ] || printf '%s\n' "${EXISTING[@]}" | grep -E "$1" || true
}

# matches REGEX FILE...: FILE:LINE:TEXT for each hit.
matches() {
  local regex=$1
  shift
  [ $# -eq 0 ] || grep -HnE -- "$regex" "$@" || true
}

mapfile -t CPP < <(select_files '\.(cc|h)$')

# --- Format ------------------------------------------------------------------

if [ "${#CPP[@]}" -gt 0 ]; then
  if command -v clang-format >/dev/null; then
    while read -r line; do fault "format: $line (run clang-format -i)"; done < <(
      printf '%s\0' "${CPP[@]}" | xargs -0 -P 2 -n 20 clang-format --dry-run 2>&1 |
        sed -nE 's/^([^:]+):([0-9]+):.*code should be clang-formatted.*/\1/p' |
        sort -u)
  else
    fault "format: there is no clang-format: apt-get install clang-format"
  fi
fi

# --- Who may include which library -------------------------------------------

# REGEX of the include | REGEX of the paths that may | what to do instead
INCLUDE_TABLE=(
  '<pqxx/|^controlplane/store/|SQL stays in the store'
  '<libpq|^controlplane/store/|SQL stays in the store'
  '<grpcpp/|^(controlplane/(customer|push|http|auth)/|controlplane/[^/]+$|edgenode/link/|edgenode/[^/]+$|cli/|tests/)|logic depends on messages, not on gRPC'
  '[<"][^>"]*\.grpc\.pb\.h[>"]|^(controlplane/(customer|push|http|auth)/|controlplane/[^/]+$|edgenode/link/|edgenode/[^/]+$|cli/|tests/)|logic depends on messages, not on gRPC'
  '<prometheus/|^base/|declare metrics through base/metrics.h'
  '<openssl/|^(dns/|controlplane/auth/|edgenode/[^/]+$)|cryptography has few homes'
  '<lmdb\.h>|^edgenode/zonestore/|the zone archive alone touches LMDB'
  '<httplib\.h>|^(base/|controlplane/http/)|HTTP has few homes'
  '<boost/|^edgenode/|the event loop is the edge'"'"'s'
  '<xxhash\.h>|^edgenode/(zone|zonestore)/|checksums of blocks alone'
  '[<"]CLI/|^(cli/|controlplane/[^/]+$|edgenode/[^/]+$)|only mains read flags'
)
for row in "${INCLUDE_TABLE[@]}"; do
  # The middle column may hold bars: cut at the first and the last one.
  include=${row%%|*} rest=${row#*|}
  why=${rest##*|} allowed=${rest%|*}
  while IFS= read -r hit; do
    [ -n "$hit" ] || continue
    path=${hit%%:*}
    [[ $path =~ $allowed ]] || fault "include: ${hit%%:#*}: $why"
  done < <(matches "^ *# *include +$include" ${CPP[@]+"${CPP[@]}"})
done

# --- Layers ------------------------------------------------------------------

# REGEX of the paths | REGEX of our includes that these may have
LAYERS=(
  '^base/|^"base/'
  '^dns/|^"(base|dns)/'
  '^controlplane/|^"(base|dns|controlplane|understudy|google)/'
  '^edgenode/|^"(base|dns|edgenode|understudy|google)/'
  '^cli/|^"(base|cli|understudy|google)/'
)
LIBRARY_QUOTED='^"(absl|gtest|gmock|benchmark|boost|prometheus|google/protobuf|CLI)/'
while IFS= read -r hit; do
  [ -n "$hit" ] || continue
  path=${hit%%:*}
  included=\"${hit#*\"}
  [[ $included =~ $LIBRARY_QUOTED ]] && continue
  for row in "${LAYERS[@]}"; do
    if [[ $path =~ ${row%%|*} ]]; then
      [[ $included =~ ${row#*|} ]] ||
        fault "layer: ${hit%%:#*} includes $included, which lies above or beside it"
    fi
  done
done < <(matches '^ *# *include +"' ${CPP[@]+"${CPP[@]}"})

# --- Time and chance ---------------------------------------------------------

mapfile -t TIMELESS < <(printf '%s\n' ${CPP[@]+"${CPP[@]}"} |
  grep -vE '^base/(clock|random)\.|^tests/' || true)
CLOCKS='absl::Now\(|_clock::now\(|absl::SleepFor|[^a-z_.>]u?sleep\(|nanosleep\(|sleep_for\(|sleep_until\(|clock_gettime\(|gettimeofday\(|[^a-z_.>:]time\((NULL|nullptr|0)\)'
CHANCE='[^a-z_A-Z.>]s?rand\(|std::random_device|mt19937|getrandom\(|drand48'
while IFS= read -r hit; do
  [ -n "$hit" ] || continue
  # Comments may speak of it, and a seeded engine in a test is no chance.
  [[ $hit =~ :[0-9]+:[[:space:]]*// ]] && continue
  [[ $hit =~ ^[^:]*_(test|property_test|benchmark|fuzz)\.cc: && $hit =~ mt19937 ]] && continue
  fault "time and chance: $hit: take a Clock or a Random"
done < <(matches "$CLOCKS|$CHANCE" ${TIMELESS[@]+"${TIMELESS[@]}"})

# --- Heads, TODOs ------------------------------------------------------------

while IFS= read -r file; do
  head -n 4 "$file" | grep -q 'SPDX-License-Identifier: Apache-2.0' ||
    fault "head: $file has no SPDX line in its first four"
done < <(select_files '\.(cc|h|proto|sh|py|sql|service)$')
while IFS= read -r file; do
  grep -qx '#pragma once' "$file" || fault "head: $file has no #pragma once"
done < <(select_files '\.h$')
mapfile -t TEXTS < <(select_files '\.(cc|h|proto|sh|py|bzl|bazel|sql|md)$' |
  grep -vE '^bazel/check\.sh$' || true)
while IFS= read -r hit; do
  [ -z "$hit" ] || fault "todo: $hit: write TODO(#issue)"
done < <(matches '\b(TODO|FIXME|XXX)\b' ${TEXTS[@]+"${TEXTS[@]}"} |
  grep -vE 'TODO\(#[0-9]+\)|XXXX' || true)

# --- Sizes -------------------------------------------------------------------

# An overrun is told; half as much again is a fault.
budget_of() {
  case $1 in
    *_test.cc | *_fuzz.cc | *_benchmark.cc | tests/*) echo 500 ;;
    *.h) echo 200 ;;
    *.cc | *.py | *.sh) echo 400 ;;
    *BUILD.bazel) echo 200 ;;
    *) echo 0 ;;
  esac
}
while read -r lines file; do
  budget=$(budget_of "$file")
  if [ "$budget" = 0 ] || [ "$lines" -le "$budget" ]; then continue; fi
  if [ $((lines * 2)) -gt $((budget * 3)) ]; then
    fault "size: $file has $lines lines; the budget is $budget"
  else
    printf 'note: %s has %s lines; the budget is %s\n' "$file" "$lines" "$budget"
  fi
done < <(select_files '\.(cc|h|py|sh)$|BUILD\.bazel$' | xargs -r -d '\n' wc -l |
  grep -v ' total$' || true)

if [ "$FAULTS" -gt 0 ]; then
  printf '%s faults in %s files\n' "$FAULTS" "${#EXISTING[@]}"
  exit 1
fi
printf 'no fault in %s files\n' "${#EXISTING[@]}"
