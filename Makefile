# The linter is built from source at this version, so that everybody has the same one.
GOLANGCI := v2.15.0
MODULES := . storage/sqlstore/dbtest host/river host/xlsx examples examples/temporal bench
BIN := $(CURDIR)/bin
# The slowest package takes 20 minutes under the race detector on a quiet machine, and more on a busy one.
TIMEOUT := 45m
TESTS := work
# SQLite and its C library in Go are not the race detector's business: with them, its tests take three times as long.
RACE := -race -gcflags=modernc.org/sqlite/lib=-race=false -gcflags=modernc.org/libc=-race=false
# The oldest that is supported and the newest; .ci/postgres knows others.
VERSIONS := 13 18

.PHONY: help test short race test-postgres lint fuzz bench tidy

help: ## show this
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-14s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

test: ## every module's tests; needs nothing but Go
	go test -timeout $(TIMEOUT) $(TESTS)

short: ## the same without what takes long
	go test -short -timeout $(TIMEOUT) work

race: ## the tests of make short under the race detector; needs a C compiler
	go test $(RACE) -short -timeout $(TIMEOUT) work

test-postgres: ## storage/sqlstore/dbtest on the PostgreSQL of each of VERSIONS (13 18); needs npm
	@for v in $(VERSIONS); do \
		echo "PostgreSQL $$v"; \
		.ci/postgres $$v go test -count 1 -timeout $(TIMEOUT) ./storage/sqlstore/dbtest || exit 1; \
	done

lint: $(BIN)/golangci-lint-$(GOLANGCI) ## formatting, spelling, doc comments and other static checks
	@for m in $(MODULES); do echo "lint $$m"; (cd $$m && $(BIN)/golangci-lint-$(GOLANGCI) run ./...) || exit 1; done

fuzz: ## each fuzz target for FUZZTIME (10s)
	@for p in $$(grep -rl --include='*_test.go' '^func Fuzz' . | xargs -n1 dirname | sort -u); do \
		for f in $$(grep -rhoE '^func Fuzz[A-Za-z0-9]+' $$p/*_test.go | awk '{print $$2}'); do \
			echo "fuzz $$p $$f"; go test $$p -run '^$$' -fuzz "^$$f$$" -fuzztime $${FUZZTIME:-10s} || exit 1; \
		done; done

bench: ## print `ratio` lines: this library beside the alternative, in one run
	go run ./bench

tidy: ## go mod tidy in every module, and the workspace's sums
	@for m in $(filter-out host/%,$(MODULES)); do (cd $$m && GOWORK=off go mod tidy) || exit 1; done
	@for m in $(filter host/%,$(MODULES)); do (cd $$m && $(CURDIR)/.ci/tidy $(CURDIR)) || exit 1; done
	rm -f go.work.sum
	go list -m all >/dev/null
	go list -deps -test work >/dev/null

$(BIN)/golangci-lint-$(GOLANGCI):
	@mkdir -p $(BIN)
	GOBIN=$(BIN) GOWORK=off go install github.com/golangci/golangci-lint/v2/cmd/golangci-lint@$(GOLANGCI)
	mv $(BIN)/golangci-lint $@
