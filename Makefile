# Everything there is to run. `make run` and `make test` need nothing but Python or uv on the machine.
.DEFAULT_GOAL := help
.NOTPARALLEL:
.PHONY: help run cluster test unit train check lint types format shell ask bench fuzz soak validate setup lock \
    clean distclean

PYTHON := .venv/bin/python

# HOST counts only where it is given to make: shells and conda export a HOST of another meaning.
SERVE :=
ifeq ($(origin HOST),command line)
SERVE += --host $(HOST)
endif
ifdef PORT
SERVE += --port $(PORT)
endif

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-10s %s\n", $$1, $$2 }' Makefile

run: setup ## set up, train if the data have changed, and serve the web chat (PORT=5005 HOST=127.0.0.1)
	@./roi serve $(SERVE)

cluster: train ## several workers with PostgreSQL, Redis and nginx on this machine (WORKERS=2 PORT=5005)
	@scripts/services.sh --needed
	@./roi cluster $(SERVE) $(if $(WORKERS),--workers $(WORKERS))

test: lint types check unit validate train ## everything that CI checks
	@scripts/browser.sh
	@scripts/services.sh
	@echo "tests with the model"
	@scripts/model_tests.sh

unit: setup ## the tests that need no model
	@echo "unit tests"
	@$(PYTHON) -m pytest --quiet tests/unit

train: setup ## train the model if the data have changed
	@./roi train

check: setup ## check all content files (after editing bot/content)
	@./roi check

validate: setup ## let Rasa check domain, rules and training data
	@scripts/validate.sh

lint: setup ## style and layout of the code
	@$(PYTHON) -m ruff check .
	@$(PYTHON) -m ruff format --check .

types: setup ## types of the code
	@$(PYTHON) -m mypy

format: setup ## lay out the code and mend what can be mended by itself
	@$(PYTHON) -m ruff check --fix .
	@$(PYTHON) -m ruff format .

shell: setup ## talk to the assistant in the terminal
	@./roi shell

ask: setup ## answer one message: make ask TEXT="how do i get my x-rays"
	@./roi ask "$$TEXT"

bench: train ## measure this assistant beside Rasa's default, 15 minutes (BENCH=--full: a day)
	@$(PYTHON) -m benchmarks.compare $(BENCH)

fuzz: train ## write 20,000 messages in all scripts to the assistant and print what came of them
	@ROI_FUZZ=20000 $(PYTHON) -m pytest --quiet tests/unit -k "any or properties"
	@ROI_FUZZ=20000 $(PYTHON) -m pytest --quiet -s tests/fuzz/test_fuzz.py

soak: train ## take 20,000 turns and print how memory and time of a turn change
	@ROI_SOAK=20000 $(PYTHON) -m pytest --quiet -s tests/fuzz/test_soak.py

setup: ## install what is needed into .venv (all other targets do this first)
	@scripts/setup.sh

lock: ## resolve the dependencies anew after editing pyproject.toml (needs uv and the network)
	@scripts/lock.sh

clean: ## remove models, logs and caches; conversations in var/ stay
	rm -rf build .mypy_cache .pytest_cache .ruff_cache .hypothesis .rasa
	find . -name __pycache__ -not -path './.venv/*' -prune -exec rm -rf {} +

distclean: clean ## remove .venv as well
	rm -rf .venv
