# The two commands for newcomers are `make demo` and `make test`; each sets up all that it needs on a Debian 12 machine.
.DEFAULT_GOAL := help
SHELL := bash
PREFIX ?= /usr/local
export FIRN_SHARED ?= $(abspath ../shared)
export CCACHE_MAXSIZE ?= 5G

.PHONY: help demo test build install setup setup-test conformance soak fuzz bench interop check format clean

help:  ## Shows this list
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-13s %s\n", $$1, $$2}'

setup:
	@tools/install-packages build
	@tools/fetch-libraries .deps

setup-test:
	@tools/install-packages test
	@tools/fetch-libraries .deps

demo: build  ## A warehouse on this machine in a minute: writes points, commits tables, asks them questions
	@tools/demo build/release/bin/firn

build: setup  ## The program: build/release/bin/firn
	@tools/build release

install: build  ## Installs program, libraries and licences under PREFIX (default /usr/local)
	@cmake --install build/release --prefix "$(PREFIX)" | tail -n 1
	@echo "installed $(PREFIX)/bin/firn"

test: setup-test  ## Everything under ASan and UBSan, threads under TSan, end-to-end runs of the program
	@tools/run-tests

check: setup-test  ## What is no test: format, layers, clang-tidy on changed files
	@tools/check-layers
	@tools/check-format
	@tools/check-tidy

conformance: setup-test  ## Only the tests over recorded cases ($FIRN_SHARED/fixtures), with counts a folder
	@tools/run-conformance

fuzz: setup-test  ## Fuzzes each parser (FUZZ_SECONDS=60 each)
	@tools/run-fuzz

soak: build setup-test  ## Hours: simulated runs, planted bugs, fuzzing, kills, outages, an hour at full rate (SOAK="seeds fuzz": parts)
	@tools/run-soak $(SOAK)

interop: build  ## Spark, PyIceberg and DuckDB read and write beside Firn
	@tests/interop/run

bench: setup-test  ## Measures against peers in the same run; prints a table, writes build/bench.json
	@bench/run

format: setup-test  ## Rewrites sources with clang-format
	@tools/check-format --fix

clean:  ## Removes what was built (not the fetched libraries)
	@rm -rf build
