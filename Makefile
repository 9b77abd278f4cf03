# Two commands: `make demo` sets everything up and compiles examples/ into rego/; `make test` passes the tests.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin

.PHONY: demo check test stories bench conformance mutants breaks proofs peers lint golden reference docs vscode release clean
demo: $(VENV)/.installed
	@$(BIN)/python -m pscc.cli.demo

# Of each grid of tests, the quarter whose turn it is, by the number of commits. PART=2 takes another, WHOLE=1 takes all, which is for
# a release, and for a change of a printer or a target.
test: $(VENV)/.installed-dev engines lint
	$(BIN)/python -m pytest --ignore tests/stories --numprocesses auto --dist worksteal $(if $(WHOLE),,--part $(or $(PART),commit))
	$(if $(WHOLE),@test -n "$$(git status --porcelain)" || git rev-parse HEAD > .tested)

# Lint, and the tests that need no engine and no patience: for a clone that has only Python.
check: $(VENV)/.installed-dev lint
	$(BIN)/python -m pytest --quiet --numprocesses auto -m "not slow" -p no:cacheprovider tests/unit tests/golden tests/fuzz

# Everything that the sample in the tests is a sample of; writes docs/conformance.md, and takes hours. KEEP=1 keeps what
# differs. ONE_IN=8 compares every eighth piece of each row, and writes nothing; OFFSET=3 begins with the fourth, so that
# the offsets 0 to 7 together are the whole.
conformance: $(VENV)/.installed-dev engines
	PYTHONPATH=tests $(BIN)/python -m conformance $(if $(KEEP),--keep) $(if $(ONE_IN),--one-in $(ONE_IN)) $(if $(OFFSET),--offset $(OFFSET))

# Breaks every control in every way, and a share of what is emitted and of the code that emits it, and says what nothing
# notices. SEED=2 draws another share; SHARE=0.1 a larger one.
mutants: $(VENV)/.installed-dev engines
	PYTHONPATH=tests $(BIN)/python -m conformance.mutants
	PYTHONPATH=tests $(BIN)/python -m conformance.breaks --share $(or $(SHARE),0.02) --seed $(or $(SEED),1)

# Breaks all of what is emitted, and of the code that emits it, which takes hours. ARGUMENTS="--share 0.1 --seed 2",
# "--only printers", "--output vap", "--whole".
breaks: $(VENV)/.installed-dev engines
	PYTHONPATH=tests $(BIN)/python -m conformance.breaks $(ARGUMENTS)

# Proves many outputs at once: ARGUMENTS="all --folder PATH", "breaks --output vap --share 0.05".
proofs: $(VENV)/.installed-dev engines
	PYTHONPATH=tests $(BIN)/python -m proofs $(or $(ARGUMENTS),all)

# The peers' own suites, from checkouts: GATEKEEPER_LIBRARY=PATH KYVERNO_POLICIES=PATH POD_SECURITY_ADMISSION=PATH, any of
# them. ARGUMENTS="--format json", or "--write" for docs/peers.md.
peers: $(VENV)/.installed-dev engines
	PYTHONPATH=tests $(BIN)/python -m peers $(if $(GATEKEEPER_LIBRARY),--gatekeeper-library "$(GATEKEEPER_LIBRARY)") $(if $(KYVERNO_POLICIES),--kyverno-policies "$(KYVERNO_POLICIES)") $(if $(POD_SECURITY_ADMISSION),--pod-security-admission "$(POD_SECURITY_ADMISSION)") $(ARGUMENTS)

# How outputs live in a cluster: a real API server, the real webhooks and controllers. Writes docs/stories.md; WAY=vap
# writes one column of it. PART=2 runs a quarter of the stories, PART=commit the one whose turn it is, and neither writes.
stories: $(VENV)/.installed-dev engines
	$(if $(PART),,PSCC_STORIES=write) $(BIN)/python -m pytest tests/stories $(if $(PART),--part $(PART)) $(if $(WAY),--way "$(WAY)")

# How fast pscc is, in ratios; writes docs/speed.md. CHEAP=1 measures the part that CI runs, and writes nothing. With
# GATEKEEPER_LIBRARY=PATH and KYVERNO_POLICIES=PATH, checkouts, it compares reviews with those by the peers' policies.
bench: $(VENV)/.installed-dev
	PYTHONPATH=tests $(BIN)/python -m bench $(if $(CHEAP),--cheap,--write) $(if $(GATEKEEPER_LIBRARY),--gatekeeper-library "$(GATEKEEPER_LIBRARY)") $(if $(KYVERNO_POLICIES),--kyverno-policies "$(KYVERNO_POLICIES)")

lint: $(VENV)/.installed-dev
	$(BIN)/ruff check compiler tests playground release
	$(BIN)/mypy
	$(BIN)/mypy --strict --package release
	$(BIN)/lint-imports --no-cache

# Rewrites the golden files, lists what changed, and fails if anything did: read the diff, then commit it.
golden: $(VENV)/.installed-dev
	PSCC_GOLDEN=write $(BIN)/python -m pytest -q tests/golden

# Rewrites the part of grammar/README.md that the registry of controls is the source of.
reference: $(VENV)/.installed
	$(BIN)/python -c 'from pathlib import Path; from pscc.explain.reference import BEGIN, controls_reference as c; p = Path("grammar/README.md"); p.write_text(p.read_text().split(BEGIN)[0] + BEGIN + "\n\n" + c())'

# Builds the documentation site into site/. A broken link fails.
docs: $(VENV)/.installed-docs
	NO_MKDOCS_2_WARNING=1 PYTHONPATH=tests $(BIN)/mkdocs build --strict --quiet
	@echo "open site/index.html, or for its search: $(PYTHON) -m http.server --directory site"

# Checks the commit, builds wheel, sdist, kubectl plugin and SBOM into dist/, checks them, and tags: REPOSITORY=https://…
# Wants `make test WHOLE=1` to have passed on the commit. It publishes nothing.
release: $(VENV)/.installed-dev
	PYTHONPATH=compiler $(BIN)/python -m release --repository "$(REPOSITORY)"

# Packages the extension for VS Code, in a copy: build/vscode/pscc-VERSION.vsix. Needs npm.
vscode:
	rm -rf build/vscode && mkdir -p build/vscode/syntaxes
	cp -R editors/vscode/. build/vscode
	cp grammar/psp.tmLanguage.json build/vscode/syntaxes
	cp LICENSE build/vscode
	cd build/vscode && npm ci --no-audit --no-fund && npx --yes @vscode/vsce@3 package --allow-missing-repository

# A static page with pscc in it, in site/playground. Needs npm, which brings Pyodide.
.PHONY: playground test-browser
playground: $(VENV)/.installed
	cd playground && npm ci --ignore-scripts --no-audit --no-fund --loglevel=error
	$(BIN)/python playground/build.py site/playground

# The page in a headless Chromium: CHROMIUM=PATH names another than Debian's.
test-browser: playground
	cd playground && node --test tests/

clean:
	rm -rf $(VENV) rego site build dist .tested playground/node_modules

$(VENV)/.installed: pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --editable .
	@$(BIN)/python -m compileall -q compiler # as pip does for what it installs, but not for an editable project
	@touch $@

$(VENV)/.installed-dev: $(VENV)/.installed
	$(BIN)/python -m pip install --quiet --editable '.[dev]'
	@touch $@

$(VENV)/.installed-docs: $(VENV)/.installed
	$(BIN)/python -m pip install --quiet --editable '.[docs]'
	@touch $@

include engines.mk
