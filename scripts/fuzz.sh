#!/usr/bin/env bash
# Fuzzes every target that there is, one after the other.
#
#   FUZZTIME=5m   how long each is fuzzed (default 5s)
#   FUZZ=REGEXP   only those targets
#
# An input that breaks something is kept below the package's testdata/fuzz, and
# is from then on a test like any other.
set -euo pipefail
cd "$(dirname "$0")/.."

count=0 broken=()

# A disk that is busy looks like a target that hangs.
if [ -w /dev/shm ]; then
	TMPDIR=$(mktemp -d /dev/shm/fuzz.XXXXXX)
	export TMPDIR
	trap 'rm -rf "$TMPDIR"' EXIT
fi

# Time runs out while a worker is at work, and go test at times takes that for a
# failure (golang/go#75804). Whatever breaks a target is written down or told in
# other words.
only_time_ran_out() {
	[ "$(grep -A 1 -e '--- FAIL' <<<"$1" | sed -n 's/^ *//; 2,$p')" = 'context deadline exceeded' ] &&
		[[ $1 != *'Failing input'* ]]
}

while IFS=: read -r file target; do
	[[ $target =~ ${FUZZ:-.} ]] || continue
	package=./$(dirname "$file")
	printf '%-24s %s: ' "$target" "$package"
	count=$((count + 1))
	# Minimising stops the search, and would take most of a short run.
	if output=$(CGO_ENABLED=0 go test -run '^$' -fuzz "^$target\$" -fuzztime "${FUZZTIME:-5s}" \
		-fuzzminimizetime 10x "$package" 2>&1) || only_time_ran_out "$output"; then
		grep -o 'execs: [0-9]*' <<<"$output" | tail -n 1
	else
		printf 'broken\n%s\n' "$output"
		broken+=("$target")
	fi
done < <(git ls-files --cached --others --exclude-standard '*_test.go' |
	xargs grep -Ho '^func Fuzz[A-Za-z0-9_]*' | sed 's/:func /:/' | sort)

echo "$count targets, ${#broken[@]} broken${broken:+: ${broken[*]}}"
[ $count -gt 0 ] && [ ${#broken[@]} = 0 ]
