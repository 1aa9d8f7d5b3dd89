# servanda: every target sets up what it needs in .venv and is quick when nothing changed.
#   make demo    the founding case, from file to comparison
#   make test    what must pass before a change lands

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory

# The first Python >= 3.11 found; name another with `make PYTHON=...`.
PYTHON ?= $(shell for p in python3 python3.14 python3.13 python3.12 python3.11 python; do \
	$$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1 && { echo $$p; break; }; done)
BIN := .venv/bin
PYTEST := $(BIN)/python -m pytest
WORKERS ?= 2

.PHONY: formats help demo test test-deep lint bench docs wheel lock env env-run python clean

help: ## list the targets
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  make \1\t\2/p' Makefile | expand -t 18

demo: env-run ## compare the options of the founding case and write the report
	@$(BIN)/servanda demo

test: env ## lint, types, import rules, tests and the documentation (< 15 minutes on 2 cores)
	@start=$$SECONDS; \
	$(MAKE) lint; \
	$(MAKE) docs; \
	$(PYTEST) -n $(WORKERS) --dist worksteal --durations 10; \
	echo "make test: $$((SECONDS - start)) s"

test-deep: env ## the heavy counts as well: fuzz, kills, coverage over seeds, browser
	@start=$$SECONDS; \
	$(MAKE) lint; \
	SERVANDA_DEEP=1 $(PYTEST) -n $(WORKERS) --dist worksteal --durations 25; \
	echo "make test-deep: $$((SECONDS - start)) s"

lint: env ## style, types and import rules
	@$(BIN)/ruff check --quiet .
	@$(BIN)/ruff format --quiet --check . || { echo "some files are not formatted: ruff format ." >&2; exit 1; }
	@$(BIN)/mypy --strict src
	@$(BIN)/lint-imports --no-logo

bench: env ## time the kernels against their peers (add WRITE=1 to update docs/benchmarks.md)
	@$(BIN)/python -m benchmarks.run $(if $(WRITE),--write)

docs: env ## build the documentation into site/
	@NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build --quiet --strict

formats: env ## write the JSON Schemas and the pages of problem codes anew
	@$(BIN)/python -m tools.write_formats

wheel: env ## build the wheel into dist/
	@$(BIN)/python -m hatchling build -t wheel

lock: env ## resolve the dependencies anew and write the lock files (UPGRADE=1 for newer versions)
	@PATH="$$PATH:$(CURDIR)/$(BIN)" $(BIN)/python tools/lock.py $(if $(UPGRADE),--upgrade)

env: python ## the environment for development in .venv
	@$(PYTHON) tools/environment.py dev

env-run: python
	@$(PYTHON) tools/environment.py run

python:
	@[ -n "$(PYTHON)" ] || { echo "servanda needs Python >= 3.11, and none was found" >&2; exit 1; }

clean: ## remove everything that make made
	@rm -rf .venv site dist build .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache .coverage
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +
