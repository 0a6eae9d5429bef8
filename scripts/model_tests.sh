#!/bin/sh
# Runs the tests with the model, a process for each folder: what one folder started is gone when the
# next begins, and a folder's time and failures stand by themselves.
set -u
cd "$(dirname "$0")/.."

failed=
for folder in tests/*/; do
    folder=${folder%/}
    ls "$folder"/test_*.py >/dev/null 2>&1 && [ "$folder" != tests/unit ] || continue
    echo "$folder"
    .venv/bin/python -m pytest --quiet "$@" "$folder" || failed="$failed $folder"
done
[ -z "$failed" ] || { echo "failed:$failed" >&2; exit 1; }
