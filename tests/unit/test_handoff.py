"""The interpreter notices of languages that the assistant does not answer in."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.content_loader import ContentError
from bot.content_store import shipped_guidance, shipped_handoffs, shipped_wording
from bot.handoff import load_handoffs, notice_text
from bot.language_names import named_languages, only_a_language, requested_interpreter
from bot.languages import Language, load_languages
from bot.rendering import Renderer
from bot.say import Say

LANGUAGES = load_languages()
NINE = {"en", "es", "pt", "ht", "fr", "vi", "zh-Hans", "ar", "ru"}
NEEDED = {"kea", "sq", "am", "ti", "so", "it", "km", "uk", "bn", "hi", "ko", "ja"}
PHONE = "617.414.5549"


def language(code: str) -> Language:
    """A known language."""
    found = LANGUAGES.get(code)
    assert found is not None
    return found


def renderer() -> Renderer:
    """Renders as the assistant does."""
    return Renderer(shipped_guidance(), shipped_wording(), handoffs=shipped_handoffs())


def test_forty_languages_and_more_beyond_the_nine_have_a_notice() -> None:
    beyond = set(shipped_handoffs()) - NINE - {"zh-Hant"}
    assert len(beyond) >= 40
    assert beyond >= NEEDED


@pytest.mark.parametrize("code", sorted(shipped_handoffs()))
def test_a_notice_names_the_line_and_the_language_once(code: str) -> None:
    known = language(code)
    text = notice_text(shipped_handoffs()[code], known, PHONE)
    assert text.count(PHONE) == 1
    assert known.english_name in text
    assert "{" not in text


@pytest.mark.parametrize("code", sorted(shipped_handoffs()))
def test_a_notice_runs_in_the_direction_of_its_language(code: str) -> None:
    known = language(code)
    notice = renderer().notice(Say(key="language.not_offered", language="en", notice=code))
    assert notice is not None
    assert (notice["language"], notice["direction"]) == (code, known.direction)
    assert notice["text"].startswith("\u2067") == (known.direction == "rtl")


@pytest.mark.parametrize("channel", ["web", "sms"])
def test_the_notice_comes_first_and_the_conversation_goes_on_in_its_language(channel: str) -> None:
    say = Say(key="language.not_offered", language="es", notice="so")
    text = renderer().text(say, channel)
    first, rest = text.split("\n\n", 1)
    assert first.startswith("Weli") and PHONE in first and "Somali" in first
    assert rest == renderer().text(say.copy(update={"notice": None}), channel)


@pytest.mark.parametrize(
    ("text", "code"),
    [("I need a Somali interpreter", "so"), ("necesito intérprete de coreano", "ko")]
    + [("mwen bezwen yon entèprèt somali", "so"), ("我需要韩语翻译", "ko")]
    + [("нужен переводчик с корейского", "ko"), ("أحتاج مترجم صومالي", "so")]
    + [("j'ai besoin d'un interprète en khmer", "km"), ("preciso de intérprete de italiano", "it")]
    + [("tôi cần thông dịch viên tiếng Hàn", "ko"), ("a Haitian Creole interpreter please", "ht")],
)
def test_an_interpreter_is_asked_for_by_the_name_of_a_language(text: str, code: str) -> None:
    assert requested_interpreter(text, LANGUAGES) == code


@pytest.mark.parametrize(
    "text",
    [
        "en español por favor",
        "is an interpreter free?",
        "my Somali neighbour read my chart",
        "English please",
    ]
    + ["the Spanish interpreter lost my bill"],
)
def test_another_wish_is_no_request_for_an_interpreter(text: str) -> None:
    assert requested_interpreter(text, LANGUAGES) is None


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("somali", "so"),
        ("Kreyòl kabuverdianu", "kea"),
        ("한국어", "ko"),
        ("hi, Somali please!", "so"),
    ]
    + [("I speak Spanish, what does a copy cost?", None)],
)
def test_a_language_alone_is_a_wish_for_it(text: str, code: str | None) -> None:
    assert only_a_language(text, LANGUAGES) == code


def test_a_longer_name_goes_before_a_shorter_one_inside_it() -> None:
    assert named_languages("someone who speaks Cape Verdean Creole", LANGUAGES) == ["kea"]


@pytest.mark.parametrize("listed", LANGUAGES.languages, ids=lambda language: language.code)
def test_every_language_is_known_by_its_names(listed: Language) -> None:
    for name in (listed.name, listed.english_name):
        assert only_a_language(name, LANGUAGES) == listed.code


@pytest.mark.parametrize(
    ("notices", "message"),
    [("so: 'Wac {interpreter_phone}.'", "placeholders are missing or unknown")]
    + [("so: '{english_name} 617 {interpreter_phone}'", "a number stands in it")]
    + [("so: '{english_name'", "the braces do not match")]
    + [("xx: '{english_name} {interpreter_phone}'", "there is no such language")]
    + [("so: '{english_name} {interpreter_phone}'", "`kea` (Cape Verdean Creole) has no notice")],
)
def test_a_notice_that_cannot_be_used_is_named(tmp_path: Path, notices: str, message: str) -> None:
    file = tmp_path / "handoff.yml"
    file.write_text(f"review: draft\nnotices:\n  {notices}\n", encoding="utf-8")
    with pytest.raises(ContentError, match=r"handoff\.yml:\d+: notices") as caught:
        load_handoffs(LANGUAGES, file)
    assert any(message in problem for problem in caught.value.problems)
