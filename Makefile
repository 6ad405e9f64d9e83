# One command each for what a newcomer, a developer and the CI do. `make help` lists them.
# `make demo` and `make test` install what is missing first (scripts/setup).

SHELL       := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
.NOTPARALLEL:

# The version a binary tells: the nearest tag, or the commit. Nothing else of the machine goes into it.
VERSION ?= $(shell git describe --tags --always --dirty 2>/dev/null || echo unknown)
export VERSION

# How long each fuzz test runs: the whole length under `make fuzz`, which a nightly run calls. `make test` asks for
# less, because it has to end within 20 minutes on two cores and there are some twenty fuzz tests; their corpora, where
# every input that ever failed is kept, run whole in both.
FUZZTIME ?= 30s
TEST_FUZZTIME ?= 5s

# The CI shows every test by name, so that a test that quietly vanished can be noticed.
TESTFLAGS ?= $(if $(CI),-v)
export TESTFLAGS

MANIFEST := internal/web/assets/dist/manifest.json

.PHONY: help
help: ## list these commands
	@awk -F ':.*## ' '/^[a-z0-9-]+:.*## / { printf "  make %-9s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

.PHONY: setup
setup: ## install whatever is missing for building and testing
	@scripts/setup test

# ---- run

.PHONY: demo
demo: ## build, then serve Linshanzhai on 127.0.0.1:8080; prints addresses and sign-ins; data stays in var/demo
	@scripts/setup demo
	@$(MAKE) --no-print-directory build
	@exec bin/gongzhi serve --demo

# ---- build

.PHONY: build
build: $(MANIFEST) ## build bin/gongzhi, with its styles and scripts inside
	@scripts/build bin/gongzhi

.PHONY: assets
assets: ## build styles, scripts and icons anew and print what they weigh
	@node assets/build.mjs --report

$(MANIFEST): $(wildcard assets/* assets/ts/* internal/web/ui/*.css) package-lock.json
	@node assets/build.mjs

.PHONY: generate docs
generate: ## write all generated files that are committed (components, schemas, tables in docs)
	@scripts/generate
docs: generate ## the same: what is generated in docs/ comes from the code and the charters

.PHONY: fmt
fmt: ## format Go and templ files
	@git ls-files -z --cached --others --exclude-standard -- '*.go' ':!*_templ.go' | xargs -0 -r gofmt -w
	@go tool templ fmt internal/web/ui

.PHONY: dist
dist: ## build the packages for linux amd64, arm64, loong64 and windows amd64 into dist/
	@scripts/setup demo
	@scripts/dist

.PHONY: clean
clean: ## remove what was built; var/ with its data stays
	rm -rf bin dist .tools tests/browser/out
	find internal/web/assets/dist -mindepth 1 ! -name .keep -delete

# ---- test: the order is that of how fast each stage can say no

.PHONY: test
test: ## install what is missing, then run everything that CI runs
	@scripts/setup test
	@rm -f .tools/not-run
	@scripts/stage 'styles and scripts: types, build, budgets' scripts/check-assets
	@scripts/stage 'formatting' scripts/check-format
	@scripts/stage 'vet and linters' scripts/lint
	@scripts/stage 'tests on SQLite' go test -timeout 25m $(TESTFLAGS) ./...
	@scripts/stage 'the race detector' scripts/test-race
	@scripts/stage 'the same tests on PostgreSQL' scripts/test-postgres
	@scripts/stage 'build' $(MAKE) --no-print-directory build
	@scripts/stage 'charters and their scenarios' scripts/check-charters
	@scripts/stage 'fuzz tests, $(TEST_FUZZTIME) each' env FUZZTIME=$(TEST_FUZZTIME) scripts/fuzz
	@scripts/stage 'generated files unchanged' scripts/generate --check
	@scripts/stage 'known vulnerabilities' scripts/vulnerabilities
	@scripts/stage 'the same binary twice' scripts/reproducible
	@scripts/stage 'browser' scripts/e2e
	@if [ -s .tools/not-run ]; then printf '\nEverything that ran passed. NOT RUN: '; paste -sd ';' .tools/not-run; else printf '\nEverything passed.\n'; fi

.PHONY: lint
lint: ## formatting, vet and the linters
	@scripts/check-format
	@scripts/lint

.PHONY: check
check: build ## prove every charter: types, paths, texts, thresholds, then its scenarios
	@scripts/check-charters

.PHONY: fuzz
fuzz: ## run every fuzz test for FUZZTIME each (30s)
	@FUZZTIME=$(FUZZTIME) scripts/fuzz

.PHONY: outside
outside: ## walk 240 made-up days without signal over a network that loses, doubles, delays and breaks
	@scripts/walk-outside

.PHONY: e2e
e2e: build ## drive the real binary in a real browser
	@scripts/setup test
	@scripts/e2e

.PHONY: tour
tour: build ## take the pictures of docs/tour.md anew, from the demo
	@scripts/setup test
	@scripts/tour

.PHONY: lighthouse
lighthouse: build ## run the real Lighthouse on the main page of each surface; fetches 190 MB once
	@scripts/setup test
	@scripts/lighthouse

.PHONY: bench
bench: build ## measure over HTTP on SQLite and PostgreSQL, and write docs/performance.md
	@scripts/setup test
	@scripts/bench
