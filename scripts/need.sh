#!/usr/bin/env bash
# Installs the Debian or Ubuntu packages whose programs are missing.
#
#   scripts/need.sh PROGRAM=PACKAGE…
#
# Nothing happens where every program is there; of what is no program, the path
# of a file serves. "busybox" counts only when it is a static binary: containers
# that start from it have no libraries.
set -euo pipefail

is_there() {
	local path
	[[ $1 != /* ]] || { [ -e "$1" ]; return; }
	path=$(PATH=$PATH:/usr/sbin:/sbin command -v "$1") || return 1
	[ "$1" != busybox ] || [[ $(LC_ALL=C ldd "$path" 2>&1) == *'not a dynamic executable'* ]]
}

missing=()
for pair in "$@"; do
	is_there "${pair%%=*}" || missing+=("${pair#*=}")
done
[ ${#missing[@]} -gt 0 ] || exit 0

if [ "$(id -u)" != 0 ]; then
	echo "missing: ${missing[*]}; install them as root: apt-get install ${missing[*]}" >&2
	exit 1
fi
if ! command -v apt-get >/dev/null; then
	echo "missing: ${missing[*]}; there is no apt-get here, install them with your package manager" >&2
	exit 1
fi

echo "installing: ${missing[*]}" >&2
export DEBIAN_FRONTEND=noninteractive
install_missing() { apt-get install -qq -y --no-install-recommends "${missing[@]}" </dev/null >"$log" 2>&1; }
log=$(mktemp)
trap 'rm -f "$log"' EXIT

# The package lists may be absent, or too old to name a file that still exists.
if ! install_missing; then
	apt-get update -qq </dev/null >"$log" 2>&1 || { cat "$log" >&2; exit 1; }
	install_missing || { cat "$log" >&2; exit 1; }
fi
