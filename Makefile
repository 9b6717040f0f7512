# Everything installs into .venv from requirement files whose every package is pinned and hashed.
PYTHON ?= python3
BIN := .venv/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check install --quiet
UV := $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-annotate --no-emit-index-url --no-emit-find-links --no-header

.PHONY: demo test machine screenshots lint bench docs lock clean

demo: .venv/.run
	$(BIN)/leadline demo

test: machine .venv/.dev
	$(BIN)/python -m tests.machine
	$(BIN)/python -m pytest -n auto --dist worksteal
	$(BIN)/python -m tests.web.on_postgres -n auto --dist worksteal

screenshots: .venv/.dev
	LEADLINE_SHOTS=screenshots $(BIN)/python -m tests.browser.screenshots

lint: .venv/.dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

bench: .venv/.dev .venv/.bench
	$(BIN)/python -m benchmarks

docs: .venv/.dev
	$(BIN)/sphinx-build -q -W --keep-going docs site

lock: .venv/.python
	$(PIP) uv
	$(UV) pyproject.toml --extra all --group build -o requirements/run.txt
	$(UV) pyproject.toml --extra all --group build --group dev --group docs -c requirements/run.txt -o requirements/dev.txt
	$(UV) pyproject.toml --extra all --group build --group dev --group docs --group bench -c requirements/dev.txt -o requirements/bench.txt

clean:
	rm -rf .venv site leadline-demo leadline-demo-data

machine:
	@$(PYTHON) tests/machine.py venv browser driver proxy

.venv/.python:
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Leadline needs Python 3.11 or newer; set PYTHON=/path/to/python3.11")'
	@$(PYTHON) tests/machine.py venv
	$(PYTHON) -m venv .venv
	@touch $@

.venv/.run: requirements/run.txt pyproject.toml | .venv/.python
	@echo "Installing Leadline into .venv (about a minute, once) ..."
	$(PIP) --require-hashes -r requirements/run.txt
	$(PIP) --no-deps --no-build-isolation --no-index -e .
	@touch $@

.venv/.dev: requirements/dev.txt .venv/.run
	@echo "Installing the test tools into .venv ..."
	$(PIP) --require-hashes -r requirements/dev.txt
	@touch $@

.venv/.bench: requirements/bench.txt .venv/.dev
	$(PIP) --require-hashes -r requirements/bench.txt
	@touch $@
