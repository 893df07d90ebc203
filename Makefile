# Everything a developer or CI does here. `make help` lists it.
PYTHON ?= python3.13
UV := .tools/uv/bin/uv
BIN := .venv/bin
CODE := layers/shared functions builder certify ops sandbox benchmarks examples testing tests
# The build needs the runtime's Python and SAM, and none of the project's own environment.
BUILDER := .tools/uv/bin/python -m builder
COMPILE := $(UV) pip compile --quiet --generate-hashes --no-emit-index-url --python-version 3.13 \
	--custom-compile-command "make lock" $(LOCK_FLAGS)

export SAM_CLI_TELEMETRY := 0
# Without it SAM cannot read the loops of the template.
export SAM_CLI_ENABLE_LANGUAGE_EXTENSIONS := 1

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help install lock format lint validate build deploy unit test check run down events api docs clean
.PHONY: bench bench-quick plots wheel

help: ## List the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "%-11s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

install: .venv/.project .tools/sam/.stamp .tools/ministack/.stamp ## Make the environments that are missing or whose lock changed

# Types take as long as the template and the build together: a core for each.
check: ## What CI runs
	@$(MAKE) --no-print-directory --jobs=2 lint validate build
	@$(MAKE) --no-print-directory test

lint: .venv/.project ## Format, lint, types and the import contract
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy $(CODE)
	$(BIN)/lint-imports

# The linter that `sam validate --lint` runs, in its own region and in that of the local stack.
validate: .venv/.project ## Check the templates
	$(BIN)/cfn-lint --regions us-east-1 eu-central-1 -- template.yaml account.yaml

build: .tools/sam/.stamp ## Build what is deployed into .aws-sam (ARCHITECTURE=arm64 for Graviton)
	$(BUILDER) --architecture $(or $(ARCHITECTURE),x86_64)

deploy: .tools/sam/.stamp ## Build and deploy an environment of samconfig.toml: make deploy ENV=dev
	@test -n "$(ENV)" || { echo "which environment? make deploy ENV=dev" >&2; exit 2; }
	$(BUILDER) --deploy $(ENV)

unit: .venv/.project ## Run the unit tests, in less than a minute
	$(BIN)/pytest tests/unit

# Each worker has a MiniStack of its own. What is `alone` has the machine for itself.
test: install .tools/runtime/.stamp .tools/schemathesis/.stamp ## Run every test
	$(BIN)/pytest -n auto --maxprocesses 8 --dist worksteal --ignore=tests/integration
	$(BIN)/pytest -n auto --maxprocesses 4 --dist loadscope --no-loadscope-reorder -m "not alone" tests/integration
	$(BIN)/pytest -m alone tests/integration

# A machine may forbid it for the sake of its disk: here each process would compile boto3 anew.
unit test: export PYTHONDONTWRITEBYTECODE :=

.PHONY: abuse
abuse: .venv/.project ## Attack the signature families: a million mutants each, 10,000 bodies against openssl
	$(BIN)/python -m tests.abuse.campaign --mutants $(or $(MUTANTS),1000000)
	$(BIN)/python -m tests.abuse.rsa_oracle
	INVO_SDK_DELIVERIES=10000 INVO_MUTANTS=1000000 $(BIN)/pytest -q tests/abuse/test_invo_sdk.py tests/abuse/test_invo_receiver.py
	ORACLE=10000 $(BIN)/pytest -q tests/abuse/test_oracles.py
	RECEIVED=10000 RECEIVED_MUTANTS=$(or $(MUTANTS),1000000) $(BIN)/pytest -q tests/abuse/test_receivers.py

.PHONY: rotations
rotations: install ## Rotate credentials under traffic a hundred times, in process and through the deployed stack
	ROTATIONS=$(or $(ROTATIONS),100) DEPLOYED_ROTATIONS=$(or $(ROTATIONS),100) \
		$(BIN)/pytest tests/integration/integrations/test_rotation_live.py

.PHONY: fuzz
fuzz: install .tools/schemathesis/.stamp ## Attack the deployed API by its descriptions: CASES=1000 drawn requests for each operation
	OPENAPI_CASES=$(or $(CASES),1000) $(BIN)/pytest tests/integration/openapi

.PHONY: rounds
rounds: .venv/.project ## Play ROUNDS=2000 histories of whole rounds of three dialects, and as many of any requests, against their books
	ROUNDS=$(or $(ROUNDS),2000) $(BIN)/pytest tests/functional/wallet/test_stateful_rounds.py tests/functional/wallet/test_stateful_wallet.py --hypothesis-profile=explore

.PHONY: pairs
pairs: .venv/.project ## Play every pair of faults at every two calls of bet, win, refund, hold, settle (PAIRS=1000: so many of each action)
	PAIRS=$(or $(PAIRS),0) $(BIN)/pytest tests/functional/faults/test_pairs.py

.PHONY: simulate
simulate: .venv/.project ## Play SEEDS=1000 simulated histories on two processes, for MINUTES at most; SEED=17 tells one of them
	$(BIN)/python -m tests.simulation.campaign $(if $(SEED),--seed $(SEED),--seeds $(or $(SEEDS),1000) --first $(or $(FIRST),0) $(if $(MINUTES),--minutes $(MINUTES)))

.PHONY: planted
planted: .venv/.project ## Plant each fault of tests/simulation/planted.toml, let the simulation find it, and write the page of them
	$(BIN)/python -m tests.simulation.planted --write

.PHONY: bonus
bonus: .venv/.project ## Play BONUS=500 histories of bonus money against a player's purse
	BONUS=$(or $(BONUS),500) $(BIN)/pytest tests/functional/bonus/test_stateful_bonus.py --hypothesis-profile=explore

.PHONY: limits
limits: .venv/.project ## Play LIMITS=500 histories under limits and exclusions against a player's diary
	LIMITS=$(or $(LIMITS),500) $(BIN)/pytest tests/functional/limits/test_stateful_limits.py --hypothesis-profile=explore

.PHONY: verify-million
verify-million: .venv/.project ## Prove a ledger of VERIFY_ENTRIES=1000000 entries; print time and peak memory
	VERIFY_ENTRIES=$(or $(VERIFY_ENTRIES),1000000) $(BIN)/pytest -s tests/functional/tampering/test_memory.py

.PHONY: tellings
tellings: .venv/.project ## Tell TELLINGS=2000 streams that are doubled, shuffled, cut and refused; the archive ends complete
	TELLINGS=$(or $(TELLINGS),2000) $(BIN)/pytest tests/functional/events/test_publishing.py

.PHONY: mutants
mutants: .venv/.project ## Change the code that decides and verifies, and see the tests notice each (ONLY=wallet.decide, JOBS=2)
	JOBS=$(or $(JOBS),1) nice $(BIN)/python -m tests.mutation $(ONLY)

.PHONY: races
races: install ## Let settlement, rollback and release race RACES=1000 times, and 16 processes mix dialects (CROWD=200)
	RACES=$(or $(RACES),1000) CROWD=$(or $(CROWD),200) $(BIN)/pytest tests/integration/wallet/test_concurrency.py -k "race or 16"
	API_COPIES=64 $(BIN)/pytest tests/integration/accounts/test_api.py -k at_once

.PHONY: certify certify-matrix
certify: .venv/.project ## Certify the stack of `make run`, each protocol (ONLY=flexsoft: one); reports in .local/certify
	$(BIN)/python -m sandbox.certifying $(if $(ONLY),--only $(ONLY))

certify-matrix: .venv/.project ## Play every iGSP scenario of the certification kit against every known mistake
	CERTIFY_MATRIX=all $(BIN)/pytest tests/functional/certify/test_broken_wallet.py

.PHONY: pictures
pictures: .venv/.project ## Take the pictures of the console in docs/pictures, from the stack of `make run`
	$(BIN)/python -m sandbox.pictures

.PHONY: drill
drill: install ## Rehearse a restore on a local AWS of its own: backup, tear, mend, verify, reconcile (WITHOUT_REBUILD=1)
	$(BIN)/python -m sandbox.drill $(if $(WITHOUT_REBUILD),--without-rebuild)

run: install ## Boot the local stack, deploy, play the demonstration (ONLY=winupgo: one part)
	$(BIN)/python -m sandbox.up $(if $(ONLY),--only $(ONLY))

down: .venv/.project ## Stop the local stack
	$(BIN)/python -m sandbox.down

events: .venv/.project ## Sign the sample events again: a signature lives five minutes
	$(BIN)/python -m sandbox.events

api: .venv/.project ## Write the API as one page, build/api.html: open it in a browser
	$(BIN)/python -m sandbox.api_page

docs: .venv/.project ## Write the generated documents again
	$(BIN)/python -m sandbox.docs

bench: install .tools/runtime/.stamp .tools/bench/.stamp ## Measure everything beside its peers, about 8 minutes; fails when a budget is missed
	$(BIN)/python -m benchmarks

bench-quick: install .tools/runtime/.stamp ## A rough measurement in about 2 minutes; keeps nothing, judges no timing
	$(BIN)/python -m benchmarks --quick

plots: .tools/bench/.stamp ## Draw the plots of the latest run again
	.tools/bench/bin/python -m benchmarks.figures.plots

format: .venv/.project ## Format the code and apply the safe fixes
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

lock: .tools/uv/.stamp ## Resolve requirements/*.in into hashed locks (LOCK_FLAGS=--upgrade for newer versions)
	$(COMPILE) requirements/uv.in -o requirements/uv.txt
	$(COMPILE) requirements/layer.in -o layers/shared/requirements.txt
	$(COMPILE) requirements/cryptography.in -o layers/cryptography/requirements.txt
	$(COMPILE) requirements/dev.in -c layers/shared/requirements.txt -c layers/cryptography/requirements.txt -o requirements/dev.txt
	$(COMPILE) requirements/ops.in -c requirements/dev.txt -o requirements/ops.txt
	$(COMPILE) requirements/sam.in -o requirements/sam.txt
	$(COMPILE) requirements/ministack.in -o requirements/ministack.txt
	$(COMPILE) requirements/runtime.in -o requirements/runtime.txt
	$(COMPILE) requirements/schemathesis.in -o requirements/schemathesis.txt
	for peer in boto3 boto3_tuned powertools; do $(COMPILE) -c layers/shared/requirements.txt \
		benchmarks/peers/$$peer/requirements.in -o benchmarks/peers/$$peer/requirements.txt || exit 1; done
	$(COMPILE) requirements/bench.in -o requirements/bench.txt

wheel: .venv/.project ## Build a wheel of `ops` and what it needs into dist/
	rm -rf build/lib  # what is no more in the project must not be in its wheel
	$(UV) build --quiet --wheel --no-build-isolation --python $(BIN)/python --out-dir dist

clean: ## Remove environments, builds and caches; refuses while the local stack runs
	@test ! -e .local/ministack.json -a ! -e .local/provider.json || { echo "the local stack is up: make down first" >&2; exit 1; }
	rm -rf .venv .tools .aws-sam .local build .mypy_cache .ruff_cache .pytest_cache .hypothesis
	rm -rf .import_linter_cache *.egg-info
	find $(CODE) -name __pycache__ -type d -prune -exec rm -rf {} +

.tools/uv/.stamp: requirements/uv.txt
	$(PYTHON) -m venv --clear .tools/uv
	.tools/uv/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r $<
	@touch $@

.tools/%/.stamp: requirements/%.txt | .tools/uv/.stamp
	$(UV) venv --quiet --clear --python .tools/uv/bin/python .tools/$*
	$(UV) pip sync --quiet --require-hashes --python .tools/$*/bin/python $<
	@touch $@

.venv/.stamp: requirements/dev.txt | .tools/uv/.stamp
	$(UV) venv --quiet --clear --python .tools/uv/bin/python .venv
	$(UV) pip sync --quiet --require-hashes --python $(BIN)/python $<
	@touch $@

# A package of its own at the top level is found only when the project is installed again.
.venv/.project: pyproject.toml .venv/.stamp $(wildcard */__init__.py layers/shared/*/__init__.py)
	$(UV) pip install --quiet --no-deps --no-build-isolation --python $(BIN)/python --editable .
	@touch $@
