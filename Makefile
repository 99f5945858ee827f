# Plain make, venv and pip. `make demo` needs Python 3.11 or newer, and nothing else.
# Another interpreter: make PYTHON=python3.13 demo

ifeq ($(OS),Windows_NT)
  PYTHON ?= python
  BIN := Scripts
else
  PYTHON ?= python3
  BIN := bin
endif
DEMO := .venv-demo/$(BIN)
DEV := .venv/$(BIN)

# One known-good version of everything, the build's own tools included; pip reads these two.
export PIP_CONSTRAINT := constraints.txt
export PIP_BUILD_CONSTRAINT := constraints.txt

# Tests run in so many processes, of which none takes all cores for itself. One after the other: make JOBS=0 test
# Hypothesis tries the same examples in each run here, and new ones where pytest is called without its profile.
JOBS ?= 2
TOGETHER := -n $(JOBS) --dist worksteal --hypothesis-profile=ci
test slow: export OMP_NUM_THREADS := 1

.DEFAULT_GOAL := help
.PHONY: help demo test slow lint types docs check-python clean

help:
	@echo "make demo    install what it needs and see nlpkit at work on the sample texts"
	@echo "make test    install everything and run the tests, slow ones left out"
	@echo "make slow    run the slow tests"
	@echo "make lint    ruff: rules and format"
	@echo "make types   mypy, on the package as it is installed"
	@echo "make docs    run every command shown in README.md and docs/ again, and write down what it prints"
	@echo "make clean   remove environments, builds and caches"

demo: .venv-demo/.installed
	@$(DEMO)/python docs/demo.py

test: .venv/.installed
	$(DEV)/python -P -m pytest $(TOGETHER) -m "not slow"

slow: .venv/.installed
	$(DEV)/python -P -m pytest $(TOGETHER) -m slow --durations=20 || [ $$? -eq 5 ]  # 5: there is no slow test

lint: .venv/.installed
	$(DEV)/ruff check .
	$(DEV)/ruff format --check .

# mypy doesn't follow the mapping of folders to packages, so it reads what an installation holds.
types: .venv/.installed
	rm -rf .typecheck build
	$(DEV)/python -m pip install --quiet --no-deps --target .typecheck .
	cd .typecheck && ../$(DEV)/python -m mypy --config-file ../pyproject.toml -p nlpkit

docs: .venv/.installed
	$(DEV)/python -P docs/refresh.py

clean:
	rm -rf .venv .venv-demo .typecheck build dist *.egg-info .pytest_cache .mypy_cache .ruff_cache .hypothesis .coverage
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

check-python:
	@$(PYTHON) -c "import sys; sys.exit(sys.version_info < (3, 11) and \
	  'nlpkit needs Python 3.11 or newer, this is ' + sys.version.split()[0] + ': make PYTHON=python3.13 …')"

# torch by itself first, so that a CPU build is taken where pip is told of one (PIP_FIND_LINKS, PIP_EXTRA_INDEX_URL).
.venv-demo/.installed: pyproject.toml constraints.txt | check-python
	$(PYTHON) -m venv .venv-demo
	$(DEMO)/python -m pip install --quiet torch
	$(DEMO)/python -m pip install --quiet -e ".[translation,speech]"
	@touch $@

.venv/.installed: pyproject.toml constraints.txt | check-python
	$(PYTHON) -m venv .venv
	$(DEV)/python -m pip install --quiet torch
	$(DEV)/python -m pip install --quiet -e ".[all,dev]"
	@touch $@
