"""docs/security.md names tests that there are and versions that are installed."""

from __future__ import annotations

import re

import pytest

from bot.paths import PROJECT

DOCUMENT = (PROJECT / "docs/security.md").read_text(encoding="utf-8")
LOCK = (PROJECT / "uv.lock").read_text(encoding="utf-8")
TESTS = sorted(set(re.findall(r"`((?:\w+/)+test_\w+\.py)`", DOCUMENT)))
PINNED = re.findall(r"^\| `([\w-]+)` \| ([\d.]+) \|", DOCUMENT, re.MULTILINE)


@pytest.mark.parametrize("named", TESTS)
def test_a_test_that_proves_something_exists(named: str) -> None:
    assert (PROJECT / "tests" / named).is_file()


def test_every_threat_names_a_test() -> None:
    threats = DOCUMENT.partition("## What stops what")[2].partition("## Dependencies")[0]
    rows = [row for row in threats.splitlines() if row.startswith("| ") and "| threat" not in row]
    assert len(rows) > 30
    assert [row for row in rows if not re.search(r"test_\w+\.py` \|$", row)] == []


@pytest.mark.parametrize(("package", "version"), PINNED)
def test_a_vulnerable_package_is_listed_with_its_pinned_version(package: str, version: str) -> None:
    assert f'name = "{package}"\nversion = "{version}"' in LOCK


def test_every_package_is_installed_by_its_hash() -> None:
    files = re.findall(r"\{ url = \"[^\"]+\"([^}]*)\}", LOCK)
    assert len(files) > 500
    assert [rest for rest in files if 'hash = "sha256:' not in rest] == []
    export = (PROJECT / "requirements.lock").read_text(encoding="utf-8")
    pinned = [entry for entry in re.split(r"\n(?=[A-Za-z0-9])", export) if "==" in entry]
    assert [entry[:40] for entry in pinned if "--hash=sha256:" not in entry] == []
