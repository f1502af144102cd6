#!/usr/bin/env bash
# Rehearses a backup as an operator does it: a snapshot while points are being
# written, a copy of it, a restore on a machine that has nothing, and a
# comparison. `make backup-drill` calls this; it needs nobody's data and leaves
# nothing behind.
#
# Variables: BUILD_DIR=build/release  DRILL_POINTS=20000
set -euo pipefail
cd "$(dirname "$0")/.."

bin=${BUILD_DIR:-build/release}/bin
points=${DRILL_POINTS:-20000}
work=$(mktemp -d)
server_pids=()

# shellcheck disable=SC2317  # the trap calls it
clean_up() {
  for pid in "${server_pids[@]}"; do kill -TERM "$pid" 2>/dev/null || true; done
  wait
  rm -rf "$work"
}
trap clean_up EXIT

exec 3>&1  # what is said is seen even where a command's own words are not
say() { printf '%s\n' "$*" >&3; }
fail() { say "FAILED: $*" >&2; exit 1; }

# Shows a command, and runs it.
step() { say "\$ ${*//$work\//}"; "$@"; }

free_port() {
  local port
  for _ in $(seq 100); do
    port=$((20000 + RANDOM % 10000))
    (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null || { echo "$port"; return; }
  done
  fail "no free port"
}

# start FOLDER FLAGS...: a server; its address is then in $address.
start() {
  local folder=$1
  shift
  address=127.0.0.1:$(free_port)
  mkdir -p "$folder"
  "$bin/mi-server" --listen="$address" --metrics-listen=127.0.0.1:0 --data-dir="$folder" --insecure-single-tenant "$@" \
    >"$folder/server.log" 2>&1 &
  server_pids+=($!)
  for _ in $(seq 600); do
    if "$bin/mi" --server "$address" --timeout 1 info >/dev/null 2>&1; then return; fi
    kill -0 "${server_pids[-1]}" 2>/dev/null || { tail -n 3 "$folder/server.log" >&2; fail "a server did not start"; }
    sleep 0.1
  done
  fail "a server did not start"
}

count() {
  local answer
  answer=$("$bin/mi" --server "$1" --json count campaigns)
  answer=${answer##*\"count\":}
  echo "${answer%\}}"
}

say "== A server that is being written to"
start "$work/first"
first=$address
step "$bin/mi" generate-demo --points "$points" --output "$work/campaigns.ndjson" >/dev/null
head -n $((points / 4)) "$work/campaigns.ndjson" >"$work/part.ndjson"
step "$bin/mi" --server "$first" load campaigns "$work/part.ndjson" --create --metric cosine \
  --index-field platform:keyword,budget.daily:float >/dev/null 2>&1
"$bin/mi" --server "$first" load campaigns "$work/campaigns.ndjson" >"$work/load.txt" 2>&1 &
loading=$!

say "== A snapshot while points are being written"
until [ "$(count "$first")" -gt $((points / 4)) ]; do kill -0 "$loading" 2>/dev/null || fail "the load"; sleep 0.01; done
step "$bin/mi" --server "$first" snapshot create --description 'backup drill'
wait "$loading" || { cat "$work/load.txt" >&2; fail "the load"; }
step "$bin/mi" --server "$first" snapshot list

say "== A copy of its two files on a machine that has nothing"
copied=$work/second/tenants/default/snapshots
mkdir -p "$copied"
step cp "$work/first/tenants/default/snapshots/"*.snapshot "$copied/"
step cp "$work/first/tenants/default/snapshots/"*.json "$copied/"
start "$work/second" --restore-missing-journal
second=$address

say "== The comparison"
step "$bin/mi" --server "$first" export campaigns "$work/first.ndjson" >/dev/null 2>&1
step "$bin/mi" --server "$second" export campaigns "$work/second.ndjson" >/dev/null 2>&1
stored=$(wc -l <"$work/second.ndjson")
[ "$stored" -gt $((points / 4)) ] || fail "only $stored points were restored"
# What the load wrote after the snapshot is not in it; whatever is in it is the same, byte for byte.
different=$(LC_ALL=C comm -13 <(LC_ALL=C sort "$work/first.ndjson") <(LC_ALL=C sort "$work/second.ndjson") | wc -l)
[ "$different" -eq 0 ] || fail "$different points differ"
say "$stored of $points points were in the snapshot; each is on the second machine, byte for byte."

say "== The second machine is written to, and restored again"
step "$bin/mi" --server "$second" load campaigns "$work/campaigns.ndjson" >/dev/null 2>&1
[ "$(count "$second")" -eq "$points" ] || fail "the load of the second"
name=$(basename "$copied"/*.snapshot .snapshot)
step "$bin/mi" --server "$second" snapshot restore "$name" --yes
[ "$(count "$second")" -eq "$stored" ] || fail "the restore of the second"
say "PASSED"
