# `make demo` and `make test` need Python ≥ 3.11, make and a package index; everything they set up lies in this folder
# (.venv, .cache, .demo) and `make clean` takes it away again. `make` alone says what there is.

PYTHON ?= python3
SERVE ?= 1
ARGS ?=

VENV := .venv
BIN := $(VENV)/bin
# npm writes it last, and what is in the folder into it.
CLIENTS := bench/clients/node_modules/.package-lock.json
TMP := .cache/tmp

export PIP_CACHE_DIR := $(CURDIR)/.cache/pip
export PIP_DISABLE_PIP_VERSION_CHECK := 1
export UV_CACHE_DIR := $(CURDIR)/.cache/uv
export UV_SYSTEM_CERTS := 1
export TMPDIR := $(CURDIR)/$(TMP)
export npm_config_cache := $(CURDIR)/.cache/npm

# pip asks rustc for its version, and rustup's stand-in for rustc answers by writing settings into an empty home.
ifeq ($(wildcard $(HOME)/.rustup),)
export RUSTUP_HOME := $(CURDIR)/.cache/rustup
endif

PIP := $(BIN)/python -m pip --quiet --require-virtualenv
COMPILE := $(BIN)/uv --quiet pip compile --universal --generate-hashes --fork-strategy fewest --python-version 3.11 \
	--no-emit-index-url --no-emit-find-links --custom-compile-command 'make lock'

.PHONY: help demo test lint types neo4j clients lock sentences bench-smoke clean

help: ## Say what there is
	@awk -F ':.*## ' '/^[a-z0-9-]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' Makefile

demo: $(VENV)/installed | $(TMP) ## Generate a shop, load it, print who should see what, and serve it (SERVE=0: stop after the tables)
	@$(BIN)/sharegraph demo $(if $(filter 0,$(SERVE)),--no-serve)

test: $(VENV)/tested | $(TMP) ## Every check that CI runs (ARGS='-k neo4j' goes to pytest)
	-@$(MAKE) --no-print-directory clients
	$(BIN)/ruff format --check --quiet .
	$(BIN)/ruff check --quiet .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-logo --cache-dir .cache/import-linter
	$(BIN)/python -m pytest -n auto --maxprocesses 4 --dist loadgroup $(ARGS)

lint: $(VENV)/tested | $(TMP) ## Format and lint, mending what can be mended; then the import contracts
	$(BIN)/ruff format --quiet .
	$(BIN)/ruff check --fix .
	$(BIN)/lint-imports --no-logo --cache-dir .cache/import-linter

types: $(VENV)/tested | $(TMP) ## mypy --strict
	$(BIN)/mypy

neo4j: $(VENV)/tested | $(TMP) ## Start a throw-away Neo4j, say where it is, stop it at Ctrl-C
	@$(BIN)/python -m tests.neo4j_server

clients: $(CLIENTS) ## Install Node, and the clients and audits that the API is tried with (bench/audits.py)

lock: $(VENV)/built | $(TMP) ## Resolve the dependencies of pyproject.toml anew into the locks
	$(PIP) install 'uv>=0.9'
	$(COMPILE) --group build --output-file requirements-build.lock $(UPGRADE)
	$(COMPILE) pyproject.toml --constraint requirements-build.lock --output-file requirements.lock $(UPGRADE)
	$(COMPILE) --group dev --constraint requirements.lock --output-file requirements-dev.lock $(UPGRADE)
	$(COMPILE) --group bench --constraint requirements.lock --output-file requirements-bench.lock $(UPGRADE)
	$(COMPILE) --group clients --constraint requirements.lock --output-file requirements-clients.lock $(UPGRADE)

sentences: $(VENV)/tested | $(TMP) ## Bring the catalogues of sentences up to date with their messages
	for po in api/sentences/*.po; do \
	  $(BIN)/pybabel -q extract --no-location --omit-header -o $(TMP)/messages.pot graph/suggest/phrases.py && \
	  $(BIN)/pybabel -q update -N -w 0 -i $(TMP)/messages.pot -o $$po -l zh_Hans && \
	  sed -i -E '/^"(Project-Id-Version|Report-Msgid-Bugs-To|POT-Creation-Date|PO-Revision-Date|Last-Translator|Language-Team|Generated-By):/d' $$po && \
	  $(BIN)/pybabel -q compile -i $$po -o $${po%.po}.mo; done

bench-smoke: $(VENV)/benched | $(TMP) ## Run every benchmark on little, peers included
	$(BIN)/python -m pytest tests/contract/test_bench_smoke.py

clean: ## Remove everything the other targets made
	rm -rf $(VENV) .cache .demo .hypothesis build dist bench/clients/node_modules
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# A stamp is newer than what it was made from, so a second run sets up nothing.

$(VENV)/created: | $(TMP)
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || \
		{ echo 'sharegraph needs Python 3.11 or newer and $(PYTHON) is not: make … PYTHON=/path/to/python3.11' >&2; exit 1; }
	@$(PYTHON) -c 'import venv, ensurepip' 2>/dev/null || \
		{ echo '$(PYTHON) has no venv module: install it (Debian and Ubuntu: apt-get install python3-venv)' >&2; exit 1; }
	$(PYTHON) -m venv $(VENV)
	@touch $@

$(VENV)/built: requirements-build.lock $(VENV)/created | $(TMP)
	$(PIP) install --require-hashes --requirement requirements-build.lock
	@touch $@

$(VENV)/installed: requirements.lock pyproject.toml $(VENV)/built | $(TMP)
	$(PIP) install --require-hashes --requirement requirements.lock
	$(PIP) install --no-deps --no-build-isolation --editable .
	@touch $@

$(VENV)/tested: requirements-dev.lock $(VENV)/installed | $(TMP)
	$(PIP) install --require-hashes --requirement requirements-dev.lock
	@touch $@

$(VENV)/benched: requirements-bench.lock $(VENV)/tested | $(TMP)
	$(PIP) install --require-hashes --requirement requirements-bench.lock
	@touch $@

# Without a wheel for this machine there is nothing to wait for: built from its source, Node takes an hour.
$(VENV)/with-node: requirements-clients.lock $(VENV)/built | $(TMP)
	$(PIP) install --require-hashes --only-binary :all: --requirement requirements-clients.lock
	@touch $@

$(CLIENTS): bench/clients/package-lock.json $(VENV)/with-node | $(TMP)
	PATH="$(CURDIR)/$(BIN):$$PATH" NODE_OPTIONS="$$NODE_OPTIONS --use-system-ca" npm ci --prefix bench/clients --ignore-scripts --no-audit --no-fund --loglevel error
	@touch $@

$(TMP):
	@mkdir -p $(TMP)
