# make run    starts Doorstep on http://127.0.0.1:8000 (PORT and DOORSTEP_DATA_DIR override)
# make test   runs every check and test
# make truth  checks what reports say, on all regions at hand, beside the extracts and feeds themselves
# make audit  looks for what is dangerous in the code, and for libraries that are known to be unsafe
# make soak   runs a site under load for 20 minutes while processes are killed (SOAK=300: for so many seconds, 60 or more)
# make chaos  kills workers for minutes on end and counts what was lost; then runs the tests that measure time
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
export PORT ?= 8000
DATA := $(or $(DOORSTEP_DATA_DIR),var)
SAMPLES := monaco helsinki
# What a sample is called where its name does not say how much of the place it holds.
TITLE_helsinki := Central Helsinki
# Installing in place makes setuptools warn of folders in the way; there are none.
PIP := PYTHONWARNINGS=ignore $(BIN)/python -m pip --disable-pip-version-check --quiet

.PHONY: run test lint audit soak chaos truth bench clean
.DEFAULT_GOAL := run

run: $(VENV)/run.installed $(SAMPLES:%=$(DATA)/regions/%)
	@echo "Doorstep: http://127.0.0.1:$(PORT)"
	@echo "Addresses to try: 12 Bulevardi, Helsinki - Boulevard des Moulins 27, Monaco"
	@WEB_CONCURRENCY=$${WEB_CONCURRENCY:-2} exec $(BIN)/gunicorn -c gunicorn_config.py 'app:create_app()'

# What starts servers and kills workers runs by itself; all else on every core.
ALONE := tests/queue tests/browser tests/programs
test: lint
	$(BIN)/python -m pytest --numprocesses auto --dist worksteal $(ALONE:%=--ignore %) --ignore tests/soak
	$(BIN)/python -m pytest $(ALONE)
	$(BIN)/python -m pytest tests/soak

lint: audit
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/djlint templates --lint --check --quiet

# What is dangerous in the code, and which libraries are known to be unsafe, where that can be asked.
audit: $(VENV)/test.installed
	$(BIN)/bandit --quiet --recursive --configfile pyproject.toml app gunicorn_config.py
	$(BIN)/python -m tests.support.audit

soak: $(VENV)/test.installed
	SOAK=$(or $(SOAK),1200) $(BIN)/python -m pytest tests/soak -s

chaos: $(VENV)/test.installed
	CHAOS=300,1000,7 $(BIN)/python -m pytest tests/queue/test_chaos.py -s
	$(BIN)/python -m pytest -m timed

truth: $(VENV)/test.installed
	$(BIN)/python -m tests.truth

bench: $(VENV)/test.installed
	$(BIN)/python -m bench.evaluate

# Order-only: a newer extract in the repository does not replace a region that is there.
$(DATA)/regions/%: | $(VENV)/run.installed
	$(BIN)/flask --app app region import data/samples/$*.osm.pbf --name $* $(if $(TITLE_$*),--title "$(TITLE_$*)")

$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Doorstep needs Python 3.11 or newer; set PYTHON=..."; exit 1; }
	$(PYTHON) -m venv $(VENV)

$(VENV)/run.installed: pyproject.toml constraints.txt | $(VENV)/bin/python
	$(PIP) install -c constraints.txt -e .
	@touch $@

$(VENV)/test.installed: pyproject.toml constraints.txt | $(VENV)/bin/python
	$(PIP) install -c constraints.txt -e '.[test]'
	@touch $@ $(VENV)/run.installed

clean:
	rm -rf $(VENV) .mypy_cache .pytest_cache .ruff_cache .hypothesis
