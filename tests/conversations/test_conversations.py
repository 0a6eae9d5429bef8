"""Every conversation of this folder, in every language, with the real assistant."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from bot.content_loader import ContentError
from bot.languages import load_languages
from bot.scenario import KINDS
from tests.conversations.player import FOLDER, Player, load, played_in, scenario_files


def _cases() -> list[Any]:
    cases = []
    for path in scenario_files():
        try:
            languages = played_in(load(path))
        except ContentError:
            languages = load_languages().offered[:1]  # the test itself shows what is wrong
        name = f"{path.parent.name}/{path.stem}"
        cases += [pytest.param(path, code, id=f"{name}[{code}]") for code in languages]
    return cases


@pytest.mark.parametrize(("path", "language"), _cases())
async def test_conversation(path: Path, language: str, agent: Any) -> None:
    wrong = await Player(agent, path, language).play()
    assert not wrong, "\n" + "\n".join(wrong)


def test_every_kind_has_conversations_and_every_file_has_a_kind() -> None:
    assert {path.parent.name for path in scenario_files()} == set(KINDS)
    assert set(FOLDER.rglob("*.yml")) == set(scenario_files())


def test_no_two_conversations_have_the_same_name() -> None:
    names = [load(path).name for path in scenario_files()]
    assert sorted(names) == sorted(set(names))
