# make demo   play the whole trip with a reference ERP and a simulated supplier (KEEP=1 leaves it running)
# make test   lint, types, tests
# make bench  ours beside the bare limit and beside peers, as ratios
# make peers  only the environment of the programs of others that AS2 is tested against
# make proof  the slow proof: long fuzz, a kill at every single commit, definitions against facts

PYTHON ?= python3
BIN := .venv/bin

.PHONY: demo test lint bench proof schemas peers clean

demo: .venv/.runs
	$(BIN)/gateway demo $(if $(KEEP),--keep)

test: .venv/.tests .venv-peers/.made lint
	$(BIN)/python -m pytest -n auto

lint: .venv/.tests
	$(BIN)/ruff format --check
	$(BIN)/ruff check
	$(BIN)/mypy

bench: .venv/.tests .venv-peers/.made
	$(BIN)/python -m bench.pipeline
	$(BIN)/python -m bench.scale
	$(BIN)/python -m bench.mapping
	$(BIN)/python -m bench.x12
	$(BIN)/python -m bench.as2
	$(BIN)/python -m bench.sftp
	$(BIN)/python -m bench.orders

proof: .venv/.tests .venv-peers/.made
	HYPOTHESIS_PROFILE=proof GATEWAY_PROOF=1 $(BIN)/python -m pytest -n auto

schemas: .venv/.tests
	$(BIN)/python -m gateway.reference docs

.venv/bin/python:
	$(PYTHON) -m venv .venv

.venv/.runs: pyproject.toml constraints.txt | .venv/bin/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e .
	touch $@

.venv/.tests: pyproject.toml constraints.txt | .venv/bin/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[dev]'
	touch .venv/.runs $@

.venv-peers/.made: tests/peers/constraints.txt
	$(PYTHON) -m venv --clear .venv-peers
	.venv-peers/bin/python -m pip install --quiet --disable-pip-version-check -c $< pyas2lib 'django<5' requests gunicorn 'moto[s3]' flask flask-cors
	.venv-peers/bin/python -m pip install --quiet --disable-pip-version-check -c $< --no-deps elements-oscrypto django-pyas2
	touch $@

peers: .venv-peers/.made

clean:
	rm -rf .venv .venv-peers .mypy_cache .ruff_cache .hypothesis build dist
