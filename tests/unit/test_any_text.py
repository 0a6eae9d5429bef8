"""Whatever a text is, those who read it first find something sensible or nothing, never a fault."""

from __future__ import annotations

import unicodedata
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.choices import chosen_by_id, chosen_by_text, number_choices
from bot.language_choice import choose_language
from bot.language_names import (
    named_languages,
    only_a_language,
    requested_interpreter,
    requested_language,
)
from bot.languages import load_languages
from bot.nlu.date_words import load_date_words
from bot.nlu.dates import CONTENT, extract_dates
from bot.nlu.emergency_rules import KINDS, EmergencyRules
from bot.nlu.language_id import NO_EVIDENCE, LanguageEvidence
from bot.paths import PROJECT
from bot.say import Choice
from bot.text import MAX_CHARACTERS, clean, fold
from tests.texts import ANY, mixed

LANGUAGES = load_languages()
OFFERED = LANGUAGES.offered
TODAY = date(2026, 11, 25)
MONTHS = {
    code: [name for names in words.months for name in names]
    for code, words in load_date_words(CONTENT).items()
}
DATES = [
    "2026",
    "3/4/2026",
    "31.12.99",
    "٣",
    "三月",
    "5th",
    "yesterday",
    "de",
    "30",
    "02",
    "-",
    "年",
]
EMERGENCIES = EmergencyRules.load(PROJECT / "bot/content/emergency")


@given(ANY)
def test_a_clean_text_is_short_visible_and_no_command(text: str) -> None:
    cleaned = clean(text)
    assert (cleaned.problem is None) == bool(cleaned.text)
    assert len(cleaned.text) <= MAX_CHARACTERS
    assert not cleaned.text.startswith(("/", "\uff0f", "\u2044", "\u2215"))
    assert not unicodedata.normalize("NFKC", cleaned.text).startswith("/")
    assert cleaned.text == cleaned.text.strip()
    forbidden = {"Cc", "Cs"}
    assert not forbidden & {unicodedata.category(letter) for letter in cleaned.text}


@given(ANY)
def test_cleaning_twice_is_cleaning_once(text: str) -> None:
    once = clean(text)
    if once.problem is None:
        assert clean(once.text) == once
    assert fold(fold(text)) == fold(text)


@pytest.mark.parametrize("language", [*OFFERED, "xx"])
@settings(deadline=None)
@given(st.data())
def test_a_date_that_is_found_is_past_and_stands_in_the_text(language: str, data: st.DataObject):
    months = MONTHS.get(language, [])
    text = data.draw(st.one_of(ANY, mixed([*months, *DATES])))
    before = 0
    for found in extract_dates(text, language, TODAY):
        assert before <= found.start < found.end <= len(text)
        assert found.value <= TODAY
        before = found.end


def test_two_dates_never_share_a_letter() -> None:
    found = extract_dates("\u064a\u0646\u0622\u0631 \u00bc\u064a\u0646\u0622\u0631", "ar", TODAY)
    assert len(found) == 1


@given(st.one_of(ANY, mixed(["1", "2.", "(3)", "١", "９", "Yes", "for me", "my mother", "²", "Ⅳ"])))
def test_a_text_picks_a_choice_that_was_offered_or_none(text: str) -> None:
    titles = ["For me", "My mother", "İstanbul ½"]
    choices = number_choices([Choice(id="", key="a", intent="inform") for _ in titles], "turn")
    assert chosen_by_text(text, choices, titles) in (None, *choices)
    assert chosen_by_id(text, choices) is None


HEADERS = mixed(["en", "es-MX", "zh-Hant-TW", "*", ";q=", "0.5", ",", "ht", "pt_BR", "i-klingon"])


@given(st.one_of(ANY, HEADERS), st.one_of(st.none(), ANY), st.one_of(st.none(), ANY))
def test_a_language_is_chosen_whatever_browser_and_conversation_say(
    header: str, explicit: str | None, current: str | None
) -> None:
    for evidence in (NO_EVIDENCE, LanguageEvidence(header, 0.9, True, True)):
        chosen = choose_language(explicit, evidence, current, header, OFFERED)
        assert chosen.language in OFFERED


NAMES = [n for language in LANGUAGES.languages for n in (language.english_name, language.code)]
ASKED = mixed([*NAMES, "in", "speak", "please", "en español", "普通话", "по-русски", "interpreter"])


@settings(deadline=None)
@given(st.one_of(ANY, ASKED))
def test_a_language_that_is_named_is_one_that_we_know(text: str) -> None:
    known = {language.code for language in LANGUAGES.languages}
    for read in (requested_language, only_a_language, requested_interpreter):
        found = read(text, LANGUAGES)
        assert found is None or found in known
    assert set(named_languages(text, LANGUAGES)) <= known


@settings(deadline=None)
@given(st.one_of(ANY, mixed(["chest pain", "i want to die", "não respira", "自杀", "не дышит"])))
def test_danger_is_of_a_kind_we_know_or_none(text: str) -> None:
    assert EMERGENCIES.detect(text) in (None, *KINDS)
