# Verbs. Each prepares what it needs; a fresh machine needs Python >= 3.11, and for the page also
# npm and chromium, which are installed where they are missing and that may be done.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PEERS := $(VENV)/peers
READY := $(VENV)/.ready
PACKAGES := labextension/node_modules/.ready
FACE := $(VENV)/.face
INSTALL = sh -c 'apt-get update --quiet && apt-get install --quiet --yes --no-install-recommends "$$@"' install

.PHONY: demo face pictures wire test test-long check bench bench-durability lab clean

# The labextension is built apart: what needs no page needs no Node.js.
$(READY): pyproject.toml
	$(PYTHON) -m venv $(VENV)
	SKIP_JUPYTER_BUILDER=1 $(BIN)/python -m pip install --quiet --disable-pip-version-check --editable ".[dev]"
	touch $(READY)

$(PACKAGES): labextension/package-lock.json
	@command -v npm >/dev/null || $(INSTALL) nodejs npm
	cd labextension && npm ci --no-fund --no-audit
	touch $(PACKAGES)

$(FACE): $(READY) $(PACKAGES) $(wildcard labextension/src/* labextension/style/* labextension/schema/*) labextension/package.json labextension/tsconfig.json labextension/bundle.mjs
	cd labextension && npm run --silent build:prod
	$(BIN)/jupyter-builder develop . --overwrite
	touch $(FACE)

face: $(FACE)  ## the labextension, built and linked into the environment

pictures: $(FACE)  ## the pictures of the README, taken anew from real runs
	PYTHONPATH=tests $(BIN)/python tests/browser/pictures.py

demo: $(READY)  ## the main job on real input, headless, with a kill and a restart of the kernel
	$(BIN)/python notebooks/demo.py

test: $(READY) $(FACE)  ## every promise, from outside where that is possible
	@command -v chromium >/dev/null || $(INSTALL) chromium
	cd labextension && npm test --silent
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
	@$(MAKE) --no-print-directory face || echo "Without the labextension reports are HTML."
	$(BIN)/python -m jupyterlab $(if $(filter 0,$(shell id -u)),--allow-root) notebooks/01-first-run.ipynb

clean:
	rm -rf $(VENV) labextension/node_modules labextension/lib labextension/build wfrepair_magic/labextension wfrepair_magic/notebook/static .mypy_cache .pytest_cache .ruff_cache .import_linter_cache .hypothesis
