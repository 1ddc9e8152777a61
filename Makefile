# Every target sets itself up: a machine with Python 3.11+, git and make is all it takes.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready

.PHONY: demo test lint types clean

$(READY): pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --upgrade pip
	$(BIN)/python -m pip install --quiet --editable '.[emulator]' --group dev
	touch $(READY)

demo: $(READY)  ## The main job, end to end, on the embedded emulator
	$(BIN)/python examples/demo.py

test: $(READY)  ## The test suite, with branch coverage
	$(BIN)/python -m coverage erase
	$(BIN)/python -m coverage run -m pytest
	$(BIN)/python -m coverage combine --quiet
	$(BIN)/python -m coverage report

lint: $(READY)  ## ruff, all rules
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: $(READY)  ## mypy strict and pyright strict over src
	$(BIN)/mypy
	$(BIN)/pyright

clean:
	rm -rf $(VENV) .coverage .coverage.* .mypy_cache .pytest_cache .ruff_cache .hypothesis
