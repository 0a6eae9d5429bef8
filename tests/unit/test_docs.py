"""The documents name what there is to run and to set, and nothing else."""

from __future__ import annotations

import re

import pytest

from bot.cli.__main__ import COMMANDS
from bot.paths import PROJECT

DOCUMENTS = [PROJECT / "README.md", *sorted((PROJECT / "docs").glob("*.md"))]
README = DOCUMENTS[0].read_text(encoding="utf-8")
TEXT = "\n".join(path.read_text(encoding="utf-8") for path in DOCUMENTS)
MAKEFILE = (PROJECT / "Makefile").read_text(encoding="utf-8")
TARGETS = set(re.findall(r"^([a-z]+):.*## ", MAKEFILE, re.MULTILINE))


def variables_in_code() -> set[str]:
    code = [*PROJECT.glob("bot/**/*.py"), *PROJECT.glob("scripts/*.sh")]
    text = "".join(path.read_text(encoding="utf-8") for path in code)
    return set(re.findall(r"\bROI_[A-Z_]*[A-Z]\b", text))


def test_the_readme_names_every_target_of_make() -> None:
    assert {word for word in TARGETS if f"`{word}`" in README} == TARGETS


def test_no_document_names_a_target_that_make_lacks() -> None:
    named = set(re.findall(r"(?:`|^ {4})make ([a-z]+)", TEXT, re.MULTILINE))
    assert named - {"help"} <= TARGETS


def test_every_target_explains_itself() -> None:
    rules = set(re.findall(r"^([a-z]+):(?!=)", MAKEFILE, re.MULTILINE))
    assert rules == TARGETS


def test_the_readme_names_every_command_of_roi() -> None:
    assert {name for name in COMMANDS if f"`./roi {name}`" in README} == set(COMMANDS)


def test_no_document_names_a_command_that_roi_lacks() -> None:
    assert set(re.findall(r"(?:`|^ {4}|\./)roi ([a-z-]+)", TEXT, re.MULTILINE)) <= set(COMMANDS)


def test_the_readme_names_every_environment_variable_and_no_other() -> None:
    rows = set(re.findall(r"^\| `(ROI_[A-Z_]+)`", README, re.MULTILINE))
    assert rows == variables_in_code()
    assert set(re.findall(r"\bROI_[A-Z_]*[A-Z]\b", TEXT)) <= rows


def links() -> list[tuple[str, str]]:
    found = []
    for path in DOCUMENTS:
        text = path.read_text(encoding="utf-8")
        targets = re.findall(r"\]\((?!https?:)([^)#]+)", text)
        found += [(path.relative_to(PROJECT).as_posix(), target) for target in targets]
    return found


@pytest.mark.parametrize(("document", "target"), links())
def test_a_link_leads_somewhere(document: str, target: str) -> None:
    assert (PROJECT / document).parent.joinpath(target).exists()


@pytest.mark.parametrize(
    "path", sorted(set(re.findall(r"`((?:bot|actions|data|tests)/[\w/.-]+)`", TEXT)))
)
def test_a_path_in_a_document_exists(path: str) -> None:
    assert (PROJECT / path).exists()
