# Every chore in a line or two. `make` alone says what there is.
NEW_ENOUGH := -c 'import sys; sys.exit(sys.version_info < (3, 11))'
PYTHON ?= $(shell for p in python3 python3.14 python3.13 python3.12 python3.11; do \
	$$p $(NEW_ENOUGH) 2>/dev/null && echo $$p && break; done)
BIN := .venv/bin
# One more than there are cores: tests that wait for a process or a browser leave theirs idle.
WORKERS ?= $(shell expr $$(getconf _NPROCESSORS_ONLN) + 1)
READY := .venv/ready
READY_DEV := .venv/ready-dev
RIVALS := .venv-bench
PIP := $(BIN)/python -m pip install -q --disable-pip-version-check
# A lock file is complete, so pip need not resolve: given `x[extra]` it would take the newest x
# there is, and stop because the lock has no hash of that one.
LOCKED := $(PIP) --require-hashes --no-deps

LOCK := $(BIN)/uv pip compile -q --universal --generate-hashes --no-emit-index-url \
	--no-emit-find-links --no-header --no-annotate --python-version 3.11

# The tests start a hundred processes: each would compile all of it again.
unexport PYTHONDONTWRITEBYTECODE

.DEFAULT_GOAL := help
.PHONY: help setup run demo test coverage check format lock bench eval screenshots clean

help: ## Say what there is
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "  make %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

run: $(READY) ## Poll feeds.opml on a schedule, index, and serve http://127.0.0.1:8000
	@$(BIN)/planet run

demo: $(READY) ## The same on a dozen made-up blogs, with no internet
	@$(BIN)/planet demo

test: $(READY_DEV) ## Run every test
	@$(BIN)/python -m pytest -n $(WORKERS) --dist loadfile $(ARGS)

coverage: $(READY_DEV) ## The same, and say which lines no test runs
	@$(MAKE) --no-print-directory test ARGS="--cov --cov-report=term $(ARGS)"

check: $(READY_DEV) ## Format, lint, types, imports and tests: what must pass before a change lands
	@$(BIN)/ruff format --check . && $(BIN)/ruff check . && $(BIN)/mypy && $(BIN)/lint-imports
	@$(MAKE) --no-print-directory test

format: $(READY_DEV) ## Put the code into its one format
	@$(BIN)/ruff check --fix-only . && $(BIN)/ruff format .

bench: $(READY_DEV) $(RIVALS)/ready ## Measure, side by side with others; ARGS="--only crawl"
	@$(BIN)/python -m benchmarks $(ARGS)

eval: $(READY_DEV) ## Ask the judged queries; POSTS=folder for real posts, else the demo's
	@$(BIN)/python -m benchmarks.evaluate $(if $(POSTS),--posts $(POSTS)) $(ARGS)

screenshots: $(READY_DEV) ## Make the README's screenshot from the demo
	@$(BIN)/python -m benchmarks.screenshots

lock: $(READY) ## Choose dependencies anew, and lock them with their hashes
	@$(BIN)/python -m pip install -q uv
	@$(LOCK) pyproject.toml --group build -o requirements.lock
	@$(LOCK) pyproject.toml --group build --group dev -c requirements.lock -o requirements-dev.lock
	@$(LOCK) --group bench -o requirements-bench.lock

clean: ## Remove what `setup` and the tests made; var/ stays
	@rm -rf .venv $(RIVALS) .mypy_cache .pytest_cache .ruff_cache .hypothesis .import_linter_cache .coverage

setup: $(READY_DEV) ## Make .venv with all that running and testing need

$(READY): requirements.lock pyproject.toml
	@test -n "$(PYTHON)" || { echo "Python 3.11 or newer is missing: install it, then run make again." >&2; exit 1; }
	@$(PYTHON) $(NEW_ENOUGH) || { echo "$(PYTHON) is older than Python 3.11: install a newer one, then run make again." >&2; exit 1; }
	@$(PYTHON) -c 'import venv, ensurepip' 2>/dev/null || \
	  { echo "Python's venv module is missing: on Debian and Ubuntu, install python3-venv, then run make again." >&2; exit 1; }
	@echo "Setting up .venv: once, for a minute or two."
	@$(PYTHON) -m venv .venv
	@$(LOCKED) -r requirements.lock
	@$(PIP) --no-deps --no-build-isolation -e .
	@touch $@

$(READY_DEV): $(READY) requirements-dev.lock
	@echo "Adding what the tests need."
	@$(LOCKED) -r requirements-dev.lock
	@touch $@

# It wants other versions of what we use, hence a place of its own.
$(RIVALS)/ready: $(READY) requirements-bench.lock
	@echo "Setting up $(RIVALS): what we are compared with."
	@$(BIN)/python -m venv $(RIVALS)
	@$(RIVALS)/bin/python -m pip install -q --disable-pip-version-check --require-hashes --no-deps \
	  -r requirements-bench.lock
	@touch $@
