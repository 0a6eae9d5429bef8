#!/bin/sh
# Learns the encoder's adapter (see scripts/tune_encoder.py) in an environment of its own: PyTorch is
# large and nothing else needs it.
set -eu
cd "$(dirname "$0")/.."
PATH="$PWD/build/tools/bin:$PATH"
export PYTHONPATH="$PWD"
exec uv run --no-project --python 3.11 --with-requirements scripts/tuning/requirements.txt \
    python scripts/tune_encoder.py "$@"
