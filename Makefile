# Titian's commands; `make help` lists them. Everything is installed into .venv, from hashed locks.

BIN := .venv/bin
HASHED := --quiet --require-hashes --only-binary=:all:
PYTHON_NEEDED := Titian needs Python 3.11 or newer (on Debian: apt install python3 python3-venv; elsewhere: make PYTHON=/path/to/python3.11).
VENV_NEEDED := Titian needs the venv module of its Python (on Debian: apt install python3-venv).
GIT_NEEDED := Titian's tests need git (on Debian: apt install git).

# The first Python that is new enough.
PYTHON ?= $(shell for p in python3.11 python3 python3.12 python3.13 python3.14; do \
	$$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$p && break; done)

export PIP_DISABLE_PIP_VERSION_CHECK := 1
# Without these two uv fails behind a private certificate authority, and leaves compiling to the first start.
export UV_SYSTEM_CERTS := 1
export UV_COMPILE_BYTECODE := 1

.DEFAULT_GOAL := help
.PHONY: help install run demo test check fmt attacks faults mutants bench load texts pictures audit lock

help:  ## list these commands
	@awk -F ':.*## ' '/^[a-z]+:.*## /{printf "  make %-9s%s\n", $$1, $$2}' Makefile

install: .venv/run.stamp  ## install Titian without starting it

run: .venv/run.stamp  ## start Titian; without tokens on the playground, with SQLite
	@$(BIN)/python -m bot run

demo: .venv/run.stamp  ## play a whole review in the terminal
	@$(BIN)/python -m bot demo

test: check  ## everything that CI runs
	$(BIN)/pytest -n $(WORKERS) --dist worksteal

check: .venv/dev.stamp  ## form, types and import contracts, without the tests
	$(BIN)/ruff format --check
	$(BIN)/ruff check
	$(BIN)/mypy
	$(BIN)/lint-imports

fmt: .venv/dev.stamp  ## put the code into form
	$(BIN)/ruff format
	$(BIN)/ruff check --fix

attacks: .venv/dev.stamp  ## attack anonymity in the long form: every size, every roster
	TEST_LONG=1 $(BIN)/pytest -n $(WORKERS) tests/attacks

faults: .venv/dev.stamp  ## kills, broken platforms and lost databases in the long form, with a table
	TEST_LONG=1 $(BIN)/pytest -q tests/faults

mutants: .venv/dev.stamp  ## take each protection away in turn and see that a test fails
	@$(BIN)/python -m tests.mutants

bench: .venv/dev.stamp .venv/rivals.stamp  ## compare with the bare libraries, by ratios
	@$(BIN)/python -m bench

load: .venv/dev.stamp  ## 2,400 people answer at once, on SQLite and on PostgreSQL, with a table
	@$(BIN)/python -m bench.load

texts: .venv/dev.stamp  ## bring the translations up to date with the templates
	@mkdir -p var
	$(BIN)/pybabel -q extract -F babel.cfg --no-location --sort-output -o var/titian.pot dialogues
	$(BIN)/pybabel -q update --no-fuzzy-matching --ignore-obsolete -l id -i var/titian.pot \
		-o dialogues/locales/id/LC_MESSAGES/titian.po

pictures: .venv/dev.stamp  ## take the pictures of the documents from the playground, in docs/pictures
	@$(BIN)/python -m tests.pictures

audit: .venv/dev.stamp  ## look the locked packages up among known vulnerabilities
	$(BIN)/pip-audit --strict --disable-pip --require-hashes -r requirements.lock

lock: .venv/run.stamp  ## bring the locks up to date
	$(LOCK) --group installer -o requirements-uv.lock
	$(LOCK) pyproject.toml --group build -o requirements.lock
	$(LOCK) pyproject.toml --group build --group dev -c requirements.lock -o requirements-dev.lock
	$(LOCK) --group rivals -o requirements-rivals.lock

LOCK = $(BIN)/uv pip compile --quiet --upgrade --universal --python-version 3.11 --generate-hashes \
	--only-binary=:all: --no-emit-index-url --no-annotate --no-header

# One more than there are cores: tests wait for a third of their time.
WORKERS = $$($(BIN)/python -c 'import os; print(min((os.cpu_count() or 1) + 1, 4))')

# uv is quicker; pip knows mirrors that are set in its own configuration.
install = $(BIN)/uv pip install --python $(BIN)/python $(1) || $(BIN)/pip install $(1)

.venv/run.stamp: requirements-uv.lock requirements.lock pyproject.toml
	@"$(PYTHON)" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null \
		|| { echo "$(PYTHON_NEEDED)" >&2; exit 1; }
	@"$(PYTHON)" -c 'import ensurepip, venv' 2>/dev/null || { echo "$(VENV_NEEDED)" >&2; exit 1; }
	@echo "Setting up .venv, about ten seconds."
	@test -x $(BIN)/pip || "$(PYTHON)" -m venv .venv
	@$(BIN)/pip install $(HASHED) -r requirements-uv.lock
	@$(call install,$(HASHED) -r requirements.lock)
	@$(call install,--quiet --no-deps --no-build-isolation -e .)
	@$(BIN)/python -m compileall -q adapters bot dialogues storage
	@touch $@

.venv/dev.stamp: .venv/run.stamp requirements-dev.lock
	@git --version >/dev/null 2>&1 || { echo "$(GIT_NEEDED)" >&2; exit 1; }
	@$(call install,$(HASHED) -r requirements-dev.lock)
	@touch $@

.venv/rivals.stamp: .venv/dev.stamp requirements-rivals.lock
	@test -x .venv/rivals/bin/python || "$(PYTHON)" -m venv .venv/rivals
	@$(BIN)/uv pip install --python .venv/rivals/bin/python $(HASHED) -r requirements-rivals.lock \
		|| .venv/rivals/bin/pip install $(HASHED) -r requirements-rivals.lock
	@touch $@
