# What a person types. Each target does its own set-up: python3 (3.11 or newer), make and git are all it needs.

PYTHON_IN_VENV := .venv/bin/python
WITH_SERVICES := $(PYTHON_IN_VENV) -m config.running.services
PYTEST := $(PYTHON_IN_VENV) -m pytest
LOCKS := bootstrap base demo observability dev browser
# For checks that load the settings: keys that protect nothing, servers nobody speaks to.
KEYS := env HTTPS=1 SECRET_KEY=0a1b2c3d4e5f6g7h8i9j-only-for-checks-0a1b2c3d4e5f6g7h8i9j \
	FIELD_ENCRYPTION_KEYS=b25seSBmb3IgdGVzdHMsIDMyIGJ5dGVzIGxvbmchISE=
NO_SERVERS := $(KEYS) DATABASE_URL=postgresql://nobody@127.0.0.1/none REDIS_URL=redis://127.0.0.1/0

# Without bytecode each of the demo's processes needs a second longer to start.
unexport PYTHONDONTWRITEBYTECODE

.DEFAULT_GOAL := help
.PHONY: help demo test test-browser manual-pictures journey faults faults-rabbitmq test-pgbouncer rehearse bench-store bench-drain bench-push bench-admin bench-api bench-capacity schemathesis services docs check lint types contracts migrations deployable locked audit lock clean-demo

help: ## show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' Makefile

demo: .venv/.demo ## run everything here: database, broker, marketplaces, web, worker, beat (DEMO_PORT=8001 if 8000 is busy)
	@$(PYTHON_IN_VENV) -m config.running.demo

clean-demo: ## forget the demo's data
	@if [ -x $(PYTHON_IN_VENV) ]; then $(PYTHON_IN_VENV) -m config.running.demo clean; else rm -rf .demo; fi

test: .venv/.dev ## run the tests (ARGS="-k invoice" for some of them)
	@$(PYTEST) -n auto --dist loadgroup --ignore tests/rehearsals --ignore tests/browser --ignore tests/rabbitmq $(ARGS)

test-browser: .venv/.browser ## the back office in Chromium: journeys, accessibility (installs Chromium as root where missing)
	@$(PYTHON_IN_VENV) -m tests.browser.chromium
	@$(PYTEST) -q -n auto --dist loadfile tests/browser $(ARGS)

manual-pictures: .venv/.browser ## make the manual's pictures anew (docs/manual/pictures)
	@$(PYTHON_IN_VENV) -m tests.browser.chromium
	@$(PYTEST) -q tests/browser/pictures.py $(ARGS)

journey: .venv/.dev ## walk one order from the queue to delivered, through real processes
	@$(PYTEST) -q -s tests/journey $(ARGS)

faults: .venv/.dev ## kill, flush, freeze and fill: nothing is lost, nothing is told twice (QUICK=1, or MINUTES= ORDERS= SEED= HOUR=1)
	@$(PYTEST) -q -s tests/faults $(if $(QUICK),--deselect tests/faults/test_hour.py) $(ARGS)

faults-rabbitmq: .venv/.dev ## the same with RabbitMQ as the broker, where rabbitmq-server is installed
	@$(PYTEST) -q -s tests/rabbitmq $(ARGS)

test-pgbouncer: .venv/.dev ## the tests that touch the engine, through a PgBouncer, where it is installed (ARGS=paths)
	@$(PYTHON_IN_VENV) -m tests.pgbouncer $(ARGS)

rehearse: .venv/.dev ## restore a backup, and upgrade under load, with the ledger as judge (FROM=revision to upgrade from)
	@$(PYTEST) -q -s tests/rehearsals $(ARGS)

bench-store bench-drain bench-push bench-admin bench-api bench-capacity: bench-%: .venv/.dev
	@$(PYTHON_IN_VENV) -m benchmarks.$*

bench-store: ## measure storing against the naive ORM and COPY (QUICK=1: under 50 s)
bench-drain: ## measure pulling over HTTP against the naive loop and the bounds
bench-push: ## measure telling updates against a task for each, and how soon they leave
bench-capacity: ## measure what an order costs through its whole life, and what that means (WRITE=1: into docs/capacity.md)
bench-admin: ## measure the order list at up to a million orders against a stock ModelAdmin

bench-api: ## measure the warehouse's API at up to a million orders against a stock ModelSerializer

schemathesis: .venv/.dev ## every check of schemathesis against real web processes (ARGS="--max-examples 10" for less)
	@$(PYTHON_IN_VENV) -m tests.fuzz $(ARGS)

services: .venv/.demo ## start a throw-away PostgreSQL and Valkey and print their URLs
	@$(WITH_SERVICES)

docs: .venv/.dev ## write the pages that are made from code (docs/feature-matrix.md and others)
	@$(NO_SERVERS) $(PYTHON_IN_VENV) manage.py write_docs

check: lint types contracts migrations deployable locked ## everything else that must stay true

lint: .venv/.dev ## style and format
	@$(PYTHON_IN_VENV) -m ruff check .
	@$(PYTHON_IN_VENV) -m ruff format --check .

types: .venv/.dev ## mypy, strict
	@$(NO_SERVERS) $(PYTHON_IN_VENV) -m mypy

contracts: .venv/.dev ## who may import whom
	@.venv/bin/lint-imports

migrations: .venv/.dev ## no model without its migration
	@$(WITH_SERVICES) $(KEYS) $(PYTHON_IN_VENV) manage.py makemigrations --check --dry-run

deployable: .venv/.dev ## Django's check for production
	@$(NO_SERVERS) $(PYTHON_IN_VENV) manage.py check --deploy --fail-level WARNING

locked: ## lock files name no address
	@! grep -nE '://|file:|find-links|index-url' requirements/*.lock

audit: .venv/.demo ## known holes in what is locked (asks PyPI's vulnerability service, and fails where it cannot)
	@$(PYTHON_IN_VENV) -m uv tool run pip-audit --disable-pip --require-hashes --strict --progress-spinner off -r requirements/base.lock

lock: .venv/.demo ## make the lock files anew from requirements/*.in (UPGRADE=1 for newer versions)
	@for name in $(LOCKS); do \
		$(PYTHON_IN_VENV) -m uv pip compile requirements/$$name.in --output-file requirements/$$name.lock --quiet \
			--universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header --no-config \
			$(if $(UPGRADE),--upgrade) || exit 1; \
	done

.venv/.demo: requirements/demo.lock requirements/bootstrap.lock
	@sh requirements/install.sh demo

.venv/.dev: requirements/dev.lock requirements/bootstrap.lock
	@sh requirements/install.sh dev

.venv/.browser: requirements/browser.lock .venv/.dev
	@sh requirements/install.sh browser
