from __future__ import annotations

from pathlib import Path

import pytest

from bot.content_loader import ContentError
from bot.scenario import load_scenario


def problems(tmp_path: Path, text: str) -> str:
    path = tmp_path / "x.yml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ContentError) as error:
        load_scenario(path, ("en", "es"))
    return str(error.value)


def test_a_step_without_a_language_is_named_with_its_line(tmp_path: Path) -> None:
    found = problems(tmp_path, 'name: a\nwhy: b\nsteps:\n- say: "12"\n- say: {en: hi}\n')
    assert "x.yml:5: steps[1].say: `es` is missing" in found


def test_an_unknown_expectation_is_named_with_its_line(tmp_path: Path) -> None:
    found = problems(
        tmp_path, 'name: a\nwhy: b\nsteps:\n- say: "12"\n  expect:\n    topic: [fees]\n'
    )
    assert "x.yml:6: steps[0].expect.topic" in found
    assert "did you mean `topics`?" in found


def test_a_step_with_two_messages_is_refused(tmp_path: Path) -> None:
    found = problems(tmp_path, 'name: a\nwhy: b\nsteps:\n- say: "12"\n  choose: choice.item.bill\n')
    assert "a step has exactly one of say, choose, number, title, stale" in found


def test_a_step_without_a_message_is_refused(tmp_path: Path) -> None:
    found = problems(tmp_path, "name: a\nwhy: b\nsteps:\n- expect: {question: item}\n")
    assert "a step has exactly one of" in found


def test_null_means_none_and_nothing_means_not_looked_at(tmp_path: Path) -> None:
    path = tmp_path / "x.yml"
    path.write_text('name: a\nwhy: b\nsteps:\n- say: "1"\n  expect: {question: null}\n')
    expect = load_scenario(path, ("en",)).steps[0].expect
    assert expect.looks_at("question")
    assert not expect.looks_at("handoff")
