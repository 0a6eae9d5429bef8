#!/bin/sh
# Finds PostgreSQL, Redis and nginx for `make cluster` and its tests, or installs them; with them at hand it
# returns at once. Nothing of it is started here: the cluster starts servers of its own and stops them.
set -eu
cd "$(dirname "$0")/.."

say() { printf 'services: %s\n' "$*" >&2; }
has() { command -v "$1" >/dev/null 2>&1 || [ -x "/usr/sbin/$1" ]; }
as_root() { if [ "$(id -u)" = 0 ]; then "$@"; else sudo -n "$@"; fi; }

scripts/postgresql.sh

missing=
has redis-server || missing="redis-server"
has nginx || missing="$missing nginx-light"
[ -z "$missing" ] && exit 0

# A package of Debian's starts its service when it is installed, unless this says no.
without_starting() {
    policy=/usr/sbin/policy-rc.d
    if [ -e "$policy" ]; then "$@"; return; fi
    printf '#!/bin/sh\nexit 101\n' | as_root tee "$policy" >/dev/null && as_root chmod +x "$policy"
    status=0
    "$@" || status=$?
    as_root rm -f "$policy"
    return $status
}

if command -v apt-get >/dev/null 2>&1; then
    say "installing$(printf ' %s' $missing) with apt-get"
    # shellcheck disable=SC2086
    as_root apt-get update -q >&2 &&
        without_starting as_root env DEBIAN_FRONTEND=noninteractive \
            apt-get install -y -q --no-install-recommends $missing >&2 &&
        has redis-server && has nginx && exit 0
fi
say "missing: $missing. Install Redis (6.2 or later) and nginx yourself (macOS: brew install redis nginx), so"
say "that redis-server and nginx are on the PATH, and run the same command again."
if [ -n "${CI:-}" ] || [ "${1:-}" = "--needed" ]; then
    exit 1
fi
say "Until then the tests that need them are skipped."
