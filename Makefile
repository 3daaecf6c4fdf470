# The commands of this project; `make help` lists them. Works with GNU make 3.81 and later.

PYTHON ?= python3
JOBS   ?= 2

# Not for the command line: setup empties this folder.
override VENV  := .venv
override BIN   := $(VENV)/bin
override STAMP := $(VENV)/.complete
override SITE  := $(VENV)/.complete-site
COMPILE := uv pip compile pyproject.toml --universal --python-version 3.11 --no-header -q

# A value as it was typed, for the shell to hand on as one word, whatever is in it.
quoted = '$(subst ','\'',$(value $(1)))'
option = '$(1)=$(subst ','\'',$(value $(1)))'
# The names of what was given on the command line, without the Makefile's own options: for the tools.
NAMES := $(foreach name,$(.VARIABLES),$(if $(filter command,$(origin $(name))),$(name)))
NAMES := $(sort $(filter-out PYTHON PYTHONS ALL,$(NAMES)))
FURTHER := $(filter-out JOBS CELL_TIMEOUT,$(NAMES))
NOTEBOOK_OPTIONS = $(foreach name,$(NAMES),$(call option,$(name)))
GIVEN = $(foreach name,$(FURTHER),$(call option,$(name)))

define newline


endef
$(foreach name,$(NAMES),$(if $(findstring $(newline),$(value $(name))),$(error $(name) must be in one line)))

# Any warning of Sphinx is an error, also one of a misspelt option.
SPHINX = rm -rf build/$@ && $(BIN)/python -m sphinx -q -W --keep-going -E -d build/$@-doctrees $(foreach name,$(FURTHER),-D $(call option,$(name))) docs build/$@

# uv must use the Python it is given, and never fetch one.
export UV_PYTHON_DOWNLOADS := never
# The environment is where things go, whatever a person's own settings of pip say.
export PIP_USER := 0
unexport PIP_TARGET PIP_PREFIX PIP_ROOT

.DEFAULT_GOAL := help
.PHONY: help setup run test lab data outputs bench worker release students grade mark validate site slides test-site test-desk test-lab test-colab test-matrix lint lock address clean

help: ## list the commands
	@awk 'BEGIN { FS = ":.*## " } /^[a-z-]+:.*## / { printf "  make %-11s  %s\n", $$1, $$2 }' Makefile
	@echo
	@echo "  PYTHON=python3.12  the Python that makes the environment (3.11 to 3.13)"
	@echo "  JOBS=2             how many notebooks, or tests, at a time"
	@echo
	@echo "  make run DATA=full GLOVE_DIM=50 SEED=1 NOTEBOOKS=07,08"
	@echo "                     any parameter of a notebook; DATA is sample, full, or your own texts"
	@echo "  make run DATA=full SEEDS=0-4"
	@echo "                     once with each seed; a run that was stopped goes on"
	@echo "  CLUSTER=tcp://…    run, or grade, on the workers of a Dask scheduler"

setup: $(STAMP) ## make the environment in .venv from requirements.lock; the others call it

# The stamp says where the environment was complete: one that was moved, or whose Python is gone, is made anew.
ifneq ($(shell cat $(STAMP) 2>/dev/null) $(shell $(BIN)/python -c 'print("runs")' 2>/dev/null),$(CURDIR) runs)
.PHONY: $(STAMP)
endif
# `make setup PYTHON=…` looks again, also when the environment is complete.
ifeq ($(MAKECMDGOALS) $(origin PYTHON),setup command line)
.PHONY: $(STAMP)
endif

$(STAMP): requirements.lock pyproject.toml
	@command -v "$(PYTHON)" >/dev/null 2>&1 || { \
	  echo "There is no $(PYTHON) here: install Python 3.11, 3.12 or 3.13, or name one, as in: make setup PYTHON=python3.12" >&2; exit 1; }
	@"$(PYTHON)" -c 'import sys; v = sys.version_info; (3, 11) <= v[:2] <= (3, 13) or sys.exit("$(PYTHON) is Python %d.%d, but TensorFlow here needs 3.11, 3.12 or 3.13: name one, as in: make setup PYTHON=python3.12" % v[:2])'
	@if [ "`cat $(STAMP) 2>/dev/null`" != "`pwd -P`" ] || [ "`$(BIN)/python -c 'import sys; print(sys.version)' 2>&1`" != "`"$(PYTHON)" -c 'import sys; print(sys.version)'`" ]; then rm -rf $(VENV); fi
	@if command -v uv >/dev/null 2>&1; then \
	  echo "Making the environment in $(VENV) with uv: about half a minute the first time."; \
	  { [ -x $(BIN)/python ] || uv venv --quiet --python "`"$(PYTHON)" -c 'import sys; print(sys.executable)'`" $(VENV); } && \
	  uv pip install --quiet --python $(BIN)/python --compile-bytecode -r requirements.lock && \
	  uv pip install --quiet --python $(BIN)/python --no-deps --no-build-isolation -e . ; \
	else \
	  echo "Making the environment in $(VENV) with pip: about two minutes the first time."; \
	  { "$(PYTHON)" -m venv $(VENV) || { echo "$(PYTHON) cannot make a virtual environment: on Debian and Ubuntu, install python3-venv" >&2; exit 1; }; } && \
	  $(BIN)/python -m pip install --quiet --no-compile --disable-pip-version-check -r requirements.lock && \
	  $(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e . ; \
	fi
	@pwd -P > $@

run: $(STAMP) ## execute the notebooks (DATA=sample or full) and check the lecture's claims
	@$(BIN)/python -m tools.run_notebooks $(NOTEBOOK_OPTIONS)

test: $(STAMP) ## run the notebooks, if not done, the tests and the doctests; strict nbval (ALL=1: slow ones too)
	@$(BIN)/python -m tools.run_notebooks SEEDS=0 $(call option,JOBS) $(foreach name,$(filter CELL_TIMEOUT,$(NAMES)),$(call option,$(name)))
	@$(BIN)/python -m pytest tests lecture9_utils grader data notebooks --ignore=tests/browser --doctest-modules -q $(if $(ALL),,-m "not slow") \
	  -p tools -p tests.notebooks.recorded --nbval --nbval-current-env --nbval-sanitize-with tests/notebooks/sanitize.cfg \
	  --nbval-cell-timeout=600 --nbval-kernel-startup-timeout=600 -n $(call quoted,JOBS) --dist loadfile --no-loadscope-reorder

lab: $(STAMP) ## open the notebooks in JupyterLab
	@$(BIN)/python -m jupyterlab notebooks

data: $(STAMP) ## fetch the real data, saying first what it takes
	@$(BIN)/python -m lecture9_utils.datasets

outputs: $(STAMP) ## execute the notebooks on the sample and store their outputs in place
	@$(BIN)/python -m tools.run_notebooks --store $(NOTEBOOK_OPTIONS)

bench: $(SITE) ## measure the speed beside the lecture's code and the best libraries
	@$(BIN)/python -m tools.bench

site: $(SITE) ## make the web site in build/site (DATA=full: of the last full run)
	@$(SPHINX) -b html && echo "open build/$@/index.html"

slides: $(SITE) ## make slides of each notebook in build/slides
	@$(SPHINX) -b revealjs && echo "open build/$@/index.html"

test-site: site slides ## look at the site and the slides in a browser
	@$(BIN)/python -m pytest tests/browser/test_site.py -q

test-desk: $(SITE) ## mark a class in a browser; pictures in build/screenshots
	@$(BIN)/python -m pytest tests/browser/test_desk.py -q

test-lab: $(SITE) release ## run all notebooks in JupyterLab in a browser; pictures in build/screenshots
	@$(BIN)/python -m pytest tests/browser/test_lab.py -q -n $(call quoted,JOBS) --dist load

test-colab: $(STAMP) ## run all notebooks with the versions of Colab (needs uv and Python 3.13)
	@$(BIN)/python -m nox --error-on-missing-interpreters -s colab -- $(NOTEBOOK_OPTIONS)

test-matrix: $(STAMP) ## run all on Python 3.11 to 3.13, oldest and newest TensorFlow (needs uv)
	@$(BIN)/python -m nox -s matrix -- $(NOTEBOOK_OPTIONS)

# What the site, the slides, the browser and the measuring of speed need more is installed only for them.
$(SITE): $(STAMP) requirements-site.lock
	@if command -v uv >/dev/null 2>&1; then uv pip install --quiet --python $(BIN)/python -r requirements-site.lock; \
	else $(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements-site.lock; fi
	@touch $@

worker: $(STAMP) ## work for a Dask scheduler: make worker CLUSTER=tcp://host:8786 JOBS=2
	@$(BIN)/python -m dask worker $(call quoted,CLUSTER) --nworkers $(call quoted,JOBS) --nthreads 1

release: $(STAMP) ## make the students' version of the assignment in dist/
	@$(BIN)/python -m grader release $(GIVEN)

students: $(STAMP) ## make the students' copy of the repository: make students OUT=../lecture9-students
	@$(BIN)/python -m grader students $(GIVEN)

grade: $(STAMP) ## grade a class: make grade SUBMISSIONS=folder JOBS=2
	@$(BIN)/python -m grader grade $(GIVEN) $(call option,JOBS)

mark: $(STAMP) ## mark the written answers of a class in a browser: make mark SUBMISSIONS=folder
	@$(BIN)/python -m grader mark $(GIVEN)

validate: $(STAMP) ## run a student's notebook: make validate NOTEBOOK=lecture9.ipynb
	@$(BIN)/python -m grader validate $(GIVEN)

lint: $(STAMP) ## check style and types
	@$(BIN)/python -m ruff check .
	@$(BIN)/python -m ruff format --check .
	@$(BIN)/python -m mypy

lock: ## make the two locks again from pyproject.toml (needs uv)
	$(COMPILE) --extra work -o requirements.lock
	$(COMPILE) --extra work --extra site -c requirements.lock -o requirements-site.lock

address: $(STAMP) ## write where this is published (git's origin, or REPO=owner/name) into badges and set-up cells
	@$(BIN)/python -m tools.address $(if $(REPO),$(call quoted,REPO))

clean: ## remove what the commands made, but for the environment
	rm -rf build dist docs/notebooks .pytest_cache .mypy_cache .ruff_cache .hypothesis
	find . -name $(VENV) -prune -o \( -name __pycache__ -o -name .ipynb_checkpoints \) -type d -exec rm -rf {} +
