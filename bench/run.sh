#!/usr/bin/env bash
# Runs every benchmark of the table in bench/README.md, one after the other, on
# an otherwise quiet machine: about twenty minutes. Called by `make bench`.
set -euo pipefail
cd "$(dirname "$0")/.."
programs=build/release/bench

# They choose slower code paths in the libraries that we are compared with.
unset OPENBLAS_CORETYPE OPENBLAS_L2_SIZE

section() { printf '\n=== %s\n' "$*"; }

section "vector index beside hnswlib and FAISS, clustered vectors"
"$programs/vector_index_bench" --faiss-hnsw
section "the same, vectors without clusters"
"$programs/vector_index_bench" --data smooth
section "the server over loopback"
"$programs/service_bench" 100000
section "starts with a snapshot, and from the journal"
"$programs/cold_start_bench" 100000
section "the wrapper around every call"
"$programs/echo_bench"
section "the journal"
"$programs/journal_bench"
section "filters"
"$programs/filter_bench"
section "the graph inside the engine"
"$programs/graph_read_bench"
"$programs/graph_store_bench"
section "the graph over loopback, beside Kuzu"
"$programs/graph_service_bench" --kuzu
section "budgets"
"$programs/allocate_bench"
"$programs/flow_bench"
"$programs/fit_bench"
