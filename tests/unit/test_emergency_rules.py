"""Emergency rules against what real people write, and against mistakes in the files."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from bot.content_loader import ContentError
from bot.languages import load_languages
from bot.nlu.emergency_rules import KINDS, EmergencyRules, expand, fold

ROOT = Path(__file__).resolve().parents[2]
RULES = ROOT / "bot/content/emergency"
MESSAGES = ROOT / "tests/data/emergency"
LANGUAGES = load_languages().offered
MINIMAL = """\
language: en
kinds:
  medical:
    always: [cant breathe]
    unless_context: [took * pills]
  self_harm:
    always: [kill myself]
    unless_context: [suicide]
unless: [records, in <year>]
harmless: [kill myself laughing]
"""


def _read(path: Path) -> Any:
    return YAML(typ="safe").load(path.read_text(encoding="utf-8"))


def _fires() -> Iterator[tuple[str, str]]:
    for language in LANGUAGES:
        for row in _read(MESSAGES / f"{language}.yml")["must_fire"]:
            yield row["text"], row["kind"]


def _stays_quiet() -> Iterator[str]:
    for language in LANGUAGES:
        yield from _read(MESSAGES / f"{language}.yml")["must_not_fire"]


def _phrases(content: Any) -> Iterator[tuple[str, list[str]]]:
    for kind in KINDS:
        yield from ((f"{kind}.{name}", found) for name, found in content["kinds"][kind].items())
    yield from ((name, content[name]) for name in ("unless", "harmless"))


@pytest.fixture(scope="module")
def rules() -> EmergencyRules:
    return EmergencyRules.load(RULES)


@pytest.fixture
def load(tmp_path: Path) -> Any:
    def write_and_load(content: str, name: str = "en.yml") -> EmergencyRules:
        (tmp_path / name).write_text(content, encoding="utf-8")
        return EmergencyRules.load(tmp_path)

    return write_and_load


@pytest.mark.parametrize(("text", "kind"), _fires())
def test_emergency_is_recognised(rules: EmergencyRules, text: str, kind: str) -> None:
    assert rules.detect(text) == kind


@pytest.mark.parametrize("text", _stays_quiet())
def test_paperwork_past_and_idiom_stay_quiet(rules: EmergencyRules, text: str) -> None:
    assert rules.detect(text) is None


@pytest.mark.parametrize("text", ["", " ", "...", "👍", "ok", "no", "617-555-0123", "\x00"])
def test_empty_and_tiny_messages_stay_quiet(rules: EmergencyRules, text: str) -> None:
    assert rules.detect(text) is None


@pytest.mark.parametrize("language", LANGUAGES)
def test_message_lists_are_large_and_are_not_the_phrases(language: str) -> None:
    messages = _read(MESSAGES / f"{language}.yml")
    fires = [row["text"] for row in messages["must_fire"]]
    quiet = messages["must_not_fire"]
    assert len(fires) >= 45 and len(quiet) >= 60
    assert len({fold(text) for text in fires + quiet}) == len(fires + quiet)
    written = dict(_phrases(_read(RULES / f"{language}.yml"))).values()
    known = {plain for found in written for phrase in found for plain in expand(phrase)}
    assert sum(fold(text) in known for text in fires) < len(fires) / 3


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_phrase_is_written_twice(language: str) -> None:
    for name, found in _phrases(_read(RULES / f"{language}.yml")):
        assert len(found) == len(set(found)), name


@pytest.mark.parametrize(
    "text",
    [
        "I CAN'T BREATHE",
        "i can’t breathe",
        "i  cant\tbreathe",
        "cántt breathee",
        "ｃａｎｔ breathe!!",
    ],
)
def test_case_accents_apostrophes_and_spacing_do_not_matter(load: Any, text: str) -> None:
    assert load(MINIMAL).detect(text) == "medical"


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("took pills", "medical"),
        ("took way too many pills", "medical"),
        ("took one or two or three pills", None),  # the gap is three words wide
        ("i took. the pills", None),  # and ends with the sentence
        ("i took... the pills", "medical"),
        ("took the pills in 2019", None),
        ("took the pills in 5 minutes", "medical"),
        ("suicide records", None),
        ("records kill myself", "self_harm"),
        ("could kill myself laughing", None),
        ("kill myself laughing. kill myself", "self_harm"),
        ("suicide, and i cant breathe", "medical"),
        ("suicides", None),
        ("outtook pills", None),
    ],
)
def test_gaps_strengths_and_harmless_phrases(load: Any, text: str, kind: str | None) -> None:
    assert load(MINIMAL).detect(text) == kind


def test_context_of_one_language_quiets_the_phrases_of_another(load: Any) -> None:
    spanish = MINIMAL.replace("en\n", "es\n", 1).replace("[records,", "[expediente,")
    load(MINIMAL)
    assert load(spanish, "es.yml").detect("suicide expediente") is None


def test_script_without_spaces_needs_no_word_boundary(load: Any) -> None:
    chinese = MINIMAL.replace("en\n", "zh\n", 1).replace("cant breathe", "不能呼吸")
    assert load(chinese, "zh.yml").detect("我爸爸不能呼吸了") == "medical"


@pytest.mark.parametrize(
    ("old", "new", "line"),
    [
        ("took * pills", "'?'", 5),
        ("self_harm", "selfharm", 6),
        ("language: en", "language: de", 1),
        ("[records, in <year>]", "[]", 9),
        ("harmless", "harmles", 10),
        ("    always: [kill myself]\n", "", 6),
        ("unless: [", "unless: ]", 9),
    ],
)
def test_mistake_names_file_and_line(load: Any, old: str, new: str, line: int) -> None:
    with pytest.raises(ContentError, match=rf"en\.yml:{line}: "):
        load(MINIMAL.replace(old, new, 1))


def test_folder_without_rules_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(ContentError, match="no file"):
        EmergencyRules.load(tmp_path)


def test_long_message_is_decided_quickly(rules: EmergencyRules) -> None:
    start = time.perf_counter()
    assert rules.detect("i have a question about my mother and the chest of drawers " * 40) is None
    assert time.perf_counter() - start < 0.5
