# The commands of the project. Everything runs in VENV, which is made when it is missing: make demo VENV=/tmp/venv
VENV ?= .venv
PYTHON ?= python3
# One more than there are cores: the tests of operations wait for the emulator much of the time.
WORKERS ?= $(shell n=$$(getconf _NPROCESSORS_ONLN 2>/dev/null || echo 2); [ $$n -gt 4 ] && n=4; [ $$n -lt 2 ] && n=2; echo $$((n + 1)))
PYTEST_ARGS ?=
SOAK ?= 100000
KILLS ?= 1000
SPREAD = -n $(WORKERS) --dist loadfile --no-loadscope-reorder
PYTEST = $(BIN)/python -m pytest $(SPREAD)

# Tests and benchmarks start thousands of processes: compile our modules once, also where byte code is switched off.
export PYTHONDONTWRITEBYTECODE :=

BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check -qq
DEV := $(VENV)/.installed-dev
SANDBOX := $(VENV)/.installed-sandbox
CHECKOV_VERSION := 3.3.30
CHECKOV := $(VENV)/checkov/bin/checkov
PIP_AUDIT_VERSION := 2.10.1
PIP_AUDIT := $(VENV)/pip-audit/bin/pip-audit
UV_VERSION := 0.13.8
UV := $(VENV)/uv/bin/uv
COMPILE = $(UV) pip compile -q pyproject.toml --custom-compile-command 'make lock' --universal --python-version 3.10 --generate-hashes
SOURCES := aurora_cli tests benchmarks tools

.DEFAULT_GOAL := help
.PHONY: help demo install test test-fast test-all test-times soak coverage lint format types contract docs docs-check wheel calibrate checkov modules lock audit test-lowest check bench clean

help: ## Show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

demo: $(SANDBOX) ## Make a cluster in the sandbox and print its endpoints (KEEP=1 leaves it running)
	@KEEP="$(KEEP)" bash tools/demo.sh "$(BIN)"

install: $(DEV) ## Install the package for development, with all tools

test: $(DEV) ## Run the tests, without those marked thorough
	$(PYTEST) -m 'not thorough' $(PYTEST_ARGS)

test-fast: $(DEV) ## Run the tests that start no process: unit and contract
	$(PYTEST) tests/unit tests/contract $(PYTEST_ARGS)

test-all: $(DEV) ## Run every test
	$(PYTEST) $(PYTEST_ARGS)

test-times: $(DEV) ## Run every test, and write down how long each module takes
	$(PYTEST) --junitxml=$(VENV)/tests.xml $(PYTEST_ARGS)
	$(BIN)/python tools/module_seconds.py $(VENV)/tests.xml

soak: $(DEV) ## Try random bad input (SOAK=100000 cases), then kill commands at random moments (KILLS=1000)
	SOAK=$(SOAK) $(PYTEST) --timeout 0 tests/fuzz $(PYTEST_ARGS)
	KILLS=$(KILLS) $(PYTEST) --timeout 0 -s tests/reliability/test_random_kills.py $(PYTEST_ARGS)

coverage: $(DEV) ## Run every test with coverage of lines and branches, in all processes
	$(BIN)/python -m coverage run -m pytest $(SPREAD) $(PYTEST_ARGS)
	$(BIN)/python -m coverage combine -q
	$(BIN)/python -m coverage report --skip-covered --sort=miss

contract: $(DEV) ## Check every rendered file against the provider's schema
	$(BIN)/python -m pytest tests/contract $(PYTEST_ARGS)

lint: $(DEV) ## Check style and formatting
	$(BIN)/ruff check $(SOURCES)
	$(BIN)/ruff format --check $(SOURCES)

format: $(DEV) ## Format the code and mend what can be mended
	$(BIN)/ruff check --fix $(SOURCES)
	$(BIN)/ruff format $(SOURCES)

types: $(DEV) ## Check types
	$(BIN)/mypy

docs: $(DEV) ## Write the generated pages in docs/ again
	$(BIN)/python tools/make_docs.py

docs-check: $(DEV) ## Check that the generated pages fit the code
	$(BIN)/python tools/make_docs.py --check

wheel: $(DEV) ## Build the wheel and try it in an empty environment, from an empty folder
	$(BIN)/python tools/check_wheel.py

calibrate: $(DEV) ## Compare our provider with hashicorp/aws in a filesystem mirror (PROVIDER_MIRROR=DIR EXAMPLES=... CHANGES=...)
	@test -n "$(PROVIDER_MIRROR)" || { echo "Set PROVIDER_MIRROR to a filesystem mirror that has hashicorp/aws."; exit 2; }
	$(BIN)/python tools/calibrate.py walk $(PROVIDER_MIRROR) $(EXAMPLES) $(if $(filter undefined,$(origin CHANGES)),,--changes '$(CHANGES)')

checkov: $(DEV) $(CHECKOV) ## Compare what checkov finds in the production example with docs/reference/security.md (installs 300 MB)
	$(BIN)/python tools/checkov_gate.py $(CHECKOV)

modules: $(SANDBOX) ## Walk the examples of public Aurora modules through the sandbox (MODULES=DIR has their clones)
	$(BIN)/python tools/try_modules.py $(MODULES) $(EXAMPLES)

lock: $(UV) ## Write the lock files of a release: the newest versions that pyproject.toml allows, with hashes
	$(COMPILE) --upgrade -o requirements.lock
	$(COMPILE) --upgrade --extra sandbox -o requirements-sandbox.lock
	$(COMPILE) --upgrade --extra fleet -o requirements-fleet.lock

audit: $(PIP_AUDIT) ## Look the locked packages up in the database of known vulnerabilities
	$(BIN)/python tools/audit.py $(PIP_AUDIT) requirements-sandbox.lock
	$(BIN)/python tools/audit.py $(PIP_AUDIT) requirements-fleet.lock

test-lowest: $(UV) ## Run the tests that start no process with the lowest versions that pyproject.toml allows
	$(UV) venv -q --clear --python $(PYTHON) $(VENV)/lowest
	$(UV) pip compile -q pyproject.toml --extra sandbox --extra fleet --resolution lowest-direct --python $(PYTHON) -o $(VENV)/lowest.txt
	$(UV) pip install -q --python $(VENV)/lowest -c $(VENV)/lowest.txt -e '.[dev]'
	$(VENV)/lowest/bin/python -m pytest $(SPREAD) tests/unit tests/contract $(PYTEST_ARGS)

check: lint types docs-check test wheel ## Everything that a change must pass (tests include the contract)

bench: $(DEV) ## Run the benchmarks
	$(BIN)/python -m benchmarks

clean: ## Remove what the other targets made
	rm -rf .venv build dist .mypy_cache .pytest_cache .ruff_cache .hypothesis
	find aurora_cli tests benchmarks tools -name __pycache__ -type d -prune -exec rm -rf {} +

$(BIN)/python:
	$(PYTHON) -m venv $(VENV)

# Each in an environment of its own: they pin versions that are not ours.
$(CHECKOV): TOOL := checkov==$(CHECKOV_VERSION)
$(PIP_AUDIT): TOOL := pip-audit==$(PIP_AUDIT_VERSION)
$(UV): TOOL := uv==$(UV_VERSION)
$(CHECKOV) $(PIP_AUDIT) $(UV): | $(BIN)/python
	@echo "Installing $(TOOL) into $(patsubst %/bin/,%,$(dir $@)) ..."
	@$(BIN)/python -m venv $(patsubst %/bin/,%,$(dir $@))
	@$(dir $@)python -m pip --disable-pip-version-check -qq install $(TOOL)

$(SANDBOX): pyproject.toml | $(BIN)/python
	@echo "Installing aurora-cli into $(VENV) ..."
	@$(PIP) uninstall -y aurora-cli  # the distribution's former name, whose files are ours
	@$(PIP) install -e '.[sandbox]'
	@touch $@

$(DEV): pyproject.toml | $(BIN)/python
	@echo "Installing aurora-cli and its development tools into $(VENV) ..."
	@$(PIP) uninstall -y aurora-cli
	@$(PIP) install -e '.[dev]'
	@touch $(SANDBOX) $@
