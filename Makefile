# Trunkline's few commands.  Each does its own set-up first, which takes no time once it is done.
SHELL := /bin/bash
.DEFAULT_GOAL := help
.PHONY: help setup console demo cluster faults test interop bench attack mutants screenshots lint doctor clean

PYTEST := .venv/bin/python -m pytest
# JUNIT=path writes a JUnit file beside the closing line.
JUNIT_OPTION := $(if $(JUNIT),--junit-xml=$(JUNIT))
# Tests wait most of their time: four workers keep two cores busy.
WORKERS ?= 4

help:  ## show this
	@awk -F ':.*## ' '/^[a-z]+:.*## /{printf "  make %-8s %s\n", $$1, $$2}' $(MAKEFILE_LIST)
	@echo
	@echo "  DEMO_SECONDS=60 make demo    ends by itself and says, as JSON in its last line, what it saw;"
	@echo "  CLUSTER_SECONDS=60 make cluster    likewise"

setup:  ## install what is needed (packages, Asterisk, Python, console); skips what is there
	@infra/setup/setup.sh

console: setup  ## build what people see in the browser, into tenants/console/dist
	@echo "built: tenants/console/dist"

demo: setup  ## run the whole system here, with a branch, a carrier and agents who dial
	@.venv/bin/trunkline demo

cluster: setup  ## run the shape of several machines here: two of everything, agents who dial
	@.venv/bin/trunkline cluster

faults: setup  ## kill each part of a cluster under calls and count what is lost; writes var/faults.json
	@.venv/bin/trunkline faults

test: setup  ## unit, architecture, integration on the real engines, and end to end
	@$(PYTEST) --numprocesses $(WORKERS) $(JUNIT_OPTION) tests/unit tests/architecture tests/integration tests/e2e

interop: setup  ## every phone that others wrote, at HQ and a branch, over all it speaks; writes var/interop.json
	@$(PYTEST) $(JUNIT_OPTION) tests/interop

bench: setup  ## measure against the bare engines (Asterisk, Kamailio, sqlite3, Cassandra); writes var/bench.json
	@.venv/bin/trunkline bench

attack: setup  ## 100,000 broken requests, as many read twice, and a flood against a real edge; writes var/attack.json
	@.venv/bin/trunkline attack

mutants: setup  ## change the pure code at random and count what its unit tests notice; COUNT=100 SEED=7
	@.venv/bin/pip install --quiet --constraint infra/setup/constraints.txt --editable '.[mutants]'
	@nice -n 15 .venv/bin/python tests/mutants/run.py --count $(or $(COUNT),100) $(if $(SEED),--seed $(SEED))

screenshots: setup  ## pictures of every screen of the console, while the demo runs; into docs/screens and var/screens
	@.venv/bin/python -m tests.screenshots.run

lint: setup  ## ruff, mypy and the import contracts
	@.venv/bin/ruff check . && .venv/bin/mypy && .venv/bin/lint-imports

doctor: setup  ## say what is missing or broken on this machine, and how to mend it
	@.venv/bin/trunkline doctor

clean:  ## remove what runs leave behind (var/); keeps the cache and .venv
	@rm -rf var
