# make demo, make test, make run, make check, make bench: each builds the environment it needs.

# The first that is new enough and can make an environment.
PYTHON ?= $(shell for one in python3 python3.14 python3.13 python3.12 python3.11; do \
	"$$one" -c 'import ensurepip, sys, venv; sys.exit(sys.version_info < (3, 11))' 2>/dev/null \
	&& { echo "$$one"; break; }; done)
BIN := .venv/bin

.PHONY: demo test run check bench chart lock clean

demo: .venv/product
	@$(BIN)/harborbot demo --story

run: .venv/product
	@$(BIN)/harborbot run

# The core alone has to be covered to the last branch, by its own tests; none runs twice.
test: .venv/developer
	@$(BIN)/python -m pytest -q -n 2 --dist loadfile --ignore=tests/replication
	@$(BIN)/python -m coverage erase
	@$(BIN)/python -m coverage run -m pytest -q tests/replication
	@$(BIN)/python -m coverage report

check: .venv/developer
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports --no-cache

bench: .venv/developer
	@$(BIN)/python -m tests.bench

# Lints, renders and validates the chart with the real helm (HELM=... names one).
chart: .venv/developer
	@tests/helm/check.sh

# What is installed is what these two files pin, by hash; `make lock` renews them.
.venv/product: requirements.lock pyproject.toml | .venv/made
	@echo "Installing what the bot needs into .venv ..."
	@$(BIN)/python -m pip install -q --disable-pip-version-check --require-hashes -r requirements.lock
	@$(BIN)/python -m pip install -q --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

.venv/developer: requirements-dev.lock .venv/product
	@echo "Installing what the tests need into .venv ..."
	@$(BIN)/python -m pip install -q --disable-pip-version-check --require-hashes -r requirements-dev.lock
	@touch $@

.venv/made:
	@test -n "$(PYTHON)" || { echo "Python 3.11 or newer with its venv module is needed" \
		"(Debian, Ubuntu: apt-get install python3-venv); name another one with PYTHON=..."; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
		echo "$(PYTHON) is no Python 3.11 or newer."; exit 1; }
	@$(PYTHON) -m venv .venv 2>/dev/null || { rm -rf .venv; \
		echo "Python's venv module is missing: install it (Debian, Ubuntu: apt-get install python3-venv)."; exit 1; }
	@touch $@

lock: .venv/developer
	@$(BIN)/python -m uv pip compile -q -U $(LOCK) --extra build pyproject.toml -o requirements.lock
	@$(BIN)/python -m uv pip compile -q -U $(LOCK) --extra build --extra dev pyproject.toml -o requirements-dev.lock

LOCK := --universal --generate-hashes --no-emit-index-url --no-annotate \
	--python-version 3.11 --custom-compile-command "make lock"

clean:
	rm -rf .venv build dist *.egg-info
