# The commands a user and a maintainer need; each prepares its own environment in .venv.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
OUT ?= out
PIP := $(BIN)/python -m pip --quiet --disable-pip-version-check

.PHONY: help demo test bench soak lint docs lock clean

help:
	@echo "make demo   run the main job on the machine-tending cell and write its report to $(OUT)/machine_tending/"
	@echo "make test   run the test suite, compiled and uncompiled"
	@echo "make bench  measure speed against rivals in the same run"
	@echo "make soak   compare the two engines on random cells, SECONDS=60 long"
	@echo "make lint   check style, types and import rules"
	@echo "make docs   build the documentation into docs/_build/"

# A stamp a set of packages: pip runs only when its lock file or the project's metadata changed.
$(VENV)/run.stamp: requirements/run.lock pyproject.toml
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@echo "Installing Taktwin into $(VENV) (once)..."
	@$(PIP) install --require-hashes -r requirements/run.lock
	@$(PIP) install --no-deps --no-build-isolation -e .
	@touch $@

$(VENV)/dev.stamp: requirements/dev.lock $(VENV)/run.stamp
	@echo "Installing the tools for tests into $(VENV) (once)..."
	@$(PIP) install --require-hashes -r requirements/dev.lock
	@touch $@

$(VENV)/bench.stamp: requirements/bench.lock $(VENV)/run.stamp
	@$(PIP) install --require-hashes -r requirements/bench.lock
	@touch $@

$(VENV)/docs.stamp: requirements/docs.lock $(VENV)/run.stamp
	@$(PIP) install --require-hashes -r requirements/docs.lock
	@touch $@

demo: $(VENV)/run.stamp
	@$(BIN)/taktwin demo --out $(OUT)

test: $(VENV)/dev.stamp
	@$(BIN)/taktwin doctor --warm
	@$(BIN)/python -m pytest -n 2 --dist worksteal
	@NUMBA_DISABLE_JIT=1 $(BIN)/python -m pytest -n 2 --dist worksteal -m "not slow" tests/kernel tests/reference tests/robots tests/test_engines_agree.py tests/test_truth.py tests/test_truth_traces.py

bench: $(VENV)/bench.stamp
	@$(BIN)/python -m pytest benchmarks --benchmark-enable --benchmark-only -q -s

SECONDS ?= 60
soak: $(VENV)/dev.stamp
	@$(BIN)/taktwin doctor --warm
	@$(BIN)/python -m tests.soak --seconds $(SECONDS) --workers $$(nproc 2>/dev/null || echo 1)

lint: $(VENV)/dev.stamp
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports

docs: $(VENV)/docs.stamp
	@$(BIN)/sphinx-build -W -q -b html docs docs/_build
	@echo "docs/_build/index.html"

# Needs uv; run after changing a dependency.
lock:
	printf 'hatchling\neditables\n' | uv pip compile pyproject.toml - --universal --python-version 3.11 --generate-hashes --no-header --no-emit-index-url --no-annotate -o requirements/run.lock
	uv pip compile pyproject.toml --extra dev -c requirements/run.lock --universal --python-version 3.11 --generate-hashes --no-header --no-emit-index-url --no-annotate -o requirements/dev.lock
	uv pip compile pyproject.toml --extra dev --extra bench -c requirements/dev.lock --universal --python-version 3.11 --generate-hashes --no-header --no-emit-index-url --no-annotate -o requirements/bench.lock
	uv pip compile pyproject.toml --extra docs -c requirements/run.lock --universal --python-version 3.11 --generate-hashes --no-header --no-emit-index-url --no-annotate -o requirements/docs.lock

clean:
	rm -rf $(VENV) $(OUT) dist build docs/_build
