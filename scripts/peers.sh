#!/usr/bin/env bash
# Installs what the benchmark measures mydocker beside, as far as it can: each
# package by itself, so that one that cannot be had does not keep the others
# away. No service is started by the installation.
#
#   scripts/peers.sh PROGRAM=PACKAGE…
set -euo pipefail
cd "$(dirname "$0")/.."

# invoke-rc.d and deb-systemd-invoke ask this program before they start a
# service; 101 says no.
policy=/usr/sbin/policy-rc.d
forbid_services() {
	[ -d "${policy%/*}" ] && [ ! -e "$policy" ] || return 0
	trap 'rm -f "$policy"' EXIT
	printf '#!/bin/sh\nexit 101\n' >"$policy"
	chmod 755 "$policy"
}

[ "$(id -u)" != 0 ] || forbid_services
for pair in "$@"; do
	scripts/need.sh "$pair" || echo "bench: ${pair%%=*} cannot be installed; it is left out" >&2
done
