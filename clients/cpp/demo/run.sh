#!/usr/bin/env bash
# Starts the server with its data in DATA_DIR, loads a demo data set through the
# public API unless it is there, shows one search, and serves until Ctrl-C.
# Called by `make run`, from the project's root, after the build.
set -euo pipefail

data=${DATA_DIR:-./data}
port=${MI_PORT:-7700}
metrics_port=${MI_METRICS_PORT:-7701}
points=${DEMO_POINTS:-20000}
programs=${BUILD_DIR:-build/release}/bin
file=$data/demo-$points.ndjson

mi() { "$programs/mi" --server "localhost:$port" "$@"; }
say() { printf '\n\033[1m%s\033[0m\n' "$*"; }

mkdir -p "$data"
"$programs/mi-server" --listen "127.0.0.1:$port" --metrics-listen "127.0.0.1:$metrics_port" --data-dir "$data" \
  --insecure-single-tenant --reflection >>"$data/server.log" 2>&1 &
server=$!
stop() {
  trap - INT TERM
  kill -TERM "$server" 2>/dev/null || true
  wait "$server" || true
  echo
  exit 0
}
trap stop INT TERM

until mi --timeout 1 info >/dev/null 2>&1; do
  if ! kill -0 "$server" 2>/dev/null; then
    echo "The server did not start. Its last words, from $data/server.log:" >&2
    tail -n 3 "$data/server.log" >&2
    exit 1
  fi
  sleep 0.1
done

stored=$(mi --json count campaigns 2>/dev/null | grep -oE '[0-9]+' | head -n 1 || true)
if [ "${stored:-0}" -lt "$points" ]; then
  if [ ! -f "$file" ]; then
    say "Generating $points campaigns"
    mi generate-demo --points "$points" --output "$file"
  fi
  say "Loading them through the public API"
  mi load campaigns "$file" --create --metric cosine --index hnsw \
    --index-field platform:keyword --index-field objective:keyword --index-field market:keyword \
    --index-field budget.daily:float --index-field roas:float --index-field tags:keyword \
    --index-field active:bool --index-field location:geo --index-field name:text \
    --datetime starts_at --datetime ends_at --geo location
fi

say "Campaigns like cmp-000042, on Meta, with more than 100 a day to spend"
mi search campaigns --id cmp-000042 -k 5 --filter 'platform == "meta" and budget.daily > 100' \
  --fields name,platform,market,budget.daily,roas

say "Serving until Ctrl-C"
cat <<END
  gRPC        localhost:$port       (services and messages by reflection)
  metrics     http://localhost:$metrics_port/metrics
  data        $data                 (log: $data/server.log)
  try         $programs/mi stats campaigns
              $programs/mi search campaigns --id cmp-000007 --filter 'roas >= 3'
END
wait "$server"
