# Every target sets itself up: a machine with Python 3.11+, git and make is all it takes.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
SEED ?= $(shell date +%s)
BASE := $(VENV)/.base
READY := $(VENV)/.ready
# A test that takes longer, in seconds, is reported with its threads' lines, and its process ended.
LONGEST ?= 300
PYTEST := -m pytest -o faulthandler_timeout=$(LONGEST) -o faulthandler_exit_on_timeout=true

.PHONY: demo test lowest pythons coexistence shells harvest stubs coverage campaign lint types bench bridge engines spark clusters docs docs-release docs-test pictures conformance clean

# What the demo needs; the tools of the other targets come on top.
$(BASE): pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[emulator]'
	touch $(BASE)

$(READY): $(BASE)
	$(BIN)/python -m pip install --quiet --upgrade pip
	$(BIN)/python -m pip install --quiet --editable '.[emulator]' --group dev
	touch $(READY)

demo: $(BASE)  ## The main job, end to end, on the embedded emulator
	$(BIN)/python examples/demo.py

test: $(READY)  ## The test suite; three workers for two cores, since many tests wait
	$(BIN)/python $(PYTEST) -n 3

LOWEST := $(VENV)-lowest
$(LOWEST)/.ready: pyproject.toml tests/lowest.py
	$(PYTHON) -m venv --clear $(LOWEST)
	$(PYTHON) tests/lowest.py > $(LOWEST)/constraints.txt
	$(LOWEST)/bin/python -m pip install --quiet --disable-pip-version-check \
		--constraint $(LOWEST)/constraints.txt --editable '.[keyring,testing]' hypothesis trustme
	touch $(LOWEST)/.ready

lowest: $(LOWEST)/.ready  ## The tests of what other packages do, with the lowest versions of them
	$(LOWEST)/bin/python -m pytest -p no:cacheprovider \
		tests/cli/test_writing.py tests/client/test_calls.py tests/client/test_connections.py \
		tests/console/test_find.py tests/console/test_terminals.py tests/emulator/test_life.py \
		tests/emulator/test_routes.py tests/openapi/test_checks_payloads.py \
		tests/openapi/test_specs.py tests/settings tests/testing/test_plugin.py

pythons: $(READY)  ## The tests of messages, on every other Python from 3.11 on that is installed
	$(BIN)/python tests/pythons.py

coexistence:  ## cnct and the incumbent in one environment, in both orders; environments of its own
	$(PYTHON) tests/coexistence/run.py

shells: $(READY)  ## Completion in interactive shells (bash; zsh and fish if installed), recipes of the docs
	$(BIN)/python $(PYTEST) tests/cli/shells.py tests/cli/recipes.py tests/cli/processes.py \
		tests/data/export_recipes.py

ENGINES := $(VENV)-engines
$(ENGINES)/.ready: pyproject.toml
	$(PYTHON) -m venv --clear $(ENGINES)
	$(ENGINES)/bin/python -m pip install --quiet --disable-pip-version-check --upgrade pip
	$(ENGINES)/bin/python -m pip install --quiet --disable-pip-version-check \
		--editable '.[emulator]' --group engines
	touch $(ENGINES)/.ready

engines: $(ENGINES)/.ready  ## The adapters to dlt, Locust and Spark, with these engines, Sail for Spark; takers of Arrow
	$(ENGINES)/bin/python $(PYTEST) -p no:cacheprovider -p no:locust tests/engines/*_engine.py
	$(ENGINES)/bin/python $(PYTEST) -p no:cacheprovider -p no:locust tests/engines/spark_frames.py

SPARK := $(VENV)-spark
$(SPARK)/.ready: pyproject.toml
	command -v java || { apt-get update -qq && apt-get install -qq --no-install-recommends default-jre-headless; }
	$(PYTHON) -m venv --clear $(SPARK)
	$(SPARK)/bin/python -m pip install --quiet --disable-pip-version-check --upgrade pip
	$(SPARK)/bin/python -m pip install --quiet --disable-pip-version-check \
		--editable '.[emulator]' --group spark
	touch $(SPARK)/.ready

spark: $(SPARK)/.ready  ## The adapter to Spark on Spark 4 in local mode; installs Java if there is none
	$(SPARK)/bin/python -m pytest -p no:cacheprovider tests/engines/spark_frames.py

CLUSTERS := $(VENV)-clusters
$(CLUSTERS)/.ready: pyproject.toml
	$(PYTHON) -m venv --clear $(CLUSTERS)
	$(CLUSTERS)/bin/python -m pip install --quiet --disable-pip-version-check --upgrade pip
	$(CLUSTERS)/bin/python -m pip install --quiet --disable-pip-version-check \
		--editable '.[emulator]' --group clusters
	touch $(CLUSTERS)/.ready

clusters: $(CLUSTERS)/.ready  ## The recipes for Ray and Dask, on local clusters
	$(CLUSTERS)/bin/python -m pytest -p no:cacheprovider tests/engines/clusters.py

DOCS := $(VENV)-docs
$(DOCS)/.ready: pyproject.toml
	$(PYTHON) -m venv --clear $(DOCS)
	$(DOCS)/bin/python -m pip install --quiet --disable-pip-version-check --upgrade pip
	$(DOCS)/bin/python -m pip install --quiet --disable-pip-version-check \
		--editable '.[emulator]' --group docs
	touch $(DOCS)/.ready

docs: $(DOCS)/.ready  ## The documentation as a site, in site/: a broken link or reference fails
	PYTHONPATH=. $(DOCS)/bin/zensical build --clean --strict --config-file mkdocs.yml
	$(DOCS)/bin/python book/finish.py

TO ?= site-versions
docs-release:  ## The site as a version in a folder of versions: TO=folder SITE_URL=https://...
	SITE_VERSIONS=mike $(MAKE) docs
	$(DOCS)/bin/python book/release.py $(TO)

docs-test: docs  ## The built site in Chromium, if that is installed; PICTURES=folder writes pictures
	PYTHONPATH=. $(DOCS)/bin/python -m pytest --noconftest -p no:cacheprovider tests/site/pages.py
	PYTHONPATH=. $(DOCS)/bin/python -m book.terminals --check
	PYTHONPATH=. $(DOCS)/bin/python -m book.notebooks --check

pictures: $(DOCS)/.ready  ## The drawings, terminals and notebooks of the documentation, from what they show
	PYTHONPATH=. $(DOCS)/bin/python -m book.drawings
	PYTHONPATH=. $(DOCS)/bin/python -m book.terminals
	PYTHONPATH=. $(DOCS)/bin/python -m book.notebooks
	PYTHONPATH=. $(DOCS)/bin/python -m book.notebook_picture

stubs: $(READY)  ## Types of the API under mypy, pyright and ty; all names at run time
	$(BIN)/python $(PYTEST) -n 2 tests/stubs/checkers.py

# More of them: make harvest HISTORIES=500 KILLED=50 KILLS=10 LONGEST=900; make hands the variables on.
harvest: $(READY)  ## Kills and campaigns of exports and mirrors, from a seed: SEED=...
	SEED=$(SEED) $(BIN)/python $(PYTEST) -n 2 -v $(wildcard tests/*/*_laws.py tests/*/*_kills.py)

coverage: $(READY)  ## The same, with branch coverage; in one process, since workers lose lines
	$(BIN)/python -m coverage erase
	$(BIN)/python -m coverage run -m pytest
	$(BIN)/python -m coverage combine --quiet
	$(BIN)/python -m coverage report

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

bridge:  ## The bridge for programs of connect-openapi-client, beside that package and without it
	$(PYTHON) packages/connect-client/tests/run.py

SPEC ?= ../shared/spec/connect-openapi30.yml
conformance:  ## schemathesis against the emulator, with Connect's document: SPEC=...
	$(PYTHON) -m venv $(VENV)-conformance
	$(VENV)-conformance/bin/python -m pip install --quiet --upgrade pip
	$(VENV)-conformance/bin/python -m pip install --quiet --editable '.[emulator]' --group conformance
	$(VENV)-conformance/bin/python tests/conformance/run.py $(SPEC)

clean:
	rm -rf $(VENV) $(VENV)-* benchmarks/.venvs packages/*/.venvs .coverage .coverage.* .mypy_cache .pytest_cache .ruff_cache .hypothesis .cache site
