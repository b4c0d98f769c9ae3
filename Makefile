# make build   leaves the program build/fairway
# make up      builds it and starts the demo: three regions, one name
# make test    everything that must hold; ends with "N passed, N failed"
# make lint    tidy, clang-format and clang-tidy over all files
# make tidy    the architecture's rules alone (tools/tidy), a second or two
# make format  lets clang-format write
# make fuzz    every fuzz target for FUZZ_SECONDS each (default 60)
# make bench   the benchmarks, beside their peers
# make clean   removes build/; the caches in ~/.cache stay
# Each first installs what it needs and this machine lacks (scripts/deps).
MAKEFLAGS += --no-print-directory
SHELL := /bin/bash

.PHONY: build up test lint tidy format fuzz bench clean deps-build deps-test deps-bench

build: deps-build
	@scripts/build release fairway
	@ln -sfn release/bin/fairway build/fairway

up: build
	@exec scripts/demo

test: deps-test
	@exec scripts/test

lint: deps-test
	@exec scripts/test lint

tidy:
	@exec tools/tidy

format: deps-test
	@git ls-files -co --exclude-standard '*.h' '*.cc' | xargs clang-format-19 -i

fuzz: deps-test
	@exec scripts/test fuzz-all

bench: deps-bench
	@scripts/build release fairway fairway-benches
	@ln -sfn release/bin/fairway build/fairway
	@exec scripts/bench

clean:
	@rm -rf build

deps-build deps-test deps-bench:
	@scripts/deps $(@:deps-%=%)
