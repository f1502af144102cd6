#!/usr/bin/env bash
# Serves demo data until Ctrl-C: starts the server, loads a generated data set
# if it is not there yet, and searches it once. Where clients/ts is built, the
# gateway serves the dashboard beside it. `make run` calls this.
#
# Run from the root of the checkout. Variables, with their defaults:
#   DATA_DIR=./data  GRPC_PORT=7700  METRICS_PORT=7701  WEB_PORT=7780
#   DEMO_POINTS=20000  BUILD_DIR=build/release
set -euo pipefail

data=${DATA_DIR:-./data}
port=${GRPC_PORT:-7700}
metrics_port=${METRICS_PORT:-7701}
web_port=${WEB_PORT:-7780}
points=${DEMO_POINTS:-20000}
bin=${BUILD_DIR:-build/release}/bin
collection=campaigns
ts=clients/ts

server_pid=
gateway_pid=
child_pid=

say() { printf '%s\n' "$*"; }
fail() { printf '%s\n' "$*" >&2; exit 1; }

mi=("$bin/mi" --server "localhost:$port")

# Runs a command so that a signal ends it at once, and then this script.
run() {
  "$@" &
  child_pid=$!
  wait "$child_pid"
  child_pid=
}

# shellcheck disable=SC2317  # the traps call it
stop() {
  trap - EXIT INT TERM
  [ -z "$child_pid" ] || kill -TERM "$child_pid" 2>/dev/null || true
  if [ -n "$gateway_pid" ]; then
    kill -TERM "$gateway_pid" 2>/dev/null || true
    wait "$gateway_pid" || true
  fi
  if [ -n "$server_pid" ]; then
    kill -TERM "$server_pid" 2>/dev/null || true
    wait "$server_pid" || true
  fi
}
# shellcheck disable=SC2317  # the traps call it
on_signal() {
  say
  say "Stopping"
  stop
  exit 0
}
trap stop EXIT
trap on_signal INT TERM

is_taken() { (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null; }

start_server() {
  local log=$data/server.log
  for taken in "$port:GRPC_PORT" "$metrics_port:METRICS_PORT"; do
    if is_taken "${taken%%:*}"; then
      fail "Port ${taken%%:*} is in use, perhaps by a server that runs already. ${taken##*:} chooses another one."
    fi
  done
  mkdir -p "$data"
  "$bin/mi-server" --listen="127.0.0.1:$port" --metrics-listen="127.0.0.1:$metrics_port" \
    --data-dir="$data" --insecure-single-tenant --reflection >>"$log" 2>&1 &
  server_pid=$!
  until "${mi[@]}" --timeout 1 info >/dev/null 2>&1; do
    if ! kill -0 "$server_pid" 2>/dev/null; then
      tail -n 5 "$log" >&2
      fail "The server did not start; the lines above are from $log"
    fi
    sleep 0.1
  done
}

# Not built where only the C++ code is: a test of this script, for example.
start_gateway() {
  local program=$ts/gateway/dist/mi-gateway.js
  [ -f "$program" ] && [ -d $ts/dashboard/dist ] || return 0
  is_taken "$web_port" && fail "Port $web_port is in use. WEB_PORT chooses another one."
  local node=$ts/.tools/node_modules/.bin/node
  [ -x "$node" ] || node=node
  "$node" "$program" --insecure-open --listen="127.0.0.1:$web_port" --metrics-listen= \
    --upstream="127.0.0.1:$port" --upstream-metrics="http://127.0.0.1:$metrics_port/metrics" \
    --dashboard-dir=$ts/dashboard/dist >>"$data/gateway.log" 2>&1 &
  gateway_pid=$!
  until is_taken "$web_port"; do
    if ! kill -0 "$gateway_pid" 2>/dev/null; then
      tail -n 5 "$data/gateway.log" >&2
      fail "The gateway did not start; the lines above are from $data/gateway.log"
    fi
    sleep 0.1
  done
}

count() {
  local answer
  answer=$("${mi[@]}" --json count "$collection" 2>/dev/null) || { echo 0; return; }
  answer=${answer##*\"count\":}
  echo "${answer%\}}"
}

load() {
  local file=$data/demo-$points.ndjson
  if [ ! -f "$file" ]; then
    say "Generating $points campaigns"
    run "${mi[@]}" generate-demo --points "$points" --output "$file"
  fi
  say "Loading them through UpsertPoints"
  run "${mi[@]}" load "$collection" "$file" --create --metric cosine --index hnsw \
    --datetime start_date,end_date --geo location \
    --index-field platform:keyword,objective:keyword,market:keyword,tags:keyword,creatives.format:keyword \
    --index-field active:bool,budget.daily:float,spend:float,roas:float,conversions:integer \
    --index-field start_date:datetime,end_date:datetime,location:geo,name:text
}

load_graph() {
  local file=$data/demo-$points.graph.ndjson
  if [ ! -f "$file" ]; then
    run "${mi[@]}" generate-demo --graph --points "$points" --output "$file"
  fi
  say "Loading them as a graph, with creatives, audiences and channels"
  run "${mi[@]}" graph load "$collection" "$file" --create --stream --in-flight 1 \
    --index Campaign:market,Campaign:roas:float,Creative:format
}

# A part of the graph is a load that was interrupted, and goes on.
has_graph() {
  [ ! -f "$data/demo-$points.graph.ndjson.mi-load-state" ] &&
    "${mi[@]}" graph info "$collection" >/dev/null 2>&1
}

search() {
  local filter='platform == "meta" and budget.daily > 100'
  say
  say "$ $bin/mi --server localhost:$port search $collection --id cmp-000042 -k 5 \\"
  say "    --filter '$filter' --fields name,platform,budget.daily,roas"
  run "${mi[@]}" search "$collection" --id cmp-000042 -k 5 --filter "$filter" --fields name,platform,budget.daily,roas
  say
  say "$ $bin/mi --server localhost:$port graph expand $collection --similar-to cmp-000042 --collection $collection -k 3 --hops 2 --type HAS_CREATIVE,SHOWN_TO \\"
  say "    --direction out"
  run "${mi[@]}" graph expand "$collection" --similar-to cmp-000042 --collection "$collection" -k 3 --hops 2 --type HAS_CREATIVE,SHOWN_TO --direction out
}

for program in mi-server mi; do
  [ -x "$bin/$program" ] || fail "$bin/$program is not there: 'make build' makes it"
done
start_server
start_gateway
if [ "$(count)" -lt "$points" ]; then load; fi
has_graph || load_graph
search
say
say "Serving $(count) campaigns from $data. No credentials are asked for: this is for a laptop."
if [ -n "$gateway_pid" ]; then
  say "  dashboard  http://localhost:$web_port"
  say "  grpc-web, Connect and JSON on the same port, for example:"
  say "    curl -d '{\"id\": \"cmp-000042\", \"k\": 5, \"fields\": [\"name\"]}' http://localhost:$web_port/api/search"
fi
say "  gRPC       localhost:$port (marketing.intelligence.v1, with reflection)"
say "  metrics    http://localhost:$metrics_port/metrics"
say "  shell      $bin/mi --server localhost:$port --help"
if command -v grpcurl >/dev/null; then
  say "  grpcurl    grpcurl -plaintext localhost:$port list"
fi
say "Ctrl-C stops it."
if wait "$server_pid"; then status=0; else status=$?; fi
server_pid=
say "The server ended by itself with code $status; see $data/server.log" >&2
exit 1
