# Every target sets itself up: a machine with Python 3.11+, git and make is all it takes.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready

.PHONY: demo test shells coverage campaign lint types bench conformance clean

$(READY): pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --upgrade pip
	$(BIN)/python -m pip install --quiet --editable '.[emulator]' --group dev
	touch $(READY)

demo: $(READY)  ## The main job, end to end, on the embedded emulator
	$(BIN)/python examples/demo.py

test: $(READY)  ## The test suite, in two workers
	$(BIN)/python -m pytest -n 2

shells: $(READY)  ## Completion in interactive shells: bash and, where they are installed, zsh and fish
	$(BIN)/python -m pytest tests/cli/shells.py -p no:cacheprovider

coverage: $(READY)  ## The same, with branch coverage
	$(BIN)/python -m coverage erase
	$(BIN)/python -m coverage run -m pytest -n 2
	$(BIN)/python -m coverage combine --quiet
	$(BIN)/python -m coverage report

SEED ?= $(shell date +%s)
campaign: $(READY)  ## Thousands of histories of moving lists, from a seed: SEED=...
	$(BIN)/python -m pytest tests/client/test_reader.py --hypothesis-profile=campaign --hypothesis-seed=$(SEED)

lint: $(READY)  ## ruff, all rules
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: $(READY)  ## mypy strict and pyright strict over src
	$(BIN)/mypy
	$(BIN)/pyright

bench:  ## The table of benchmarks/README.md; its environments are its own
	$(PYTHON) benchmarks/run.py

SPEC ?= ../shared/spec/connect-openapi30.yml
conformance:  ## schemathesis against the emulator, with Connect's document: SPEC=...
	$(PYTHON) -m venv $(VENV)-conformance
	$(VENV)-conformance/bin/python -m pip install --quiet --upgrade pip
	$(VENV)-conformance/bin/python -m pip install --quiet --editable '.[emulator]' --group conformance
	$(VENV)-conformance/bin/python tests/conformance/run.py $(SPEC)

clean:
	rm -rf $(VENV) $(VENV)-conformance benchmarks/.venvs .coverage .coverage.* .mypy_cache .pytest_cache .ruff_cache .hypothesis
