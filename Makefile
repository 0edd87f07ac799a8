# Everything a user or developer runs. PYTHON=python3.12 chooses the interpreter; TARGET=my.wav another recording.
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help match test lint bench docs clean amsynth test-synths

BIN := .venv/bin
# stamps: the virtual environment, with what `match` needs, and with what development needs on top
VENV := .venv/.made
SYNTHS := .venv/.synths
DEV := .venv/.dev
PIP := $(BIN)/python -m pip --quiet --disable-pip-version-check
PYTEST := OMP_NUM_THREADS=1 $(BIN)/python -m pytest --numprocesses auto --maxprocesses 4 --dist loadfile
# what runs a second time as on Windows: without fork, process groups, limits and /proc (docs/decisions/0004-render-workers.md)
PORTABLE := tests/render tests/contracts tests/test_matching.py tests/web/test_page.py tests/web/test_search_api.py
TARGET ?= $(firstword $(sort $(wildcard $(addprefix src/synthmatch/data/examples/*.,wav flac ogg))))

help:
	@echo "make match   match a bundled recording (or TARGET=my.wav) for every synthesizer present, into matches/"
	@echo "make test    run the tests, with the real synthesizers, and a part of them again as on Windows"
	@echo "make lint    check style, and types on three systems"
	@echo "make bench   print the quick benchmark tables"
	@echo "make docs    build the documentation into site/"
	@echo "make clean   remove caches and built files; .venv/ and matches/ stay"

match: $(SYNTHS) amsynth
	$(BIN)/synthmatch match $(TARGET) --synth all -o matches --force

test: $(DEV) test-synths
	$(PYTEST)
	PYTHONPATH=tests/systems SYNTHMATCH_PORTABLE=1 $(PYTEST) -m "not linux" $(PORTABLE)

lint: $(DEV)
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	for system in win32 darwin; do $(BIN)/mypy --platform $$system --cache-dir .mypy_cache/$$system src || exit 1; done

bench: $(DEV) test-synths
	@for script in $(sort $(filter-out bench/_%,$(wildcard bench/*.py))); do \
	  echo "== $$script"; $(BIN)/python $$script --quick || exit 1; \
	done
	$(BIN)/synthmatch benchmark --quick

docs: $(DEV)
	NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build --strict --quiet

clean:
	rm -rf site dist .mypy_cache .ruff_cache .pytest_cache .hypothesis
	find . -path ./.venv -prune -o -name __pycache__ -type d -prune -exec rm -rf {} +

# The virtual environment ----------------------------------------------------------------------------------------------

# one that is already there is kept
$(VENV):
	@if .venv/bin/python -c 'import pip, sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then touch $@; exit; fi; \
	for python in $(or $(PYTHON),python3.13 python3.12 python3.11 python3); do \
	  $$python -c 'import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 14))' 2>/dev/null || continue; \
	  right=$$python; \
	  $$python -c 'import ensurepip, venv' 2>/dev/null || continue; \
	  echo "making .venv with $$($$python --version)"; $$python -m venv .venv && touch $@; exit; \
	done; \
	if [ -n "$$right" ]; then \
	  echo "$$right cannot make virtual environments; on Debian: apt-get install python3-venv" >&2; \
	else \
	  echo "no Python 3.11, 3.12 or 3.13 among: $(or $(PYTHON),python3.13 python3.12 python3.11 python3);" \
	    "install one, or name it: make PYTHON=/path/to/python3" >&2; \
	fi; exit 1

$(SYNTHS): pyproject.toml $(VENV)
	@echo "installing synthmatch with the synthesizers (vita, dexed-py, dawdreamer)"
	@$(PIP) install --editable '.[synths]'
	@touch $@

# after $(SYNTHS), so that two pips never work on one environment
$(DEV): pyproject.toml $(SYNTHS)
	@echo "installing what development needs"
	@$(PIP) install --editable '.[dev]'
	@touch $@

# Debian packages ------------------------------------------------------------------------------------------------------

# Installs $(1) where it may: with apt-get, as root or by sudo without a password. Otherwise says how, and goes on.
define apt_install
@missing=; for package in $(1); do \
  dpkg -s $$package >/dev/null 2>&1 || missing="$$missing $$package"; \
done; \
[ -n "$$missing" ] || exit 0; \
if [ "$$(id -u)" = 0 ]; then root=env; elif sudo -n true 2>/dev/null; then root="sudo -n env"; else root=; fi; \
if [ -n "$$root" ] && command -v apt-get >/dev/null; then \
  echo "installing$$missing"; \
  { $$root apt-get -qq update; \
    $$root DEBIAN_FRONTEND=noninteractive apt-get -qq install -y --no-install-recommends $$missing; \
  } >/dev/null 2>&1 && exit 0; \
fi; \
echo "going on without$$missing; to add: apt-get install$$missing (or your system's own way)"
endef

amsynth:
	$(call apt_install,amsynth)

# after amsynth, so that two apt-gets never run at once
test-synths: amsynth
	$(call apt_install,hexter mda-lv2 g++ dpf-source chromium sonic-pi-samples fluid-soundfont-gm fluidsynth)
