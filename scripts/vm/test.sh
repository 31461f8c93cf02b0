#!/usr/bin/env bash
# Runs the tests, the root ones included, on a machine of its own with cgroup
# v2 and no other hierarchy: Debian's kernel under QEMU, with KVM or without.
#
#   scripts/vm/test.sh [PACKAGE…]     such as ./cgroups/...; all when none
#
#   VM_RUN=REGEXP   run the tests of these names only
set -euo pipefail
source "$(dirname "$0")/settings.sh"
cd "$top"

[ "$(id -u)" = 0 ] || { say "skipped: making the machine's disk needs root"; exit 0; }
[ "$(go env GOARCH)" = amd64 ] || { say "skipped: the machine is amd64, this host is not"; exit 0; }

base=$(scripts/vm/base.sh)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
tests=$work/tests
mkdir -p "$tests"

say "building the tests"
CGO_ENABLED=0 go build -trimpath -tags urfave_cli_no_docs -ldflags "-s -w -X main.version=0.0.0-test -E mydocker/internal/detach.entry" -o "$tests/mydocker" .
CGO_ENABLED=0 go build -trimpath -ldflags "-s -w" -o "$tests/attempt" ./test/attempt
scripts/busybox-image.sh "$tests/busybox.tar"
install -m 755 scripts/vm/run-tests "$tests/run"
echo "${VM_RUN:-}" >"$tests/pattern"
mkdir "$tests/scripts"
cp scripts/*.sh "$tests/scripts/"

# A test finds its package's testdata in the directory that it starts in. The
# test of import directions reads sources, which are the same everywhere.
go list -f '{{if or .TestGoFiles .XTestGoFiles}}{{.ImportPath}} {{.Dir}}{{end}}' "${@:-./...}" | grep . |
	while read -r package directory; do
		[ "$package" != mydocker/test/architecture ] || continue
		mkdir -p "$tests/src/${package#mydocker}"
		CGO_ENABLED=0 go test -c -trimpath -o "$tests/src/${package#mydocker}/package.test" "$package"
		[ ! -d "$directory/testdata" ] || cp -r "$directory/testdata" "$tests/src/${package#mydocker}/"
		echo "$package" >>"$tests/packages"
	done

truncate -s 1G "$work/tests.ext4"
mke2fs -q -t ext4 -O ^has_journal -d "$tests" "$work/tests.ext4"
say "booting"
began=$SECONDS
status=0
scripts/vm/boot.sh "$base" "$work/tests.ext4" || status=$?
say "the machine's verdict after $((SECONDS - began)) s: exit status $status"
exit $status
