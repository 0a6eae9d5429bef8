#!/bin/sh
# Finds a Chromium for tests/browser, or installs one; with one at hand it returns at once.
set -eu
cd "$(dirname "$0")/.."

say() { printf 'browser: %s\n' "$*" >&2; }

found() {
    [ -n "${ROI_CHROMIUM:-}" ] && [ -x "$ROI_CHROMIUM" ] && return 0
    for name in chromium chromium-browser google-chrome google-chrome-stable; do
        command -v "$name" >/dev/null 2>&1 && return 0
    done
    .venv/bin/python - <<'END'
import pathlib
import sys
from playwright.sync_api import sync_playwright
with sync_playwright() as playwright:
    sys.exit(not pathlib.Path(playwright.chromium.executable_path).is_file())
END
}

as_root() { if [ "$(id -u)" = 0 ]; then "$@"; else sudo -n "$@"; fi; }

found && exit 0
if command -v apt-get >/dev/null 2>&1; then
    say "installing Chromium with apt-get"
    as_root apt-get update -q >&2 && as_root apt-get install -y -q chromium >&2 && found && exit 0
fi
say "installing Playwright's Chromium"
.venv/bin/python -m playwright install chromium >&2 && found && exit 0
say "no Chromium could be installed. Install Chromium or Chrome yourself, or set"
say "ROI_CHROMIUM=/path/to/chromium, and run the same command again."
exit 1
