# make build    a static binary, ./mydocker
# make demo     the tour: network, container, published port, and nothing left
# make test     every test; as root the root ones too
# make matrix   kill and fail every command at every step; nothing may be left
# make test-vm  the root tests on a machine with cgroup v2 alone
# make cross    build for arm64
# make bench    mydocker beside docker, podman, runc and crun
# make gate     system calls and processes of a run, compared with ceilings
# make fuzz     every fuzz target for FUZZTIME, 5s if you do not say
# make reproducible  two builds in different places give the same binary
# make vuln     known vulnerabilities in what is used; needs the internet
# make weakened a defence is taken away, and its test must fail; for each of them
# make lint     formatting, vet, import directions

SHELL := /bin/bash -o pipefail
VERSION ?= $(shell scripts/version.sh)
# The program begins in an entry of our own, where it can fork before Go has threads
# (internal/detach). Without -E it works all the same, and more slowly.
LDFLAGS := -s -w -X main.version=$(VERSION) -E mydocker/internal/detach.entry
# The command line library can write manual pages, with a Markdown library that
# compiles regular expressions at every start: half a millisecond.
TAGS := urfave_cli_no_docs
# The same sources give the same binary, wherever they lie (make reproducible):
# no paths, no state of the checkout but the version, no ID of the build.
BUILD := CGO_ENABLED=0 GOFLAGS= GOWORK=off go build -mod=readonly -modfile=dist/go.mod -trimpath -buildvcs=false -tags $(TAGS) -ldflags '$(LDFLAGS) -buildid='

.PHONY: build demo test matrix test-vm cross bench bench-short gate fuzz reproducible vuln weakened lint clean

# Go's linker writes its output through a mapping, which the kernel keeps in single
# pages. A copy is kept in large ones, as any installed program is, and starts
# half a millisecond sooner.
build: dist/go.mod
	$(BUILD) -o dist/mydocker .
	@install -m 755 dist/mydocker mydocker

dist/go.mod: go.mod go.sum scripts/lean.sh
	@scripts/lean.sh

demo:
	@scripts/demo.sh

test:
	@scripts/test.sh

# MATRIX="-everything" tries every way to die at every point, which takes half an
# hour; MATRIX="-scenario '^exec' -v" chooses and tells of each.
matrix:
	@scripts/need.sh iptables=iptables ip=iproute2 busybox=busybox-static
	@go run ./test/matrix $(MATRIX)

# What meets cgroups, mounts and the kernel's age. The firewall's and the links'
# own tests race hundreds of processes, which takes too long when emulated; the
# stories publish ports and connect containers there all the same.
VM_PACKAGES := ./attach ./cgroups/... ./container/... ./flags ./image/... ./internal/... ./logs ./network ./network/firewall ./overlay ./test

test-vm:
	@scripts/vm/test.sh $(VM_PACKAGES)

cross: dist/go.mod
	GOOS=linux GOARCH=arm64 $(BUILD) -o dist/mydocker-arm64 .

# BENCH_ROWS="run exec" chooses rows, BENCH_ROUNDS=10 the number of turns. The
# figures of all rows are kept; those of a few only when BENCH_OUT says where.
BENCH_ROUNDS ?= 30
BENCH_OUT ?= $(if $(BENCH_ROWS),,docs/bench)
BENCH := go run ./bench
BENCH_TOOLS := iptables=iptables ip=iproute2 busybox=busybox-static unshare=util-linux taskset=util-linux mkfs.ext4=e2fsprogs mount=mount

bench: build
	@scripts/need.sh $(BENCH_TOOLS)
	@scripts/peers.sh runc=runc crun=crun podman=podman dockerd=docker.io docker=docker.io cc=gcc
	@$(BENCH) -rows "$(BENCH_ROWS)" -rounds $(BENCH_ROUNDS) -out "$(BENCH_OUT)"

# The short form only shows that the benchmark works; its figures say little.
bench-short: build
	@scripts/need.sh $(BENCH_TOOLS)
	@scripts/peers.sh runc=runc crun=crun cc=gcc
	@$(BENCH) -short -rounds 2 -out dist/bench-short

gate: build
	@scripts/need.sh $(BENCH_TOOLS) strace=strace
	@$(BENCH) -gate

# FUZZ=REGEXP chooses targets.
fuzz:
	@FUZZTIME=$(FUZZTIME) FUZZ='$(FUZZ)' scripts/fuzz.sh

reproducible:
	@scripts/reproducible.sh

# The database is on the internet, so that CI does not depend on it.
GOVULNCHECK ?= go run golang.org/x/vuln/cmd/govulncheck@latest

vuln:
	$(GOVULNCHECK) -tags $(TAGS) ./...

# WEAKENED=REGEXP chooses patches of test/weakened.
weakened:
	@WEAKENED='$(WEAKENED)' scripts/weakened.sh

lint:
	@scripts/lint.sh

clean:
	rm -rf mydocker dist
