# What a newcomer needs: `make run` and `make test`. The rest is for those who stay.

CARGO ?= cargo
PYTHON ?= python3
# Where cargo puts what it builds; set CARGO_TARGET_DIR to keep it elsewhere.
TARGET := $(or $(CARGO_TARGET_DIR),target)
HERKOMST := $(TARGET)/debug/herkomst
VENV := .venv
# Property tests draw the same cases every time, so that a change fails for what it did; unset it to look for new ones.
export PROPTEST_RNG_SEED ?= 20101101

.PHONY: help run release test setup fmt lint deny doc data calibrate bench bench-lineage bench-chaid bench-nights bench-peers bench-serve bench-pages clean

help: ## this list
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## /\t/'

$(HERKOMST): FORCE
	@$(CARGO) build --locked -p cli
FORCE:

run: $(HERKOMST) ## the main job on the shipped data: run, verify against the print, write the book to output/
	@$(HERKOMST) run
	@$(HERKOMST) verify
	@$(HERKOMST) report

setup: $(VENV)/.ready $(VENV)/node/.ready $(VENV)/browser/.ready $(VENV)/.office ## install what the tests need beside Rust: a pinned Python environment for the oracles and validators, clients of the server, a browser and what drives it, programs that open the book

$(VENV)/.ready: tests/oracle/requirements.txt
	@$(PYTHON) -m venv $(VENV)
	@$(VENV)/bin/python -m pip install --quiet --disable-pip-version-check -r tests/oracle/requirements.txt
	@touch $@

# What cannot be installed here is left out of the tests, which say so.
$(VENV)/node/.ready: tests/oracle/clients/package-lock.json | $(VENV)/.ready
	@mkdir -p $(@D)
	@cp tests/oracle/clients/package.json tests/oracle/clients/package-lock.json $(@D)
	@if command -v npm > /dev/null; then cd $(@D) && npm ci --silent --no-audit --no-fund; fi
	@if [ ! -e /usr/share/java/postgresql.jar ] && command -v apt-get > /dev/null && [ "$$(id -u)" = 0 ]; then \
		apt-get install -qq -y libpostgresql-jdbc-java > /dev/null || true; fi
	@touch $@

# A Chromium of the system, driven by playwright-core; axe looks at accessibility. Where there is none, the pages are not walked.
$(VENV)/browser/.ready: tests/browser/package-lock.json | $(VENV)/.ready
	@mkdir -p $(@D)
	@cp tests/browser/package.json tests/browser/package-lock.json $(@D)
	@if command -v npm > /dev/null; then cd $(@D) && npm ci --silent --no-audit --no-fund; fi
	@if ! command -v chromium > /dev/null && command -v apt-get > /dev/null && [ "$$(id -u)" = 0 ]; then \
		apt-get install -qq -y --no-install-recommends chromium > /dev/null || true; fi
	@touch $@

# LibreOffice opens workbook and document, poppler reads pages. Where they cannot be installed, the test of the book says so.
$(VENV)/.office: | $(VENV)/.ready
	@if ! { command -v soffice && command -v pdftotext; } > /dev/null && command -v apt-get > /dev/null && [ "$$(id -u)" = 0 ]; then \
		apt-get install -qq -y --no-install-recommends libreoffice-calc-nogui libreoffice-writer-nogui fonts-liberation poppler-utils > /dev/null || true; fi
	@touch $@

test: setup ## all tests
	@$(CARGO) test --workspace --locked
	@$(VENV)/bin/python tests/oracle/chaid_python.py $(TARGET)/debug/examples/grow
	@$(VENV)/bin/python tests/oracle/recompute.py $(TARGET)/debug/herkomst
	@$(VENV)/bin/python tests/oracle/exports.py $(TARGET)/debug/herkomst
	@$(VENV)/bin/python tests/oracle/shell.py $(TARGET)/debug/herkomst
	@$(VENV)/bin/python tests/oracle/files.py $(TARGET)/debug/herkomst
	@$(VENV)/bin/python tests/oracle/codebook.py $(TARGET)/debug/herkomst
	@$(VENV)/bin/python tests/oracle/book.py $(TARGET)/debug/herkomst
	@$(PYTHON) tests/oracle/attacks.py $(TARGET)/debug/herkomst
	@$(PYTHON) tests/oracle/hostile.py $(TARGET)/debug/herkomst
	@$(PYTHON) tests/bench/serve_load.py $(TARGET)/debug/herkomst --seconds 10
	@$(VENV)/bin/python tests/oracle/clients.py $(TARGET)/debug/herkomst
	@$(VENV)/bin/python tests/oracle/pages.py $(TARGET)/debug/herkomst

fmt: ## format the code
	@$(CARGO) fmt --all

lint: ## formatting and clippy, warnings denied
	@$(CARGO) fmt --all --check
	@$(CARGO) clippy --workspace --all-targets --locked -- -D warnings

doc: ## the documentation, warnings denied
	@RUSTDOCFLAGS="-D warnings" $(CARGO) doc --workspace --no-deps --locked

deny: ## licences, sources and advisories of what we depend on
	@.ci/deny

data: ## write the synthetic registrations again (deterministic)
	@rm -rf data/perspectief/raw
	@$(CARGO) run --locked -p synth -- write --out data/perspectief

calibrate: $(HERKOMST) ## search invented persons again with whom the tests come near the print (offline, some ten minutes)
	@mkdir -p output
	@$(HERKOMST) run
	@$(HERKOMST) sql --format csv -c 'select * from features.steunpunt order by steunpunt' > output/steunpunt.csv
	@$(CARGO) run --release --locked -p synth -- calibrate --features output/steunpunt.csv \
		--list pipelines/perspectief/referentie/kenmerkenlijst.csv --published pipelines/perspectief/published \
		--out crates/synth/calibration

release: ## an optimised binary in target/release
	@$(CARGO) build --release --locked -p cli

bench: ## whole runs at x1, x100 and x1000 persons: rows, time and peak memory per stage
	@$(PYTHON) tests/bench/whole_runs.py

bench-lineage: ## runs with and without capture of lineage side by side at x1000, its size, and how long `why` takes
	@$(PYTHON) tests/bench/lineage.py

bench-chaid: setup ## CHAID beside the Python package: time, memory, growth with rows and columns, the same splits
	@$(VENV)/bin/python tests/bench/chaid.py

bench-nights: ## nights without a change and with one changed row, whole processes of the release binary
	@$(PYTHON) tests/bench/nights.py

# Each in an environment of its own, for they want other versions of the same packages.
$(TARGET)/peers/%/.ready: tests/bench/%.txt
	@$(PYTHON) -m venv $(@D)
	@$(@D)/bin/python -m pip install --quiet --disable-pip-version-check -r $<
	@touch $@

bench-peers: $(TARGET)/peers/sqlmesh/.ready $(TARGET)/peers/dbt/.ready ## the same nights beside SQLMesh and dbt on DuckDB, which are installed below target/peers
	@$(PYTHON) tests/bench/nights.py --sqlmesh $(TARGET)/peers/sqlmesh/bin/sqlmesh --dbt $(TARGET)/peers/dbt/bin/dbt

bench-serve: ## 64 clients on the server for a minute while a night is published every 2 seconds: percentiles, memory, every answer compared
	@$(PYTHON) tests/bench/serve_load.py $(TARGET)/release/herkomst

bench-pages: ## every page of the server: how long it takes and what the server holds in memory; SCALE=1000 for so many times the persons
	@$(PYTHON) tests/bench/pages.py --scale $(or $(SCALE),1)

clean: ## remove what runs made; not what cargo built
	@rm -rf warehouse output $(VENV)
