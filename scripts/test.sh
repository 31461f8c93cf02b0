#!/usr/bin/env bash
# Builds and runs every test. As root the root tests run too, and the whole
# host is compared before and after; otherwise what can run does, and the rest
# is listed as skipped.
#
#   LEAKCHECK=no   do not compare the whole host, where others use mydocker at
#                  the same time; each test still looks after its own part
set -euo pipefail
cd "$(dirname "$0")/.."

around=()
if [ "$(id -u)" = 0 ]; then
	scripts/need.sh iptables=iptables ip=iproute2 busybox=busybox-static curl=curl ps=procps xz=xz-utils nsenter=util-linux \
		gcc=gcc /usr/include/seccomp.h=libseccomp-dev /usr/include/stdio.h=libc6-dev
	tools=$(mktemp -d)
	trap 'rm -rf "$tools"' EXIT
	go build -o "$tools/leakcheck" ./test/leakcheck
	[ "${LEAKCHECK:-}" = no ] || around=("$tools/leakcheck")
else
	echo "not root: the tests that need root are skipped; they are listed at the end" >&2
fi

"${around[@]}" go test -count=1 -timeout=30m -json ./... | go run ./test/summary
