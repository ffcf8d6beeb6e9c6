# Verbs. Each prepares what it needs; a fresh machine needs Python >= 3.11 and nothing else.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PEERS := $(VENV)/peers
READY := $(VENV)/.ready

.PHONY: demo wire test test-long check bench bench-durability lab clean

$(READY): pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable ".[dev]"
	touch $(READY)

demo: $(READY)  ## the main job on real input, headless, with a kill and a restart of the kernel
	$(BIN)/python notebooks/demo.py

test: $(READY)  ## every promise, from outside where that is possible
	$(BIN)/python -m pytest

test-long: $(READY)  ## the stateful model and the kills at length, for hours
	WFREPAIR_TESTS=long $(BIN)/python -m pytest tests/engine/test_model.py tests/durability --timeout 0

wire: $(READY)  ## the schema and the TypeScript types of what crosses to a page, made anew
	$(BIN)/python -c "from pathlib import Path; from wfrepair_magic.wire import shape; shape.write(Path())"

check: $(READY)  ## style, types, and the direction of imports
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

bench: $(READY)  ## what a node costs beside a bare cache, and what loading costs
	$(BIN)/python tests/bench/cost.py

bench-durability: $(READY)  ## kill -9, 200 times, on us and on four peers in an environment of their own
	$(PYTHON) -m venv $(PEERS)
	$(PEERS)/bin/python -m pip install --quiet --disable-pip-version-check --requirement tests/bench/durability/peers.txt
	PYTHONPATH=tests $(BIN)/python tests/bench/durability/compare.py $(PEERS)/bin/python

lab: $(READY)  ## JupyterLab on the first notebook
	$(BIN)/python -m jupyterlab $(if $(filter 0,$(shell id -u)),--allow-root) notebooks/01-first-run.ipynb

clean:
	rm -rf $(VENV) .mypy_cache .pytest_cache .ruff_cache .import_linter_cache .hypothesis
