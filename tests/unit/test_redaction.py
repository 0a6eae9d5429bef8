"""What is taken out of a message and what stays, as people write it in each language."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from bot.content_store import shipped_guidance, shipped_wording
from bot.languages import load_languages
from bot.privacy.redactor import PLACEHOLDER, Redaction, shipped_redactor
from bot.wording import required_keys

DATA = Path(__file__).resolve().parents[1] / "data" / "redaction"
ENOUGH_TO_GO, ENOUGH_TO_STAY = 40, 30
MARKED = re.compile("«(.*?)»")


def cases(part: str) -> list[Any]:
    found = []
    for path in sorted(DATA.glob("*.yml")):
        loaded = YAML(typ="safe").load(path.read_text(encoding="utf-8"))
        found += [
            pytest.param(text, id=f"{path.stem}-{number}")
            for number, text in enumerate(loaded[part], start=1)
        ]
    return found


def counted(part: str) -> dict[str, int]:
    loaded = {p.stem: YAML(typ="safe").load(p.read_text("utf-8")) for p in DATA.glob("*.yml")}
    return {code: len(set(file[part])) for code, file in loaded.items()}


@pytest.mark.parametrize("marked", cases("match"))
def test_a_detail_is_taken_out_and_what_follows_stays(marked: str) -> None:
    text = MARKED.sub(r"\1", marked)
    redacted = shipped_redactor().redact(text).text
    assert PLACEHOLDER in redacted
    for detail in MARKED.findall(marked):
        assert not detail or detail not in redacted
        for word in re.findall(r"\w{2,}", detail):
            assert not re.search(rf"\b{word}\b", redacted), redacted
    assert redacted.endswith(marked.rpartition("»")[2])


@pytest.mark.parametrize("text", cases("stay"))
def test_what_tells_nothing_about_anybody_stays(text: str) -> None:
    assert shipped_redactor().redact(text).text == text


def test_a_text_that_has_been_found_clean_is_not_searched_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    redactor, text = shipped_redactor(), "zebraquagga born 4 March 1958 asks for records"
    once = redactor.redact(text)
    assert once.kinds and redactor.redact(text) == once, "what had details is searched each time"
    monkeypatch.setattr(redactor, "_once", None)
    assert redactor.redact(once.text) == Redaction(once.text)
    with pytest.raises(TypeError):
        redactor.redact(text)
    assert "zebraquagga" not in repr(vars(redactor)), "what people wrote does not stay in memory"


def test_a_text_of_ours_may_hold_what_a_persons_may_not() -> None:
    redactor, text = shipped_redactor(), "my name is Zebra Quagga"
    assert redactor.redact(text, names=False).text == text
    assert redactor.redact(text).text != text
    assert redactor.redact(text, names=False).text == text


def test_no_more_than_so_many_texts_are_known(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.privacy.redactor._REMEMBERED", 3)
    redactor = shipped_redactor()
    for number in "abcdefgh":
        redactor.redact(f"records of department {number}")
    assert 0 < len(redactor._clean) <= 3


@pytest.mark.parametrize(("part", "least"), [("match", ENOUGH_TO_GO), ("stay", ENOUGH_TO_STAY)])
def test_every_offered_language_has_enough_cases(part: str, least: int) -> None:
    counts = counted(part)
    assert [c for c in load_languages().offered if counts.get(c, 0) < least] == []


@pytest.mark.parametrize("language", load_languages().offered)
def test_no_wording_of_ours_is_changed(language: str) -> None:
    wording = shipped_wording()
    texts = [wording.text(language, key) for key in required_keys(shipped_guidance())]
    redact = shipped_redactor().redact
    assert [text for text in texts if redact(text, names=False).text != text] == []
