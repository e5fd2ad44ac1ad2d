# Two commands for a newcomer: `make demo` and `make test`. Each sets up what it needs (scripts/setup).
BIN := .venv/bin
# Both cores at once; the tests of one file stay in one process, because they share what is costly to make.
PYTEST := $(BIN)/python -m pytest -q -n logical --maxprocesses 4 --dist loadfile
SOURCES := gongkai flows crawlers dataset extraction storage
.PHONY: help setup demo test test-slow test-all lint format lock bench audit clean

help:  ## what can be made
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | awk -F':.*## ' '{printf "make %-9s %s\n", $$1, $$2}'

setup:  ## virtual environment, locked packages, browser
	@scripts/setup

demo: setup  ## the whole job on three bundled sites, into ./data
	@$(BIN)/gongkai demo

test: setup  ## the tests, without those that take minutes
	@$(PYTEST) -m "not slow"

test-slow: setup  ## the tests that take minutes, but for those that take hours
	@$(PYTEST) -m "slow and not soak"

test-all: setup  ## every test
	@$(PYTEST)

lint: setup  ## ruff and mypy --strict
	@$(BIN)/ruff check . && $(BIN)/ruff format --check . && $(BIN)/mypy

format: setup  ## let ruff format and mend what it can
	@$(BIN)/ruff format . && $(BIN)/ruff check --fix .

bench: setup  ## the benchmarks, each beside a peer in the same run
	@for file in benchmarks/*.py; do echo "== $$file"; $(BIN)/python $$file || exit 1; done

audit: setup  ## known vulnerabilities of the locked packages (needs the network, fetches pip-audit)
	@$(BIN)/python -m venv .venv/audit && .venv/audit/bin/pip install -q pip-audit
	@.venv/audit/bin/pip-audit --require-hashes --disable-pip -r requirements.lock

lock:  ## resolve the dependencies anew into requirements.lock (needs uv)
	uv pip compile --universal --python-version 3.11 --generate-hashes --no-emit-index-url --extra browser --extra ocr --extra dev --upgrade pyproject.toml -o requirements.lock

clean:  ## take away what setup and demo made
	rm -rf .venv data build dist *.egg-info .mypy_cache .ruff_cache .hypothesis
