# Everything routine has one name here; CI runs these names and nothing else.

SCENARIO ?= scenarios/blackout.toml
CLOCK ?= paced
BOARD ?= submeter6
IP ?= 127.0.0.11
# Test processes at a time, one more than cores as many tests wait, and further words for pytest:
# make test T="-k relay -x"
JOBS ?= $(shell expr $$(nproc) + 1)
T ?=
RENEW ?=
# A board on a serial port, and what is flashed to it; without IMAGE it is tried as it is.
PORT ?=
IMAGE ?=
# To the recipe as it is, whatever characters its path has.
export SCENARIO

# -S: it needs no installed package, and starts in half the time without looking for any.
BOOTSTRAP = python3 -S -m bootstrap
PYTHON = build/venv/bin/python
RUFF = build/venv/bin/ruff
TOMO = build/venv/bin/tomo
PYRIGHT = build/types/node_modules/.bin/pyright

.PHONY: help setup python run test test-rv32 lint format types docs bench budget powercut day invariants reaction races tray provisioning desk device clean

help:  ## list the targets
	@awk -F ':.*## ' '/^[a-z0-9-]+:.*## / {printf "  make %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup: python  ## fetch and build all that the others need (they do it themselves, too)
	@$(BOOTSTRAP) all

# The bootstrap is Python; a machine may not have even that.
python:
	@command -v python3 >/dev/null || sh bootstrap/system.sh

run: setup  ## a blackout at a small site, watched live: SCENARIO=, CLOCK=paced|virtual|costed|real
	@$(TOMO) site run "$$SCENARIO" --clock $(CLOCK) --out build/run

test: setup  ## every test: T="-k relay -x" picks, JOBS=1 runs one at a time
	@$(PYTHON) -m pytest -q -n $(JOBS) --dist loadfile --no-loadscope-reorder $(T)

lint: python  ## style, formatting and types
	@$(BOOTSTRAP) tools
	@$(RUFF) check .
	@$(RUFF) format --check .
	@$(MAKE) --no-print-directory types

format: python  ## format all Python files and sort their imports
	@$(BOOTSTRAP) tools
	@$(RUFF) check --quiet --select I --fix .
	@$(RUFF) format .

types: python  ## firmware against the ESP32's stubs, host tools against CPython
	@$(BOOTSTRAP) tools types
	@$(PYRIGHT) -p pyright/firmware.json
	@$(PYRIGHT) -p pyright/host.json

docs: python  ## make the tables of docs/ and the flash map for ESP-IDF, which follow from rows
	@$(PYTHON) -m tomo.render.pages

bench: setup  ## measure what the project promises, with a table
	@$(PYTHON) -m benchmarks

test-rv32: setup  ## the unit tests on RV32, and an outage as on the desk: T= and JOBS= as for test
	@$(BOOTSTRAP) rv32
	@TOMO_MACHINE=rv32 $(PYTHON) -m pytest -q -n $(JOBS) --dist loadfile --no-loadscope-reorder \
		-o testpaths="tests/unit tests/rv32" $(T)

budget: setup  ## count the firmware's instructions on RV32 against kept figures: RENEW=1 keeps new ones
	@$(BOOTSTRAP) rv32 desk32c
	@RENEW=$(RENEW) $(PYTHON) -m proofs.budget

powercut: setup  ## cut the power at every flash operation and inside it, and boot on what is left
	@$(PYTHON) -m proofs.powercut

day: setup  ## live a day of half hours with three power cuts, and have pychonet read it
	@TOMO_WHOLE_DAY=1 $(PYTHON) -m pytest -q tests/node/test_day.py

invariants: setup  ## drive the load control through thousands of random outages and faults
	@$(PYTHON) -m proofs.invariants

races: setup  ## strike the jobs of a sub-meter with control cycles, at millions of random jumps
	@$(PYTHON) -m proofs.races

reaction: setup  ## let the grid go 2,000 times under load: how soon the last load is cut
	@$(PYTHON) -m proofs.reaction

tray: setup  ## flash a tray of virtual boards, two of them faulty, and make a site of the rest
	@$(PYTHON) -m proofs.tray

provisioning: setup  ## cut provisioning at every 5 %: cable, Ctrl-C, supply; a run more completes it
	@$(PYTHON) -m proofs.provision

desk: setup  ## boot one desk node here: BOARD=submeter6|streetlight, IP=127.0.0.11
	@$(TOMO) desk $(BOARD) --ip $(IP)

device: setup  ## try a board on a port: PORT=/dev/ttyUSB0 BOARD=submeter6 IMAGE=FILE (flashed to it)
	@test -n "$(PORT)" || { echo "PORT= names the board's port, such as /dev/ttyUSB0" >&2; exit 2; }
	@TOMO_DEVICE="$(PORT)" TOMO_DEVICE_BOARD="$(BOARD)" TOMO_DEVICE_IMAGE="$(IMAGE)" \
		$(PYTHON) -m pytest tests/device -v $(T)

clean:  ## remove build/ (what the cache holds stays: see TOMO_CACHE)
	@rm -f build/venv/complete  # first: an interrupted `make clean` must not look finished
	@rm -rf build .pytest_cache .ruff_cache .hypothesis
