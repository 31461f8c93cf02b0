#!/usr/bin/env bash
# Prints the version to stamp into the binary: what git says of this checkout,
# or, in a source tree without git or without a tag, the newest heading of
# CHANGELOG.md such as "## 0.2.0".
set -euo pipefail
cd "$(dirname "$0")/.."

git describe --tags --dirty 2>/dev/null && exit
released=$(sed -n 's/^## *\[\{0,1\}v\{0,1\}\([0-9][0-9.]*[0-9a-z.-]*\).*/\1/p' CHANGELOG.md 2>/dev/null | head -n 1 || true)
commit=$(git rev-parse --short HEAD 2>/dev/null || true)
echo "${released:-0.0.0}${commit:++$commit}"
