#!/usr/bin/env bash
# What `make run` does after the build: the first run loads and searches, the
# second one serves what is there, Ctrl-C ends both with exit code 0, and a port
# in use is explained. ctest sets BUILD_DIR to the folder of the programs.
set -euo pipefail
cd "${MI_SOURCE_DIR:?set by ctest}"

work=$(mktemp -d)
pid=
# A test that fails leaves no server behind.
clean_up() {
  [ -z "$pid" ] || kill -TERM -- "-$pid" 2>/dev/null || true
  rm -rf "$work"
}
trap clean_up EXIT
export DATA_DIR=$work/data DEMO_POINTS=300 BUILD_DIR

fail() { echo "FAILED: $*" >&2; cat "$work"/*.txt >&2 || true; exit 1; }

# Ports below the ephemeral ones, and the same for both runs.
free_port() {
  local port
  for _ in $(seq 100); do
    port=$((20000 + RANDOM % 10000))
    (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null || { echo "$port"; return; }
  done
  fail "no free port"
}
GRPC_PORT=$(free_port) METRICS_PORT=$(free_port) WEB_PORT=$(free_port)
export GRPC_PORT METRICS_PORT WEB_PORT

# Starts the script as a terminal would: in a process group of its own, which
# Ctrl-C then signals.
start() {
  set -m
  clients/cpp/demo/run.sh >"$work/$1.txt" 2>&1 &
  pid=$!
  set +m
  for _ in $(seq 600); do
    if grep -q 'Ctrl-C stops it' "$work/$1.txt"; then return; fi
    kill -0 "$pid" 2>/dev/null || fail "run.sh ended by itself"
    sleep 0.1
  done
  fail "run.sh did not serve"
}
interrupt() {
  kill -INT -- "-$pid"
  local code=0
  wait "$pid" || code=$?
  pid=
  [ "$code" -eq 0 ] || fail "exit code $code after Ctrl-C"
  ! (exec 3<>"/dev/tcp/127.0.0.1/$GRPC_PORT") 2>/dev/null || fail "the server still listens"
}
says() { grep -qF -- "$2" "$work/$1.txt" || fail "the $1 run does not say '$2'"; }

start first
says first "loaded 300 points into campaigns"
says first "5 found in"
says first "created graph campaigns"
says first "-[SHOWN_TO]->"
says first "Serving 300 campaigns"
if [ -d clients/ts/dashboard/dist ]; then
  says first "dashboard  http://localhost:$WEB_PORT"
  (exec 3<>"/dev/tcp/127.0.0.1/$WEB_PORT") || fail "the gateway does not listen"
fi

if clients/cpp/demo/run.sh >"$work/third.txt" 2>&1; then fail "two servers on one port"; fi
says third "Port $GRPC_PORT is in use"
interrupt

start second
says second "Serving 300 campaigns"
! grep -q "Loading" "$work/second.txt" || fail "the second run loaded again"
interrupt
echo "PASSED"
