#!/bin/sh
# Makes .venv: Python 3.10 with everything in uv.lock, each file checked against its hash.
# With nothing to do it returns at once and needs no network. No root, no questions asked.
set -eu
cd "$(dirname "$0")/.."

venv_python=.venv/bin/python
stamp=.venv/.roi-lock   # the checksum of the lock files that .venv was made from
wanted=$(cat uv.lock requirements.lock | cksum)

say() { printf 'set-up: %s\n' "$*" >&2; }
runs() { "$@" >/dev/null 2>&1 </dev/null; }

# A `python3.10` on PATH may be a pyenv shim that fails: only what runs and says 3.10 counts.
is_310() { runs "$1" -c 'import sys; sys.exit(sys.version_info[:2] != (3, 10))'; }

first_310() {
    for candidate in "$@"; do
        if is_310 "$candidate"; then
            # The interpreter itself: a shim answers differently from one folder to the next.
            "$candidate" -c 'import sys; print(sys.executable)'
            return 0
        fi
    done
    return 1
}

pyenv_folders() {
    printf '%s\n' "${PYENV_ROOT:-}" "${HOME:-}/.pyenv"
    # Where shims stand on PATH, the versions stand beside them.
    printf '%s\n' "$PATH" | tr ':' '\n' | sed -n 's|/shims/*$||p'
}

find_python() {
    first_310 "${ROI_PYTHON:-}" python3.10 python3 python && return 0
    for folder in $(pyenv_folders); do
        first_310 "$folder"/versions/3.10.*/bin/python && return 0
    done
    first_310 /opt/homebrew/bin/python3.10 /usr/local/bin/python3.10 /usr/bin/python3.10 && return 0
    for folder in "${CONDA_PREFIX:-}" "${HOME:-}/miniconda3" "${HOME:-}/anaconda3" \
        "${HOME:-}/miniforge3" "${HOME:-}/mambaforge" /opt/conda; do
        first_310 "$folder/bin/python" "$folder"/envs/*/bin/python && return 0
    done
    if [ -n "$uv" ] && runs $uv python install 3.10; then
        first_310 "$($uv python find 3.10 2>/dev/null)" && return 0
    fi
    if runs conda --version; then
        say "asking conda for Python 3.10"
        runs conda create -y -q -p build/conda python=3.10 && first_310 build/conda/bin/python &&
            return 0
    fi
    return 1
}

no_python() {
    cat >&2 <<'END'
set-up: no Python 3.10 was found, and Rasa 3.6.21 runs on nothing newer. Three ways to get it:
  1. uv:    uv python install 3.10          (https://docs.astral.sh/uv)
  2. pyenv: pyenv install 3.10              (https://github.com/pyenv/pyenv)
  3. conda: conda create -n py310 python=3.10
Then run the same make command again. A Python that stands elsewhere: ROI_PYTHON=/path/to/python3.10 make run
END
    exit 1
}

# uv on PATH, as a module, or in a private environment; empty if there is none to be had.
find_uv() {
    if runs uv --version; then echo uv; return; fi
    if runs python3 -m uv --version; then echo python3 -m uv; return; fi
    if ! runs build/tools/bin/uv --version; then
        for python in python3 python python3.10; do
            rm -rf build/tools
            runs "$python" -m venv build/tools || continue
            say "installing uv into build/tools"
            runs build/tools/bin/python -m pip install --require-hashes -r scripts/tools.lock && break
        done
    fi
    if runs build/tools/bin/uv --version; then echo build/tools/bin/uv; fi
}

install_with_uv() {
    [ -n "$uv" ] || return 1
    UV_HTTP_TIMEOUT="${UV_HTTP_TIMEOUT:-180}" $uv sync --frozen --python "$python" >&2
}

install_with_pip() {
    say "no working uv; installing with venv and pip from requirements.lock"
    # The lock names everything; pip would refuse what overrides a line that Rasa names.
    "$python" -m venv --clear .venv &&
        $venv_python -m pip install --quiet --no-deps --require-hashes -r requirements.lock >&2
}

if [ -f "$stamp" ] && [ "$(cat "$stamp")" = "$wanted" ] && is_310 $venv_python; then
    exit 0
fi

uv=$(find_uv)
python=$(find_python) || no_python
say "Python: $python"
if [ -d .venv ] && ! is_310 $venv_python; then
    rm -rf .venv   # half made, or of another Python
fi
rm -f "$stamp"
if ! install_with_uv && ! install_with_pip; then
    say "the packages could not be installed; see the messages above (the first time needs a network)"
    exit 1
fi
printf '%s\n' "$wanted" >"$stamp"
say "done"
