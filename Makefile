# make run    set up, then serve the app (PORT=8501, HOST=127.0.0.1)
# make test   set up, then all tests; make test-slow for the long ones
# make lint typecheck audit    with make test exactly what CI runs; audit: licences, no network
# make bench                   the short benchmark
# make release                 wheel, source and SBOM in dist/, tried in a Python of their own
# make facts DATA=FILE         count and lay out the facts of arXiv anew (OUT=FOLDER)
# make pretrained DATA=FILE    train the bundled model anew (DATA=sample writes to build/; OUT=FOLDER)

PYTHON ?= python3
PORT ?= 8501
HOST ?= 127.0.0.1
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check -q
JOBS ?= 2
DATA ?= arxiv-abstracts

.DEFAULT_GOAL := help
.PHONY: help run test test-fast test-slow test-browser lint format typecheck bench pretrained facts sample audit release clean

help:
	@sed -n 's/^# make/make/p' Makefile

$(VENV)/.run: pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 14))' || \
	  { echo "arxivtag needs Python 3.11, 3.12 or 3.13; make PYTHON=python3.13 names one."; exit 1; }
	@echo "Setting up $(VENV) (about 1.3 GB, one to three minutes, once) ..."
# A set-up that broke off leaves a Python without pip: it is made anew.
	@$(PIP) --version >/dev/null 2>&1 || $(PYTHON) -m venv --clear $(VENV) || \
	  { echo "Python's venv does not work here; on Debian and Ubuntu: apt install python3-venv"; exit 1; }
	@$(PIP) install -c constraints.txt -e .
	@touch $@

$(VENV)/.test: $(VENV)/.run
	@$(PIP) install -c constraints.txt -e '.[test,dev]'
	@touch $@

run: $(VENV)/.run
	@$(BIN)/python -m arxivtag app --port $(PORT) --host $(HOST)

# The browser tests use the machine's Chromium; where there is none, Playwright's own is tried.
$(VENV)/.browser: $(VENV)/.test
	@command -v chromium >/dev/null || command -v chromium-browser >/dev/null \
	  || command -v google-chrome >/dev/null || test -n "$$ARXIVTAG_CHROMIUM" \
	  || { echo "No Chromium here: trying Playwright's own ..."; $(BIN)/playwright install chromium; } \
	  || echo "That did not work. The browser tests will be skipped."
	@touch $@

test: $(VENV)/.browser
	@$(BIN)/python -m pytest -n $(JOBS) --dist loadfile --no-loadscope-reorder -m "not slow"

test-fast: $(VENV)/.test
	@$(BIN)/python -m pytest -n $(JOBS) --dist loadfile --no-loadscope-reorder -m "not slow and not browser"

test-browser: $(VENV)/.browser
	@$(BIN)/python -m pytest -m browser tests/browser

test-slow: $(VENV)/.browser
	@$(BIN)/python -m pytest -m slow --timeout 3600

lint: $(VENV)/.test
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .

format: $(VENV)/.test
	@$(BIN)/ruff format .
	@$(BIN)/ruff check --fix .

typecheck: $(VENV)/.test
	@$(BIN)/mypy

audit: $(VENV)/.test
	@$(PIP) check
	@$(BIN)/pip-licenses --packages $$($(BIN)/python -m tools.what_it_installs test dev)

# What the wheel brings is listed from a Python that holds nothing else.
release: $(VENV)/.test
	@$(PIP) install -c constraints.txt -e '.[release]'
	@rm -rf dist build/release
	@$(BIN)/python -m build --no-isolation --outdir dist .
	@$(PYTHON) -m venv build/release
	@build/release/bin/python -m pip -q install -c constraints.txt dist/*.whl
	@$(BIN)/cyclonedx-py environment --pyproject pyproject.toml --output-reproducible \
	  -o dist/arxivtag-sbom.cdx.json build/release
	@$(BIN)/pip-licenses --python build/release/bin/python --summary --order count
	@cd build && release/bin/arxivtag describe sample
	@ls -l dist

bench: $(VENV)/.test
	@$(BIN)/python -m benchmarks.bench

pretrained: $(VENV)/.test
	@$(BIN)/python -m tools.make_pretrained $(DATA) $(if $(OUT),--out $(OUT))

facts: $(VENV)/.test
	@$(BIN)/python -m tools.make_facts $(DATA) $(if $(OUT),--out $(OUT))

sample: $(VENV)/.run
	@$(BIN)/python -m tools.make_sample

clean:
	rm -rf $(VENV) build dist *.egg-info .pytest_cache .mypy_cache .ruff_cache .hypothesis
