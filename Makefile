# What can be done here. `make` alone explains itself.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
# Named after the Python, so that another PYTHON, or a newer one of the same name, is followed by a new set-up.
READY := $(VENV)/ready-$(shell $(PYTHON) -c 'import platform; print(platform.python_implementation() + platform.python_version())' 2>/dev/null)
DEMO_PORT ?= 8000
PYTEST_ARGS ?=
BENCH_ARGS ?=
SCREENSHOTS_ARGS ?=
comma := ,

.DEFAULT_GOAL := help
.PHONY: help setup demo test soak lint format docs site screenshots messages lock bench release-check clean

help:  ## show this list
	@awk 'BEGIN {FS = ":.*## "} /^[a-z-]+:.*## / {printf "  make %-13s %s\n", $$1, $$2}' Makefile

setup: $(READY)  ## .venv with the locked dependencies and the project's commands

demo: setup  ## gateway, TalentLMS sandbox, a demo identity provider and a demo shop, in the foreground
	@$(BIN)/python -m sandbox.demo --port $(DEMO_PORT)

test: setup  ## everything the tests need, then every test
	@tests/system_packages.sh
	@$(BIN)/python -m pytest --numprocesses auto --dist loadfile --no-loadscope-reorder $(PYTEST_ARGS)

soak: setup  ## the journey under attack for many rounds, ATTACK_ROUNDS=200 for about an hour; failovers; a storm of 500 orders
	@tests/system_packages.sh
	@ATTACK_ROUNDS=$(or $(ATTACK_ROUNDS),8) STORM_ORDERS=$(or $(STORM_ORDERS),500) \
	  FAILOVER_ROUNDS=$(or $(FAILOVER_ROUNDS),8) STORM_REDIS=$(or $(STORM_REDIS),single$(comma)sentinel$(comma)cluster) \
	  SYNC_PEOPLE=$(or $(SYNC_PEOPLE),5000) $(BIN)/python -m pytest tests/journeys/test_under_attack.py \
	  tests/journeys/test_failover.py tests/storm tests/gateway/flows/test_directory_sync.py -rP $(PYTEST_ARGS)

lint: setup site  ## formatter, linter, type checker, import rules, the documentation's links
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports

format: setup  ## let the formatter and the linter mend what they can
	@$(BIN)/ruff check --fix .
	@$(BIN)/ruff format .

docs: setup  ## write the generated tables in docs/ anew
	@$(BIN)/python -m tests.gateway.config.test_table
	@$(BIN)/python -m tests.gateway.config.test_json_schema
	@$(BIN)/python -m tests.docs.test_error_table
	@$(BIN)/python -m tests.docs.test_conformance_page
	@$(BIN)/python -m tests.docs.test_scim_conformance_page
	@$(BIN)/python -m tests.docs.test_providers
	@$(BIN)/python -m tests.docs.test_addresses_page
	@$(BIN)/python -m tests.docs.test_commands_page
	@$(BIN)/python -m tests.gateway.talentlms.table
	@$(BIN)/python -m tests.sandbox.idp.test_readme
	@$(BIN)/python -m tests.deploy.test_chart_schema

# What was read is kept, so that only changed pages are read again; not after a warning, which would come once and never again.
site: setup  ## the pages of docs/ as a site: build/site/index.html
	@$(BIN)/sphinx-build -W --keep-going -q -d build/doctrees docs build/site || { rm -rf build/doctrees; exit 1; }

screenshots: setup  ## take the pictures of docs/images anew, of the running demo
	@$(BIN)/python -m docs.screenshots $(SCREENSHOTS_ARGS)

messages: setup  ## compile what people read: gateway/translations
	@$(BIN)/pybabel --quiet compile --directory gateway/translations --domain messages

lock: setup  ## pin the dependencies anew, with hashes
	@$(BIN)/python requirements/lock.py

bench: setup  ## measure the gateway against its peers in one run; writes docs/benchmark.md
	@bench/system_packages.sh
	@$(BIN)/python -m bench $(BENCH_ARGS)

release-check: setup  ## build what would be released, and try it out with the oldest and the newest Python: build/release
	@$(BIN)/python requirements/release_check.py

clean:  ## remove what setup and the tests made
	rm -rf $(VENV) build *.egg-info .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache \
	  tests/output tests/journeys/provider/node_modules tests/sandbox/storefront/shopify/node_modules

# The stamp is older than the lock file whenever the lock file changed, so a pull is followed by a new set-up.
$(READY): requirements/dev.txt pyproject.toml
	@requirements/venv.sh $(PYTHON) $(VENV)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/dev.txt
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $@
