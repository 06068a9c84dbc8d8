# `make demo` and `make test` do everything on a fresh Debian or Ubuntu machine with Python 3.11 or newer.
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
.NOTPARALLEL:

PYTHON ?= python3
VENV := .venv
BIN := $(CURDIR)/$(VENV)/bin
export PATH := $(BIN):$(PATH)
# Tests start hundreds of short-lived processes; each would compile everything anew.
unexport PYTHONDONTWRITEBYTECODE
export ANSIBLE_CONFIG := $(CURDIR)/ansible.cfg
PLAYBOOK := ansible-playbook -i inventories/lab

.PHONY: help
help: ## Show what there is
	@grep -E '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-12s %s\n", $$1, $$2}'

.PHONY: demo
demo: setup ## Set up, start the lab, join all links of inventories/lab, run it again, show what to try next
	@tools/demo

.PHONY: test
test: setup-dev ## Set up, run all checks and tests
	$(MAKE) lint
	$(MAKE) unit
	$(MAKE) integration
	$(MAKE) molecule

.PHONY: unit
unit: setup-dev ## Tests that need no cloud
	pytest -q -rs -n 2 tests/unit

# Long files first, so that no worker is left alone with one in the end.
.PHONY: integration
integration: setup-dev ## Tests of lab, modules, roles and playbooks against the emulated clouds
	pytest -q -rs -n 3 --dist loadfile --no-loadscope-reorder tests/integration/tunnels tests/integration/devices tests/integration/playbooks tests/integration/awx tests/integration/artifact \
	  tests/lab/dataplane tests/lab/devices tests/lab/aws tests/lab/jdcloud tests/lab/launcher tests/integration/aws tests/integration/jdcloud

.PHONY: test-crash
test-crash: setup-dev ## Kill creation, change, rotation and removal before every single write (about an hour)
	CRASH=all pytest -q -s tests/integration/playbooks/test_crash.py

.PHONY: bench
bench: setup-dev ## Time the main job against plain SDK calls and stock modules (some of it: BENCH="--runs 3 rerun-1")
	python -m tests.bench $(BENCH)

.PHONY: molecule
molecule: setup-dev ## A scenario for each role, on a lab of their own (some of them: tools/molecule vpn_link …)
	@tools/molecule

.PHONY: lint
lint: setup-dev ## Every static check (some of them: tools/lint mypy docs …)
	@tools/lint

.PHONY: dist
dist: setup-dev ## Build dist/intercloud-vpn-X.Y.Z.tar.gz
	@tools/dist

.PHONY: lab-up
lab-up: setup ## Start the two emulated clouds
	@python -m lab up

.PHONY: lab-down
lab-down: ## Stop them
	@if [ -x $(BIN)/python ]; then python -m lab down; else echo "The lab was never set up."; fi

.PHONY: lab-env
lab-env: ## Print export lines for the lab: eval "$$(make -s lab-env)"
	@python -m lab env

.PHONY: setup
setup: $(VENV)/.runtime ## Python environment and Debian packages that the demo needs

.PHONY: setup-dev
setup-dev: setup $(VENV)/.dev ## The same for the tests

$(VENV)/.runtime: requirements/runtime.txt requirements/lab.txt packages.txt tools/packages
	@tools/packages
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed: make PYTHON=python3.12 …")'
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install -q -r requirements/runtime.txt -r requirements/lab.txt
	@touch $@

$(VENV)/.dev: $(VENV)/.runtime requirements/dev.txt
	$(BIN)/pip install -q -r requirements/dev.txt
	@touch $@

.PHONY: clean
clean: lab-down ## Stop the lab and remove everything that is generated
	rm -rf $(VENV) .lab .cache .ansible .pytest_cache .mypy_cache .ruff_cache .hypothesis dist
