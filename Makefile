# Afterwatch. `make` alone lists what there is.
# Users need git, make and Python 3.11 to 3.13 (with venv); everything else is installed into .venv.

BIN := .venv/bin
# Passed on to what a target runs: make test-fast ARGS="tests/alerts -x"
ARGS ?=
# Tests that need nothing but Python run first and in parallel; the others drive a browser,
# a PostgreSQL server, killed processes or real exports.
HEAVY := browser or postgres or crash or acceptance or slow
JOBS ?= auto
# They wait for browsers, servers and killed processes more than they work; two at a time fit everywhere.
HEAVY_JOBS ?= 2
# Coverage is gathered over both halves and judged once, at the end. It costs a fifth of the time
# of the fast half (more where it follows child processes), so it has a target of its own.
MEASURED := --cov --cov-report= --cov-fail-under=0

.DEFAULT_GOAL := help
.PHONY: help demo test test-fast test-heavy coverage lint format crash bench docs lock clean install install-dev install-bench system

help: ## List the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

demo: install ## Install into .venv and start the sample company on a local port
	$(BIN)/afterwatch demo $(ARGS)

test: lint system ## Everything CI checks: lint, then all tests
	$(MAKE) --no-print-directory test-fast
	$(MAKE) --no-print-directory test-heavy

coverage: install-dev system ## All tests again with branch coverage, which must be 94 %
	$(BIN)/coverage erase
	$(MAKE) --no-print-directory test-fast ARGS="$(MEASURED) $(ARGS)"
	$(MAKE) --no-print-directory test-heavy ARGS="$(MEASURED) --cov-append $(ARGS)"
	$(BIN)/coverage report

test-fast: install-dev ## Only the tests that need nothing but Python
	$(BIN)/pytest -q -n $(JOBS) --dist loadfile -m "not ($(HEAVY))" $(ARGS)

# Files keep their order: the longest tests stand alone in theirs and would come last of all.
test-heavy: install-dev system ## Browser, PostgreSQL, crash, acceptance and slow tests
	$(BIN)/pytest -q -n $(HEAVY_JOBS) --dist loadfile --no-loadscope-reorder --durations=15 -m "$(HEAVY)" $(ARGS)

lint: install-dev ## Format check, ruff, mypy --strict, import contracts
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-logo

format: install-dev ## Write the format and the safe fixes
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

crash: install-dev system ## Kill workers two thousand times; writes benchmarks/results/crash*.md
	$(BIN)/python -m tests.crash.long_run $(ARGS)
	$(BIN)/python -m tests.crash.runs_long $(ARGS)

bench: install-bench ## Measure; writes benchmarks/results/*.md
	$(BIN)/python -m benchmarks $(ARGS)

docs: install-dev ## Write the generated pages and templates anew
	$(BIN)/python -m data_access.contracts.documentation --write
	$(BIN)/python -m dashboard.settings_documentation --write
	$(BIN)/python -m data_access.presets.documentation --write

system: install-dev # Chromium, a CJK font and a PostgreSQL server: found, installed, or named as missing
	@$(BIN)/python -m tests.system

lock: install-dev ## Resolve the requirement files anew (needs uv; ARGS=--upgrade for newer versions)
	sh requirements/lock.sh $(ARGS)

install: # .venv with what a user needs
	@PYTHON="$(PYTHON)" sh requirements/venv.sh base

install-dev: # ... and what a developer needs
	@PYTHON="$(PYTHON)" sh requirements/venv.sh dev

install-bench: # ... and what the benchmarks compare with
	@PYTHON="$(PYTHON)" sh requirements/venv.sh bench

clean: ## Remove .venv, caches and build results
	rm -rf .venv build dist htmlcov .coverage .coverage.* .mypy_cache .pytest_cache .ruff_cache .hypothesis .import_linter_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
