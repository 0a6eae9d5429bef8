#!/bin/sh
# `rasa data validate`: quiet where all is well; says everything where it is not.
cd "$(dirname "$0")/.." || exit 1

log=build/validate.log
mkdir -p build
export RASA_TELEMETRY_ENABLED=false TF_CPP_MIN_LOG_LEVEL=3
if .venv/bin/python -W ignore -m rasa data validate >"$log" 2>&1 </dev/null; then
    echo "rasa data validate: no errors (warnings, if any, are in $log)"
else
    cat "$log"
    echo "rasa data validate failed" >&2
    exit 1
fi
