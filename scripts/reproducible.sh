#!/usr/bin/env bash
# Builds the binary twice, from two copies of the sources in directories of
# different names, and compares them. The second build starts with an empty
# cache, so that it compiles everything itself. The version that is stamped in is
# the same, whatever git says of the copies.
set -euo pipefail
cd "$(dirname "$0")/.."

version=$(scripts/version.sh)
work=$(mktemp -d)
trap 'chmod -R u+w "$work"; rm -rf "$work"' EXIT

build_in() {
	mkdir -p "$work/$1"
	git ls-files -z --cached --others --exclude-standard |
		while IFS= read -r -d '' file; do [ ! -e "$file" ] || printf '%s\0' "$file"; done |
		tar --null --files-from=- --create | tar --extract --directory "$work/$1"
	GOCACHE=$2 make --no-print-directory -C "$work/$1" build VERSION="$version" >/dev/null
	sha256sum <"$work/$1/mydocker" | cut -d ' ' -f 1
}

first=$(build_in one "$(go env GOCACHE)")
second=$(build_in another/directory "$work/cache")
echo "$first  $version"
[ "$first" = "$second" ] || { echo "the second build differs: $second" >&2; exit 1; }
