#!/bin/sh
# Finds PostgreSQL's server programs for the tests, or installs them; with them at hand it returns at once.
set -eu

say() { printf 'postgresql: %s\n' "$*" >&2; }

found() {
    command -v initdb >/dev/null 2>&1 && return 0
    for initdb in /usr/lib/postgresql/*/bin/initdb; do
        [ -x "$initdb" ] && return 0
    done
    return 1
}

as_root() { if [ "$(id -u)" = 0 ]; then "$@"; else sudo -n "$@"; fi; }

found && exit 0
if command -v apt-get >/dev/null 2>&1; then
    say "installing it with apt-get; no cluster is made, the tests start servers of their own"
    as_root mkdir -p /etc/postgresql-common &&
        { [ -e /etc/postgresql-common/createcluster.conf ] ||
            echo "create_main_cluster = false" | as_root tee /etc/postgresql-common/createcluster.conf >/dev/null; } &&
        as_root apt-get update -q >&2 &&
        as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends postgresql >&2 &&
        found && exit 0
fi
say "PostgreSQL could not be installed. Install its server yourself (Debian: apt-get install postgresql,"
say "macOS: brew install postgresql) so that initdb is on the PATH, and run the same command again."
if [ -n "${CI:-}" ]; then
    exit 1
fi
say "Until then the tests that need it are skipped."
