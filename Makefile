# The few commands one needs. CMake does the building (see CMakePresets.json); this only saves
# typing.

.PHONY: help demo bench-deps test test-integrations format soak matrix

SOAK_HOURS ?= 4

help:
	@echo 'make demo     build a release, run the quickstart and the benchmark demo'
	@echo 'make bench-deps   install what arena_bench compares with, and fetch what it parses'
	@echo 'make test     run every check and every test, in every configuration'
	@echo 'make test-integrations   install gRPC, and test what is made for it'
	@echo 'make format   format all C++ files'
	@echo 'make soak     fuzz for SOAK_HOURS (4)'
	@echo 'make matrix   compilers, processors and modes that make test leaves out'
	@echo
	@echo 'scripts/test release tsan   runs only these configurations (scripts/test --list names them all)'

demo:
	@scripts/demo

bench-deps:
	@scripts/bench_deps

test:
	@scripts/install_dependencies test
	@scripts/install_dependencies essential
	@scripts/test

# TEST_FLAGS=--add: sum up the results of `make test`, too.
test-integrations:
	@scripts/install_dependencies integrations
	@scripts/test $(TEST_FLAGS) integrations

format:
	@scripts/check_format --fix

soak:
	@scripts/install_dependencies test
	@scripts/soak $(SOAK_HOURS)

matrix:
	@scripts/install_dependencies matrix
	@scripts/matrix
