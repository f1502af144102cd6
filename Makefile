# The commands that a person types. `make help` lists them.
#
# Each command installs the Debian packages that it needs and that are missing
# (.ci/packages); it asks for sudo only when there is something to install.

# How many compilers and tests run at once.
JOBS ?= $(shell nproc)
# Where `make run` keeps its data, and the ports that it serves on.
DATA_DIR ?= ./data
GRPC_PORT ?= 7700
METRICS_PORT ?= 7701
WEB_PORT ?= 7780

.DEFAULT_GOAL := help
.PHONY: help run test ts fault soak backup-drill bench build asan tsan format lint lint-all deps clean

help: ## list these commands
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-13s %s\n", $$1, $$2}' $(MAKEFILE_LIST)
	@echo
	@echo "Variables: JOBS=$(JOBS)  DATA_DIR=$(DATA_DIR)  GRPC_PORT=$(GRPC_PORT)  METRICS_PORT=$(METRICS_PORT)  WEB_PORT=$(WEB_PORT)"

run: deps build/release/build.ninja ts ## serve demo data and the dashboard until Ctrl-C
	@cmake --build --preset release --parallel $(JOBS) --target mi-server mi
	@DATA_DIR=$(DATA_DIR) GRPC_PORT=$(GRPC_PORT) METRICS_PORT=$(METRICS_PORT) WEB_PORT=$(WEB_PORT) \
	  clients/cpp/demo/run.sh

test: build ts ## build and run every test
	@.ci/install-packages browser
	@ctest --preset release --parallel $(JOBS)

fault: build ## break every durability call, cut the power and kill the server, many times (tests/fault/README.md)
	@MI_FAULT_FULL=1 ctest --preset release --label-regex '^fault$$' --verbose
	@MI_MODEL_OPERATIONS=200000 ctest --preset release --tests-regex '^workspace_model_test$$' --verbose

soak: build ## ten minutes of mixed load: memory, descriptors and disk must not grow
	@build/release/bench/soak_bench

backup-drill: build ## rehearse a backup: snapshot under load, copy, restore on an empty machine, compare
	@deploy/backup-drill.sh

bench: build ## measure ours and the peers side by side (bench/README.md says how to read it)
	@bench/run.sh

build: deps build/release/build.ninja ## compile everything, optimised, into build/release
	@cmake --build --preset release --parallel $(JOBS)

ts: ## build the SDK for Node and browsers, the gateway and the dashboard (clients/ts)
	@clients/ts/run build

asan: deps build/asan/build.ninja ## run the tests under AddressSanitizer and UndefinedBehaviorSanitizer
	@cmake --build --preset asan --parallel $(JOBS)
	@ctest --preset asan --parallel $(JOBS)

tsan: deps build/tsan/build.ninja ## run the engine's tests under ThreadSanitizer
	@cmake --build --preset tsan --parallel $(JOBS) --target engine_tests
	@ctest --preset tsan --parallel $(JOBS)

format: ## format the C++ code with clang-format
	@.ci/install-packages lint
	@git ls-files '*.cc' '*.h' | xargs clang-format -i

lint: deps build/release/build.ninja ## check formats, protos, scripts, TypeScript, deployment, and recently changed C++ files with clang-tidy
	@.ci/lint/run changed

lint-all: deps build/release/build.ninja ## like lint, with clang-tidy over every C++ file
	@.ci/lint/run all

deps: ## install the Debian packages that building needs
	@.ci/install-packages build

clean: ## remove what was built; keeps the data
	rm -rf build

# Configures a preset once; afterwards CMake keeps its build files up to date.
build/%/build.ninja: | deps
	@cmake --preset $*
