# The one door: every command a person or CI runs. `make help` lists them.
PYTHON ?= python3
PORT ?= 8000
VENV := .venv
BIN := $(VENV)/bin
T ?= tests
WORKERS ?= 2
STAMP := $(VENV)/.setup
WEB_STAMP := src/customer_gql/graphiql/assets/.stamp

.DEFAULT_GOAL := help
.PHONY: help run setup test timing check fix lock migration schema bench nightly build clean

help: ## explain every target
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

run: setup ## set up all it needs, then serve the demo shop on 127.0.0.1:8000 (PORT=9000 changes it)
	@$(BIN)/customer-gql demo --port $(PORT)

setup: $(STAMP) $(WEB_STAMP) ## make .venv with pinned dependencies and fetch the parts of GraphiQL; nothing else

$(STAMP): requirements/dev.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit("Python 3.11 or newer is needed; this is " + sys.version.split()[0] + ". Try: make PYTHON=python3.13 …" if sys.version_info < (3, 11) else 0)'
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/dev.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

$(WEB_STAMP): $(STAMP) web/package.json web/package-lock.json web/audit/package-lock.json web/build.py
	$(BIN)/python web/build.py
	@touch $@

test: setup ## set up all it needs, then run the whole test suite (T=tests/core for a part)
	$(BIN)/python -m pytest -n $(WORKERS) --dist loadfile $(T)

timing: setup ## what a stopwatch tells of accounts: 200 pairs of known and unknown addresses for each operation
	TIMING=1 $(BIN)/python -m pytest -s -q tests/accounts/test_timing.py

check: setup ## format, lint, types, import contracts, schema files, migrations, tests: what CI runs
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/pyright
	$(BIN)/lint-imports
	$(MAKE) --no-print-directory test

fix: setup ## format and mend what can be mended by itself
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

schema: setup ## write schema.graphql and schema.storefront.graphql from the types
	$(BIN)/customer-gql schema --audience admin > schema.graphql
	$(BIN)/customer-gql schema --audience storefront > schema.storefront.graphql

migration: setup ## write a migration from the tables: make migration m="gift registries"
	$(BIN)/customer-gql migrate --new "$(m)"

lock: $(STAMP) ## pin dependencies with hashes after pyproject.toml changed
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header --extra dev --no-emit-package customer-gql pyproject.toml -o requirements/dev.lock
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header -c requirements/dev.lock pyproject.toml -o requirements/base.lock

PEERS := benchmarks/peers/node_modules

bench: setup $(PEERS) ## compare with the hand-written floor and with peers: benchmarks/RESULTS.md (BENCH="--rounds 3" for less)
	cd benchmarks && ../$(BIN)/python run.py $(BENCH)

$(PEERS): benchmarks/peers/package-lock.json
	cd benchmarks/peers && PATH="$(abspath $(BIN)):$$PATH" npm ci --no-audit --no-fund
	@touch $@

nightly: setup ## the long tests: 2,000 documents through both executors
	EQUALITY_DOCUMENTS=2700 $(BIN)/python -m pytest tests/execution/test_equality.py

build: setup ## a wheel in dist/, GraphiQL included
	$(BIN)/python -m hatchling build -t wheel

clean: ## remove what setup and run made (the demo's data too)
	rm -rf $(VENV) .data dist web/node_modules src/customer_gql/graphiql/assets
