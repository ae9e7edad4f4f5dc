#!/usr/bin/env bash
# Copyright 2026 The Understudy Authors
# SPDX-License-Identifier: Apache-2.0
#
# From nothing to a served zone on one Debian 12 machine. See usage().
set -euo pipefail
# shellcheck source=local/lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/local/lib.sh"

ZONE=sample.example
STACK=$REPO/deploy/local/stack.sh

usage() {
  cat <<TEXT
usage: quickstart.sh [--detach | --down | --purge] [--dir D]

Installs what is missing, builds, and starts on loopback: a controller with its
own PostgreSQL, two edges, and a sample primary (Knot DNS) with the zone
$ZONE. Shows that both edges answer, and stays until Ctrl-C.

  --detach   leave everything running and return
  --down     end what --detach left running; the data stays
  --purge    end it and remove the data
  --dir D    where the data lies (${DIR_DEFAULT})
TEXT
}

if [ "$(id -u)" = 0 ]; then
  # PostgreSQL runs as its own user, which cannot enter root's home.
  DIR_DEFAULT=/var/lib/understudy-quickstart
else
  DIR_DEFAULT=${XDG_STATE_HOME:-$HOME/.local/state}/understudy-quickstart
fi
DIR=$DIR_DEFAULT
MODE=stay
while [ $# -gt 0 ]; do
  case $1 in
    --detach) MODE=detach ;;
    --down) MODE=down ;;
    --purge) MODE=purge ;;
    --dir) [ $# -ge 2 ] || { usage >&2; exit 2; }; DIR=$2; shift ;;
    --help | -h) usage; exit 0 ;;
    *) say "quickstart.sh: unknown option $1"; usage >&2; exit 2 ;;
  esac
  shift
done
case $DIR in /*) ;; *) DIR=$PWD/$DIR ;; esac
PRIMARY=$DIR/primary

# --- The sample primary ------------------------------------------------------

write_zone() {
  cat >"$PRIMARY/$ZONE.zone" <<TEXT
\$ORIGIN $ZONE.
\$TTL 300
@        SOA   ns1 hostmaster 1 3600 600 604800 300
         NS    ns1
         NS    ns2
         MX    10 mail
         TXT   "copied by Understudy"
ns1      A     192.0.2.1
ns2      A     192.0.2.2
www      A     192.0.2.10
         AAAA  2001:db8::10
mail     A     192.0.2.20
alias    CNAME www
*.wild   A     192.0.2.30
deep.empty.nonterminal TXT "below two names without records"
child    NS    ns1.child
ns1.child A    192.0.2.40
TEXT
}

# The name server's control socket: its path must be short.
socket_dir() {
  local kept=$PRIMARY/socket_dir
  if [ ! -s "$kept" ] || [ ! -d "$(cat "$kept")" ]; then
    mktemp -d /tmp/understudy-primary.XXXXXX >"$kept"
  fi
  cat "$kept"
}

edge_dns() { sed -n "s/^EDGE$1_DNS=//p" "$DIR/env"; }

# 127.0.0.1:5300 as Knot writes it.
knot_address() { printf '%s@%s\n' "${1%:*}" "${1##*:}"; }

write_primary_config() {
  local port=$1
  cat >"$PRIMARY/knot.conf" <<TEXT
server:
    rundir: "$(socket_dir)"
    listen: 127.0.0.1@$port
database:
    storage: "$PRIMARY/db"
remote:
  - id: edge1
    address: $(knot_address "$(edge_dns 1)")
  - id: edge2
    address: $(knot_address "$(edge_dns 2)")
acl:
  - id: edges
    address: 127.0.0.1
    action: transfer
zone:
  - domain: $ZONE
    storage: "$PRIMARY"
    file: "$ZONE.zone"
    notify: [edge1, edge2]
    acl: edges
TEXT
}

primary_pid() { cat "$PRIMARY/pid" 2>/dev/null || true; }
primary_runs() { is_ours "$(primary_pid)" "$PRIMARY/knot.conf"; }
primary_answers() {
  kdig -p "$1" +timeout=1 +retry=0 +short @127.0.0.1 "$ZONE" SOA 2>/dev/null |
    grep -q .
}

# Tries ports until Knot gets one: it does not tell which one it took by itself.
start_primary() {
  local try port
  primary_runs && return 0
  mkdir -p "$PRIMARY/db"
  [ -e "$PRIMARY/$ZONE.zone" ] || write_zone
  port=$(cat "$PRIMARY/port" 2>/dev/null || true)
  for ((try = 0; try < 20; ++try)); do
    [ -n "$port" ] || port=$((20000 + RANDOM % 10000))
    write_primary_config "$port"
    spawn "$PRIMARY/knotd.log" knotd -c "$PRIMARY/knot.conf" >"$PRIMARY/pid"
    if wait_until 10 "$(primary_pid)" primary_answers "$port" && primary_runs; then
      printf '%s\n' "$port" >"$PRIMARY/port"
      return 0
    fi
    end_process "$(primary_pid)" "$PRIMARY/knot.conf" 10 || true
    port=''
  done
  tail -n 20 "$PRIMARY/knotd.log" >&2
  die "the sample primary did not start; its output: $PRIMARY/knotd.log"
}

# --- Showing -----------------------------------------------------------------

cli() {
  # shellcheck disable=SC1091
  (set -a && . "$DIR/env" && set +a && exec "$(cli_bin)" --profile /dev/null "$@")
}

register() {
  local address
  address=127.0.0.1:$(cat "$PRIMARY/port")
  if cli zones get "$ZONE" 2>/dev/null | grep -q "$address\$"; then
    cli zones wait "$ZONE" --serial 1 >/dev/null
    return
  fi
  # The primary had to take another port than the last time.
  cli zones delete "$ZONE" >/dev/null 2>&1 || true
  cli zones create "$ZONE" --primary "$address" --wait
}

ask() {
  local n=$1 address
  shift
  address=$(edge_dns "$n")
  kdig +short +timeout=2 "@${address%:*}" -p "${address##*:}" "$@"
}

show() {
  local n answer socket edge1 edge2
  socket=$(cat "$PRIMARY/socket_dir")/knot.sock
  edge1=$(edge_dns 1) edge2=$(edge_dns 2)
  echo
  for n in 1 2; do
    answer=$(ask "$n" "www.$ZONE" A)
    [ -n "$answer" ] || die "edge$n does not answer for www.$ZONE"
    printf 'edge%s at %s says: www.%s A %s\n' "$n" "$(edge_dns "$n")" "$ZONE" \
      "$answer"
  done
  # shellcheck disable=SC1091
  . "$DIR/env"
  cat <<TEXT

Understudy runs.
  gRPC API           $UNDERSTUDY_ENDPOINT (TLS, CA in $UNDERSTUDY_CA)
  REST               $UNDERSTUDY_HTTP
  metrics            http://$CONTROLLER_METRICS/metrics http://$EDGE1_METRICS/metrics http://$EDGE2_METRICS/metrics
  project's token    $DIR/controller/tokens/project.token
  operator's token   $DIR/controller/tokens/operator.token
  sample primary     127.0.0.1:$(cat "$PRIMARY/port"), zone file $PRIMARY/$ZONE.zone
  logs               $DIR/*.log

Try:
  set -a; . $DIR/env; set +a; PATH=\$PATH:$(dirname "$(cli_bin)")
  understudy zones list
  understudy zones status $ZONE
  understudy edges list
  kdig @${edge1%:*} -p ${edge1##*:} www.$ZONE
  kdig @${edge2%:*} -p ${edge2##*:} nothing.$ZONE +dnssec

Change a record at the primary; both edges follow its NOTIFY within a second:
  knotc -s $socket zone-begin $ZONE
  knotc -s $socket zone-unset $ZONE www A
  knotc -s $socket zone-set $ZONE www 60 A 192.0.2.99
  knotc -s $socket zone-commit $ZONE
  kdig @${edge1%:*} -p ${edge1##*:} +short www.$ZONE

End the primary or the controller and ask again: the edges go on.
  kill $(primary_pid)          # the sample primary
  kill -9 $CONTROLLER_PID      # the controller

TEXT
}

down() {
  [ -f "$DIR/run/options" ] || { say "nothing runs in $DIR"; return 0; }
  end_process "$(primary_pid)" "$PRIMARY/knot.conf" 10 || true
  if [ -s "$PRIMARY/socket_dir" ]; then
    rm -rf "$(cat "$PRIMARY/socket_dir")" "$PRIMARY/socket_dir"
  fi
  "$STACK" down --dir "$DIR"
}

stay() {
  trap 'trap - INT TERM; say ""; say "ending"; down; exit 0' INT TERM
  say "Ctrl-C ends everything; the data stays in $DIR for the next start."
  # Interruptible: a trap runs when `wait` returns, not while a program runs.
  sleep infinity &
  local sleeper=$!
  trap 'kill $sleeper 2>/dev/null || true' EXIT
  wait "$sleeper"
}

case $MODE in
  down) down; exit ;;
  purge)
    # Another's directory has none of this.
    [ -f "$DIR/run/options" ] || { say "there is no stack in $DIR"; exit 0; }
    down || true
    rm -rf "$PRIMARY"
    "$STACK" purge --dir "$DIR"
    exit ;;
esac
ensure_packages "${RUN_PACKAGES[@]}" "${SAMPLE_PACKAGES[@]}"
"$STACK" up --dir "$DIR" --edges 2 --insecure-claims
start_primary
register
show
if [ "$MODE" = detach ]; then
  say "It goes on running; end it with deploy/quickstart.sh --down"
else
  stay
fi
