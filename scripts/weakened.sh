#!/usr/bin/env bash
# Shows that the tests would notice: takes one defence away at a time, in a copy
# of the sources, and wants the test of that defence to fail.
#
#   WEAKENED=REGEXP   only those patches
#
# Each patch in test/weakened says above its first "diff" what it takes away.
# "Test: PACKAGE NAME" is what is run then, and "Sees: REGEXP" is in what the
# failing test prints, so that it fails for that reason and no other.
set -euo pipefail
cd "$(dirname "$0")/.."

[ "$(id -u)" = 0 ] || { echo "not root: most of these tests would be skipped" >&2; exit 1; }
patches=$PWD/test/weakened
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
git ls-files -z --cached --others --exclude-standard |
	while IFS= read -r -d '' file; do [ ! -e "$file" ] || printf '%s\0' "$file"; done |
	tar --null --files-from=- --create | tar --extract --directory "$work"
cd "$work"
# Built packages are the same wherever they lie, and so are there the next time.
export CGO_ENABLED=0 GOFLAGS=-trimpath

line() { sed -n "/^diff /q; s/^$2: //p" "$1"; }

# weaken says why the test of a patch did not notice, or nothing.
weaken() {
	git apply "$1" || { echo "the patch does not apply"; return; }
	noticed "$1"
	git apply --reverse "$1"
}

noticed() {
	local package name
	read -r package name <<<"$(line "$1" Test)"
	! go test -count=1 -timeout=10m -run "$name" "$package" >"$work/.output" 2>&1 ||
		{ echo "$package $name passes"; return; }
	grep -aEq -- "$(line "$1" Sees)" "$work/.output" || echo "$package $name fails for another reason"
}

# seen gives the line by which a test has noticed.
seen() { grep -aE -m 1 -- "$(line "$1" Sees)" "$work/.output" | sed 's/^[[:space:]]*//' | cut -c 1-100; }

count=0 unnoticed=()
for patch in "$patches"/*.patch; do
	name=$(basename "$patch" .patch)
	[[ $name =~ ${WEAKENED:-.} ]] || continue
	count=$((count + 1)) began=$SECONDS
	problem=$(weaken "$patch")
	echo "$name ($((SECONDS - began)) s): ${problem:-$(seen "$patch")}"
	[ -z "$problem" ] || { unnoticed+=("$name"); tail -n 60 "$work/.output" >&2; }
done
echo "$count defences taken away, ${#unnoticed[@]} unnoticed${unnoticed:+: ${unnoticed[*]}}"
[ $count -gt 0 ] && [ ${#unnoticed[@]} = 0 ]
