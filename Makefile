# make render   set-up, then 76 built-in rooms into out/demo
# make train    set-up, then a small set, a descriptor network trained on it, and what it is worth beside SIFT
# make test     set-up, then ruff, pyright and the test suite
# Only python3 (3.11 to 3.13) and pip are needed; everything else goes into .venv, in pinned versions.

PYTHON ?= python3
BIN := .venv/bin
OUT ?= out/demo

.PHONY: help render train test test-long lint bench clean

help:
	@sed -n '1,5p' Makefile

render: .venv/base.done
	$(BIN)/scenegen render --rooms 76 --out $(OUT)

# 12 minutes on two cores without arithmetic in bfloat16, 7 with it: see training/README.md, "First run"
train: .venv/train.done
	$(BIN)/scenegen render --rooms 96 --pairs-per-room 5 --size 320x240 --layers rgb,depth,instance \
		--roll-deg=-15:15 --focal-px 400:700 --overlap 0.25:0.95 --out out/quick-pairs
	$(BIN)/scenetrain fit --preset quick --shards out/quick-pairs --out out/quick
	$(BIN)/scenetrain eval --run out/quick --shards out/quick-pairs --pairs 18 --queries 100 --pictures 0
	$(BIN)/python tools/turned_photographs.py --out out/photographs
	$(BIN)/scenetrain eval-photos --run out/quick --data out/photographs --out out/quick-photographs \
		--pairs 4 --queries 100 --grid 16 --long-side 320 --pictures 1
	$(BIN)/scenetrain match out/photographs/v_china/1.ppm out/photographs/v_china/3.ppm --run out/quick --out out/quick/photographs.png

test: .venv/test.done lint
	$(BIN)/python -m pytest -n 2 -m "not slow"

test-long: .venv/test.done lint
	$(BIN)/python -m pytest -n 2

lint: .venv/test.done
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/pyright

bench: .venv/test.done
	$(BIN)/python tools/bench_pairs.py

.venv/python.done:
	@$(PYTHON) -c 'import sys; ok = (3, 11) <= sys.version_info[:2] <= (3, 13); sys.exit(0 if ok else "scenegen needs Python 3.11 to 3.13, found " + sys.version.split()[0] + "; run: make PYTHON=/path/to/python3.12 ...")'
	@echo "set-up: making .venv with $$($(PYTHON) --version)"
	@$(PYTHON) -m venv .venv
	@touch $@

.venv/base.done: requirements/base.txt pyproject.toml | .venv/python.done
	@echo "set-up: installing the pinned packages of requirements/base.txt"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps -r requirements/base.txt
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $@

.venv/train.done: requirements/train.txt .venv/base.done
	@echo "set-up: installing PyTorch 2.13.0 and the pinned packages of requirements/train.txt"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps -r requirements/train.txt
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check torch==2.13.0
	@touch $@

.venv/test.done: requirements/test.txt tools/system_packages.sh .venv/train.done
	@echo "set-up: installing the pinned packages of requirements/test.txt (about 1.5 GB with Open3D)"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps -r requirements/test.txt
	@sh tools/system_packages.sh
	@if command -v npm >/dev/null; then npm install --silent --no-audit --no-fund --prefix .venv/node h5wasm@0.10.3 three@0.187.0 \
		|| echo "set-up: h5wasm and three could not be installed, their tests are skipped"; fi
	@touch $@

clean:
	rm -rf .venv out .pytest_cache .ruff_cache .hypothesis
