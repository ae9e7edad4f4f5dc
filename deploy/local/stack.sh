#!/usr/bin/env bash
# Copyright 2026 The Understudy Authors
# SPDX-License-Identifier: Apache-2.0
#
# A controller and edges on loopback, for tests and measurements. See usage().
set -euo pipefail
# shellcheck source=lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

usage() {
  cat <<'TEXT'
usage: stack.sh COMMAND --dir D [options]

  up      start a controller and edges, wait until they are ready, write D/env
            --edges N             edges to run (1)
            --database URL        a PostgreSQL instead of the embedded one
            --insecure-claims     take zones without proof of ownership
            --edge-option TEXT    a line for the edges' configuration
            --controller-option TEXT
  down    end them; the data stays, and `up` goes on with it on the same ports
  purge   end them and remove what `up` made in D
  status  say what runs

For tests, one process at a time, with the configuration and ports it had:
  start-controller | stop-controller | start-edge N | stop-edge N   [--no-wait]

D/env is a file of shell assignments. Options of `up` are remembered in D.
UNDERSTUDY_BIN_DIR names ready-made binaries in bazel-bin's layout.
TEXT
}

bad_usage() { say "stack.sh: $*"; usage >&2; exit 2; }

COMMAND=${1:-}
[ -n "$COMMAND" ] || bad_usage "which command?"
shift
case $COMMAND in --help | -h) usage; exit 0 ;; esac

DIR='' NUMBER='' WAIT=1
EDGES='' DATABASE='' CLAIMS='' EDGE_OPTIONS=() CONTROLLER_OPTIONS=()
while [ $# -gt 0 ]; do
  case $1 in
    --dir | --edges | --database | --edge-option | --controller-option)
      [ $# -ge 2 ] || bad_usage "$1 needs a value" ;;
  esac
  case $1 in
    --dir) DIR=$2; shift 2 ;;
    --edges) EDGES=$2; shift 2 ;;
    --database) DATABASE=$2; shift 2 ;;
    --edge-option) EDGE_OPTIONS+=("$2"); shift 2 ;;
    --controller-option) CONTROLLER_OPTIONS+=("$2"); shift 2 ;;
    --insecure-claims) CLAIMS=true; shift ;;
    --no-wait) WAIT=0; shift ;;
    [0-9]*) NUMBER=$1; shift ;;
    *) bad_usage "unknown option $1" ;;
  esac
done
[ -n "$DIR" ] || bad_usage "--dir is missing"
[[ -z "$EDGES" || "$EDGES" =~ ^[0-9]{1,3}$ ]] || bad_usage "--edges is a number"
case $DIR in /*) ;; *) DIR=$PWD/$DIR ;; esac
case $DIR in *[\"\\$'\n']*) bad_usage "--dir has a quote or backslash" ;; esac

RUN=$DIR/run
readonly READY_SECONDS=60 STOP_SECONDS=15

# --- What is remembered ------------------------------------------------------

pid_of() { cat "$RUN/$1.pid" 2>/dev/null || true; }
config_of() { printf '%s/%s.conf\n' "$RUN" "$1"; }
running() { is_ours "$(pid_of "$1")" "--config=$(config_of "$1")"; }

# A port that nobody uses, below those that the system gives to outgoing
# connections: while a process of the stack is down, none may take its port.
pick_port() {
  local port hex
  for _ in {1..200}; do
    port=$((10000 + RANDOM % 20000))
    hex=$(printf '%04X' "$port")
    grep -qs ":$hex " /proc/net/tcp /proc/net/udp /proc/net/tcp6 \
      /proc/net/udp6 && continue
    grep -qs ":$port\$" "$DIR/ports" && continue
    printf '%s\n' "$port"
    return 0
  done
  die "no port is free between 10000 and 29999"
}

# address_of NAME KEY: as bound at present or the last time, or to be bound.
address_of() {
  local address
  address=$(sed -n "s/^$1\.$2=//p" "$DIR/ports" 2>/dev/null | tail -n 1)
  if [ -z "$address" ]; then
    address=127.0.0.1:$(pick_port)
    printf '%s.%s=%s\n' "$1" "$2" "$address" >>"$DIR/ports"
  fi
  printf '%s\n' "$address"
}

# Takes over what the process wrote about itself.
remember_addresses() {
  local name=$1 key address
  while IFS='=' read -r key address; do
    [ -n "$address" ] || continue
    sed -i "/^$name\.$key=/d" "$DIR/ports"
    printf '%s.%s=%s\n' "$name" "$key" "$address" >>"$DIR/ports"
  done <"$RUN/$name.addresses"
}

# The options of the `up` that made the stack, with those of this one.
remember_options() {
  : >>"$RUN/options"
  set_option edges "${EDGES:-$(get_option edges)}"
  [ -z "$DATABASE" ] || set_option database "$DATABASE"
  [ -z "$CLAIMS" ] || set_option claims true
  [ "$(get_option edges)" ] || set_option edges 1
  if [ "${#EDGE_OPTIONS[@]}" -gt 0 ]; then
    printf '%s\n' "${EDGE_OPTIONS[@]}" >"$RUN/edge.options"
  fi
  if [ "${#CONTROLLER_OPTIONS[@]}" -gt 0 ]; then
    printf '%s\n' "${CONTROLLER_OPTIONS[@]}" >"$RUN/controller.options"
  fi
}
get_option() { sed -n "s/^$1=//p" "$RUN/options" 2>/dev/null; }
set_option() {
  sed -i "/^$1=/d" "$RUN/options"
  printf '%s=%s\n' "$1" "$2" >>"$RUN/options"
}

write_env() {
  local n count
  count=$(get_option edges)
  rm -f "$DIR/env.new"
  (umask 077 && : >"$DIR/env.new")
  {
    env_line UNDERSTUDY_ENDPOINT "$(address_of controller grpc)"
    env_line UNDERSTUDY_TOKEN "$(cat "$DIR/controller/tokens/project.token")"
    env_line UNDERSTUDY_ADMIN_TOKEN \
      "$(cat "$DIR/controller/tokens/operator.token")"
    env_line UNDERSTUDY_CA "$DIR/controller/tls/ca.pem"
    env_line UNDERSTUDY_HTTP "http://$(address_of controller http)"
    env_line CONTROLLER_PID "$(pid_of controller)"
    env_line CONTROLLER_METRICS "$(address_of controller metrics)"
    for ((n = 1; n <= count; ++n)); do
      env_line "EDGE${n}_DNS" "$(address_of "edge$n" dns)"
      env_line "EDGE${n}_METRICS" "$(address_of "edge$n" metrics)"
      env_line "EDGE${n}_PID" "$(pid_of "edge$n")"
      env_line "EDGE${n}_DIR" "$DIR/edge$n"
      env_line "EDGE${n}_NAME" "edge$n"
    done
  } >"$DIR/env.new"
  mv "$DIR/env.new" "$DIR/env"
}
env_line() { printf '%s=%q\n' "$1" "$2"; }

# --- Starting ----------------------------------------------------------------

write_controller_config() {
  local database claims
  database=$(get_option database)
  claims=$(get_option claims)
  {
    printf 'data_dir: "%s/controller"\n' "$DIR"
    printf 'grpc_listen: "%s"\n' "$(address_of controller grpc)"
    printf 'http_listen: "%s"\n' "$(address_of controller http)"
    printf 'metrics_listen: "%s"\n' "$(address_of controller metrics)"
    printf 'address_file: "%s/controller.addresses"\n' "$RUN"
    [ -z "$database" ] || printf 'database_url: "%s"\n' "$database"
    [ -z "$claims" ] || printf 'insecure_claims: true\n'
    cat "$RUN/controller.options" 2>/dev/null || true
  } >"$(config_of controller)"
}

write_edge_config() {
  local name=$1
  {
    printf 'data_dir: "%s/%s"\n' "$DIR" "$name"
    printf 'dns_listen: "%s"\n' "$(address_of "$name" dns)"
    printf 'metrics_listen: "%s"\n' "$(address_of "$name" metrics)"
    printf 'controllers: "%s"\n' "$(address_of controller grpc)"
    printf 'controller_ca_file: "%s/controller/tls/ca.pem"\n' "$DIR"
    printf 'token_file: "%s/%s.token"\n' "$RUN" "$name"
    printf 'workers: 1\n'
    printf 'transfer_source: "127.0.0.1"\n'
    printf 'address_file: "%s/%s.addresses"\n' "$RUN" "$name"
    cat "$RUN/edge.options" 2>/dev/null || true
  } >"$(config_of "$name")"
}

# launch NAME BINARY: starts it and writes down its id.
launch() {
  local name=$1 binary=$2
  rm -f "$RUN/$name.addresses"
  spawn "$DIR/$name.log" "$binary" "--config=$(config_of "$name")" \
    >"$RUN/$name.pid"
}

ready() {
  [ -s "$RUN/$1.addresses" ] &&
    http_ok "$(sed -n 's/^metrics=//p' "$RUN/$1.addresses")/readyz"
}

# await NAME: until it is ready; on failure says what its log says.
await() {
  local name=$1 code=0
  wait_until "$READY_SECONDS" "$(pid_of "$name")" ready "$name" || code=$?
  if [ "$code" = 0 ]; then remember_addresses "$name"; return 0; fi
  say "the last lines of $DIR/$name.log:"
  tail -n 20 "$DIR/$name.log" >&2 || true
  [ "$code" = 2 ] && die "$name ended while starting"
  die "$name was not ready within $READY_SECONDS seconds"
}

start_controller() {
  running controller && return 0
  write_controller_config
  launch controller "$(controller_bin)"
}

# The edge's token, made once. A token that was made but not kept is void.
ensure_edge_token() {
  local name=$1 file=$RUN/$1.token
  [ -s "$file" ] && return 0
  local cli=(env "UNDERSTUDY_ENDPOINT=$(address_of controller grpc)"
    "UNDERSTUDY_CA=$DIR/controller/tls/ca.pem"
    "UNDERSTUDY_ADMIN_TOKEN=$(cat "$DIR/controller/tokens/operator.token")"
    "$(cli_bin)" --profile /dev/null edges)
  "${cli[@]}" get "$name" >/dev/null 2>&1 && "${cli[@]}" delete "$name" >/dev/null
  (umask 077 && "${cli[@]}" create "$name" >"$file.new") 2>"$RUN/$name.create" ||
    { cat "$RUN/$name.create" >&2; die "$name could not be registered"; }
  mv "$file.new" "$file"
}

start_edge() {
  local name=$1
  running "$name" && return 0
  write_edge_config "$name"
  launch "$name" "$(edge_bin)"
}

# --- Ending ------------------------------------------------------------------

stop() {
  local name=$1
  end_process "$(pid_of "$name")" "--config=$(config_of "$name")" \
    "$STOP_SECONDS" || { say "$name had to be killed"; return 1; }
}

# A controller that was killed leaves its PostgreSQL behind.
stop_orphaned_postgres() {
  local file pid data
  while read -r file; do
    pid=$(head -n 1 "$file" 2>/dev/null || true)
    data=$(sed -n 2p "$file" 2>/dev/null || true)
    [[ "$pid" =~ ^[0-9]+$ && "$data" == "$DIR"/* ]] || continue
    end_process "$pid" "$data" "$STOP_SECONDS" ||
      say "PostgreSQL had to be killed"
  done < <(find "$DIR/controller" -maxdepth 4 -name postmaster.pid 2>/dev/null)
}

# PostgreSQL's socket lies outside of D, where paths are short; a controller
# that was killed leaves it behind.
remove_socket_dir() {
  local folder
  folder=$(cat "$DIR/controller/postgres/socket_dir" 2>/dev/null || true)
  case $folder in
    */understudy-pg-*) rm -rf "$folder" ;;
  esac
}

each_edge() {
  local file name
  for file in "$RUN"/edge*.pid; do
    [ -e "$file" ] || continue
    name=${file##*/}
    printf '%s\n' "${name%.pid}"
  done
}

down() {
  local name code=0
  while read -r name; do stop "$name" || code=1; done < <(each_edge)
  stop controller || code=1
  stop_orphaned_postgres
  return $code
}

# The file and not the folder: many a directory has a `run`, such as /var.
need_stack() {
  [ -f "$RUN/options" ] || die "there is no stack in $DIR: run up first"
}

# For us alone: the configuration may have the database's password.
make_run() {
  [ ! -f "$RUN/options" ] || return 0
  rmdir "$RUN" 2>/dev/null || true
  mkdir -m 700 "$RUN" 2>/dev/null ||
    die "$RUN is there, but is no stack's: choose another directory"
  : >"$RUN/options"
}

# What `up` made, by name; the directory itself only when nothing else lies in
# it.
remove_data() {
  local n socket
  # A controller that was killed left its PostgreSQL's socket directory.
  socket=$(cat "$DIR/controller/postgres/socket_dir" 2>/dev/null || true)
  case $socket in
    */understudy-pg-*) rmdir "$socket" 2>/dev/null || true ;;
  esac
  for n in $(each_edge); do rm -rf "${DIR:?}/$n" "$DIR/$n.log"; done
  rm -rf "$DIR/controller" "$DIR/controller.log" "$DIR/env" "$DIR/env.new" \
    "$DIR/ports"
  # The sign that this is a stack goes last, so that a purge can be repeated.
  rm -rf "$RUN"
  rmdir "$DIR" 2>/dev/null || say "$DIR stays: it has files of others"
}

# --- Commands ----------------------------------------------------------------

up() {
  local n
  ensure_packages "${RUN_PACKAGES[@]}"
  ensure_built
  prepare_dir "$DIR"
  make_run
  : >>"$DIR/ports"
  remember_options
  start_controller
  await controller
  for ((n = 1; n <= $(get_option edges); ++n)); do
    ensure_edge_token "edge$n"
    start_edge "edge$n"
  done
  for ((n = 1; n <= $(get_option edges); ++n)); do await "edge$n"; done
  write_env
}

start_one() {
  need_stack
  case $1 in
    controller) start_controller ;;
    *) [ -s "$RUN/$1.token" ] || die "$1 is not part of this stack"
       start_edge "$1" ;;
  esac
  [ "$WAIT" = 0 ] || await "$1"
  write_env
}

edge_name() {
  [ -n "$NUMBER" ] || bad_usage "$COMMAND needs the edge's number"
  printf 'edge%s\n' "$NUMBER"
}

case $COMMAND in
  up) up ;;
  down) need_stack; down ;;
  purge)
    [ -d "$DIR" ] || exit 0
    need_stack
    down || true
    remove_data ;;
  status)
    need_stack
    for name in controller $(each_edge); do
      if running "$name"; then
        printf '%s runs, process %s\n' "$name" "$(pid_of "$name")"
      else
        printf '%s does not run\n' "$name"
      fi
    done ;;
  start-controller) start_one controller ;;
  stop-controller) need_stack; stop controller ;;
  start-edge) start_one "$(edge_name)" ;;
  stop-edge) name=$(edge_name); need_stack; stop "$name" ;;
  *) bad_usage "unknown command $COMMAND" ;;
esac
