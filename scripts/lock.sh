#!/bin/sh
# Resolves pyproject.toml into uv.lock and writes that out for pip (tests/unit/test_dependencies.py
# compares the two). Needs uv and the network.
set -eu
cd "$(dirname "$0")/.."

for uv in uv "python3 -m uv" build/tools/bin/uv; do
    $uv --version >/dev/null 2>&1 && break
done

export_lock() { # FILE OPTION...
    file=$1
    shift
    $uv export --quiet --frozen --no-header --no-annotate --format requirements-txt "$@" >"$file"
}

$uv lock "$@"
export_lock requirements.lock --group dev
export_lock scripts/tools.lock --only-group tools
