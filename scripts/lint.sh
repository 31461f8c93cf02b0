#!/usr/bin/env bash
# Checks that need no root and change nothing: formatting, vet, the size of
# files and functions, import directions, shell syntax, patches that still apply.
set -euo pipefail
cd "$(dirname "$0")/.."

failed=0
complain() { echo "lint: $1" >&2; failed=1; }

sources=$(git ls-files --cached --others --exclude-standard '*.go')
unformatted=$(xargs -r gofmt -l <<<"$sources")
[ -z "$unformatted" ] || complain "not formatted, run gofmt -w: ${unformatted//$'\n'/ }"

while read -r lines file; do
	[ "$file" = total ] || [ "$lines" -le 400 ] || complain "$file has $lines lines; 400 is the most"
done < <(xargs -r wc -l <<<"$sources")

while read -r place; do
	complain "$place; 80 lines are the most for a function"
done < <(xargs -r awk '
	/^func / { start = FNR }
	/^}/     { if (start && FNR - start > 80) print FILENAME ":" start " has " FNR - start + 1 " lines"; start = 0 }
' <<<"$sources")

for script in scripts/*.sh scripts/*/*.sh .ci/run; do
	bash -n "$script" || complain "$script does not parse"
done

for patch in test/weakened/*.patch; do
	git apply --check "$patch" || complain "$patch does not apply any more; make weakened needs it"
done

CGO_ENABLED=0 go vet ./... || complain "go vet"
GOARCH=arm64 CGO_ENABLED=0 go vet ./... || complain "go vet for arm64"
go test ./test/architecture || complain "imports"
exit $failed
