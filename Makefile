# The entry point: every command a person or CI runs. `make help` lists them.
PYTHON ?= python3
PORT ?= 8000
VENV := .venv
BIN := $(VENV)/bin
T ?= tests
WORKERS ?= 2
COVERAGE ?= yes
RUN_STAMP := $(VENV)/.run
STAMP := $(VENV)/.setup
WEB_STAMP := src/customer_gql/graphiql/assets/built-from.txt
AUDIT_STAMP := web/audit/node_modules/.stamp
CLIENTS_STAMP := web/clients/node_modules/.stamp
UI_STAMP := src/customer_gql/admin_ui/assets/built-from.txt
UI_SOURCES := $(shell find web/admin -type f -not -path '*/node_modules/*' -not -path '*/dist/*' -not -path '*/generated/*')
PYTEST = $(BIN)/python -m pytest -n $(WORKERS) --dist loadfile
INSTALL_CHECKOUT := $(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .

# Tests start over a hundred processes, which would otherwise compile the package anew each.
unexport PYTHONDONTWRITEBYTECODE

.DEFAULT_GOAL := help
.NOTPARALLEL:
.PHONY: help run setup tools ui ui-check test test-oldest test-slow statements timing check static format lint types contracts spelling workflows \
	schema-check fix lock lock-web migration schema bench nightly mutants pictures build clean

help: ## explain every target
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-14s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

run: $(RUN_STAMP) $(WEB_STAMP) $(UI_STAMP) ## install what running needs, then serve the demo shop on 127.0.0.1:8000 (PORT=9000 changes it)
	@$(BIN)/customer-gql demo --port $(PORT)

setup: tools $(UI_STAMP) ## install what development needs into .venv, and build the admin UI

# What tests and checks of Python need; the admin UI takes a minute more.
tools: $(STAMP) $(WEB_STAMP) $(AUDIT_STAMP) $(CLIENTS_STAMP)

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit("Python 3.11 or newer is needed; this is " + sys.version.split()[0] + ". Try: make PYTHON=python3.13 ..." if sys.version_info < (3, 11) else 0)'
	@$(PYTHON) -m venv $(VENV)

$(RUN_STAMP): requirements/run.lock pyproject.toml | $(BIN)/python
	@echo "Installing what running needs into $(VENV): 45 MB to download, about a minute ..."
	@$(BIN)/python requirements/install.py requirements/run.lock
	@$(INSTALL_CHECKOUT)
	@touch $@

# What development needs includes what running needs, in the same versions.
$(STAMP): requirements/dev.lock pyproject.toml | $(BIN)/python
	@echo "Installing what development needs into $(VENV): 205 MB to download, about two minutes ..."
	@$(BIN)/python requirements/install.py requirements/dev.lock
	@$(INSTALL_CHECKOUT)
	@touch $(RUN_STAMP) $@

$(WEB_STAMP): web/package.json web/package-lock.json web/build.py THIRD_PARTY_NOTICES.txt | $(BIN)/python
	@$(BIN)/python web/build.py
	@touch $@

$(AUDIT_STAMP): web/audit/package-lock.json | $(BIN)/python
	@$(BIN)/python web/build.py audit
	@touch $@

$(CLIENTS_STAMP): web/clients/package-lock.json | $(BIN)/python
	@$(BIN)/python web/build.py clients
	@touch $@

$(UI_STAMP): $(UI_SOURCES) web/build_ui.py schema.graphql | $(BIN)/python
	@$(BIN)/python web/build_ui.py
	@touch $@

ui: $(STAMP) ## serve the sources of the admin UI at 127.0.0.1:5173/admin/, with the service of `make run`
	@$(BIN)/python web/build_ui.py dev

# Types against the committed schema, then Biome: the format and the rules of the admin UI's sources.
ui-check: $(STAMP)
	@$(BIN)/python web/build_ui.py check

test: tools ## run the fast tests (T=tests/commerce for a part)
	$(PYTEST) -m "not slow" $(T)

# The oldest version that the service supports, as Debian has it; areas whose statements and constraints it has to understand.
OLDEST ?= /usr/lib/postgresql/15/bin
OLDEST_AREAS := tests/database tests/schema tests/loading tests/commerce tests/customers tests/administration

test-oldest: tools ## run the fast tests that bear data on PostgreSQL 15 (OLDEST=/usr/lib/postgresql/15/bin, T=tests/commerce for a part)
	CUSTOMER_GQL_TEST_BINARIES=$(OLDEST) $(PYTEST) -m "not slow" $(or $(T),$(OLDEST_AREAS))

STATEMENTS := .data/statements

statements: tools ## judge the statements of the fast tests by the rules of a distributed database: docs/scaling.md (T=tests/commerce for a part)
	rm -rf $(STATEMENTS)
	COLLECT_STATEMENTS=$(STATEMENTS) $(PYTEST) -m "not slow" $(T)
	PYTHONPATH=tests $(BIN)/python -m support.distribution.statements $(STATEMENTS)
ifeq ($(T),tests)
	COLLECT_STATEMENTS=$(STATEMENTS)/distributed $(PYTEST) -m slow -k distributed tests/administration/customer_import
	PYTHONPATH=tests $(BIN)/python -m support.distribution.statements $(STATEMENTS)/distributed accepted
endif

# pytest ends with 5 where a part has no slow tests.
test-slow: setup ## run the slow tests: stopwatch, generated documents, outages, processes, browser
	$(PYTEST) -m slow $(T) || [ $$? -eq 5 ]

# COVERAGE=no leaves out the measurement, which is of the fast tests alone. It costs the test processes half as much CPU time again
# on Python 3.11 and an eighth from 3.12 on; the database and the services that tests start are not measured.
check: static ## all that CI runs: `make static`, the fast tests with their coverage, then the slow ones
ifeq ($(COVERAGE),yes)
	@PYTEST_ADDOPTS="--cov --cov-report=" $(MAKE) --no-print-directory test
	$(BIN)/coverage report
else
	@$(MAKE) --no-print-directory test
endif
	@$(MAKE) --no-print-directory test-slow

static: format lint types contracts spelling workflows schema-check ui-check ## every step of `make check` before the tests

format: tools
	$(BIN)/ruff format --check .

lint: tools
	$(BIN)/ruff check .

types: tools
	$(BIN)/pyright

contracts: tools
	$(BIN)/lint-imports

# Two lists: common misspellings everywhere, and in our own prose words that are archaic or have too many meanings.
spelling: tools
	$(BIN)/codespell
	$(BIN)/codespell --dictionary docs/banned-words.txt src docs migrations benchmarks *.md

workflows: tools
	$(BIN)/check-jsonschema --builtin-schema vendor.github-workflows .github/workflows/*.yml
	$(BIN)/check-jsonschema --builtin-schema vendor.github-issue-forms .github/ISSUE_TEMPLATE/bug.yml .github/ISSUE_TEMPLATE/feature.yml

# The committed schema files and migrations against the types and tables in code. Part of the fast tests too; here to fail early.
schema-check: tools
	$(BIN)/python -m pytest -q -p no:cacheprovider tests/schema

timing: tools ## compare answer times of known and unknown addresses: 200 pairs for each account operation
	TIMING=1 $(BIN)/python -m pytest -s -q tests/customers/accounts/test_timing.py

fix: tools ## format, and fix what can be fixed automatically
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

schema: tools ## write schema.graphql, schema.storefront.graphql and docs/error-keys.md from the code
	$(BIN)/customer-gql schema --audience admin > schema.graphql
	$(BIN)/customer-gql schema --audience storefront > schema.storefront.graphql
	$(BIN)/customer-gql error-keys > docs/error-keys.md

migration: tools ## write a migration from the tables: make migration m="gift registries"
	$(BIN)/customer-gql migrate --new "$(m)"

PIN := $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header

lock: $(STAMP) ## pin dependencies with hashes after pyproject.toml changed
	$(PIN) --all-extras --group dev pyproject.toml -o requirements/dev.lock
	$(PIN) -c requirements/dev.lock --extra demo --group checkout pyproject.toml -o requirements/run.lock
	$(PIN) -c requirements/dev.lock --group web -o requirements/web.lock
	$(PIN) -c requirements/dev.lock pyproject.toml -o requirements/base.lock
	$(PIN) -c requirements/dev.lock --extra redis --extra tracing --extra oidc --extra s3 pyproject.toml -o requirements/image.lock

lock-web: $(STAMP) ## pin what a package.json below web/ names after it changed, and collect the licenses of GraphiQL
	$(BIN)/python web/build.py lock
	$(BIN)/python web/notices.py

PEERS := benchmarks/peers/node_modules

bench: tools $(PEERS) ## compare with the hand-written floor and with peers: benchmarks/RESULTS.md (BENCH="--rounds 3" for less, "--only grid" for large lists)
	cd benchmarks && ../$(BIN)/python run.py $(BENCH)

$(PEERS): benchmarks/peers/package-lock.json
	cd benchmarks/peers && PATH="$(abspath $(BIN)):$$PATH" npm ci --ignore-scripts --no-audit --no-fund
	@touch $@

pictures: setup ## take the pictures of the admin UI that the guide shows: docs/testing.md
	PICTURES=docs/guide/pictures $(BIN)/python -m pytest -q -m slow tests/admin_ui/test_pictures.py

nightly: tools ## the long tests: 2,700 documents in plans, statements and the reference executor
	EQUALITY_DOCUMENTS=2700 $(BIN)/python -m pytest tests/execution/test_equality.py tests/execution/test_written_equality.py

mutants: tools ## small changes of the code that no test notices (MUTANTS="--only addresses --sample 20"): docs/testing.md
	PYTHONPATH=tests nice -n 15 $(BIN)/python -m mutants.run $(MUTANTS)

build: $(RUN_STAMP) $(WEB_STAMP) $(UI_STAMP) ## a wheel in dist/, GraphiQL and the admin UI included
	$(BIN)/python -m hatchling build -t wheel

clean: ## remove what setup and run made (the demo's data too)
	rm -rf $(VENV) .data .coverage* dist web/node_modules web/audit/node_modules web/clients/node_modules web/admin/node_modules \
		web/admin/dist web/admin/src/generated src/customer_gql/graphiql/assets src/customer_gql/admin_ui/assets
