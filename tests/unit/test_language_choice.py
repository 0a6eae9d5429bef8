"""Which language is answered in, and which one somebody asks for."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.content_loader import ContentError
from bot.language_choice import LanguageDecision, choose_language
from bot.language_names import requested_language
from bot.languages import LANGUAGES_FILE, load_languages
from bot.nlu.language_id import NO_EVIDENCE, LanguageEvidence

OFFERED = ("en", "es", "pt")
WORD_ES = LanguageEvidence("es", 0.9, clear=True)
SENTENCE_ES = LanguageEvidence("es", 0.99, clear=True, sentence=True)
SENTENCE_IT = LanguageEvidence("it", 0.99, clear=True, sentence=True)
WEAK_ES = LanguageEvidence("es", 0.9)


def test_an_explicit_choice_goes_before_the_language_of_its_own_sentence() -> None:
    evidence = LanguageEvidence("en", 0.99, clear=True, sentence=True)
    decision = choose_language("pt", evidence, "en", "es", OFFERED)
    assert decision == LanguageDecision("pt", switched=True)


def test_clear_evidence_goes_before_the_conversation_so_far() -> None:
    assert choose_language(None, WORD_ES, "en", None, OFFERED) == LanguageDecision("es", True)


def test_weak_evidence_never_flips_a_conversation() -> None:
    assert choose_language(None, WEAK_ES, "en", None, OFFERED) == LanguageDecision("en")


def test_the_conversation_goes_before_the_hint() -> None:
    assert choose_language(None, NO_EVIDENCE, "pt", "es", OFFERED) == LanguageDecision("pt")


@pytest.mark.parametrize(
    ("hint", "language"),
    [("pt-BR", "pt"), ("es_419", "es"), ("PT", "pt"), ("fr-CA,pt;q=0.8,en;q=0.5", "pt")]
    + [("xx", "en"), ("", "en"), ("*", "en"), (None, "en")],
)
def test_the_hint_begins_a_conversation(hint: str | None, language: str) -> None:
    assert choose_language(None, NO_EVIDENCE, None, hint, OFFERED).language == language


def test_the_first_message_is_no_switch() -> None:
    assert choose_language(None, SENTENCE_ES, None, "en-US", OFFERED) == LanguageDecision("es")


def test_a_good_guess_goes_before_the_default_only() -> None:
    assert choose_language(None, WEAK_ES, None, None, OFFERED).language == "es"
    assert choose_language(None, WEAK_ES, None, "pt", OFFERED).language == "pt"
    unsure = LanguageEvidence("es", 0.5)
    assert choose_language(None, unsure, None, None, OFFERED).language == "en"


def test_only_a_sentence_flips_a_language_that_was_asked_for() -> None:
    kept = choose_language(None, WORD_ES, "en", None, OFFERED, current_is_chosen=True)
    left = choose_language(None, SENTENCE_ES, "en", None, OFFERED, current_is_chosen=True)
    assert (kept.language, left.language) == ("en", "es")


def test_a_clear_language_that_is_not_offered_is_reported() -> None:
    decision = choose_language(None, SENTENCE_IT, "es", None, OFFERED)
    assert decision == LanguageDecision("es", unsupported="it")


def test_asking_for_a_language_that_is_not_offered_keeps_the_conversation() -> None:
    decision = choose_language("ko", NO_EVIDENCE, "pt", None, OFFERED)
    assert decision == LanguageDecision("pt", unsupported="ko")


def test_a_weakly_recognised_language_is_not_reported() -> None:
    evidence = LanguageEvidence("it", 0.9)
    assert choose_language(None, evidence, "es", None, OFFERED).unsupported is None


def test_traditional_chinese_is_answered_in_the_chinese_that_is_offered() -> None:
    evidence = LanguageEvidence("zh-Hant", 0.9, clear=True)
    decision = choose_language(None, evidence, "en", None, (*OFFERED, "zh-Hans"))
    assert decision == LanguageDecision("zh-Hans", switched=True)


TWO_SCRIPTS = (*OFFERED, "zh-Hans", "zh-Hant")


def test_each_script_of_chinese_is_answered_in_itself() -> None:
    evidence = LanguageEvidence("zh-Hant", 0.9, clear=True, sentence=True)
    decision = choose_language(None, evidence, "zh-Hans", None, TWO_SCRIPTS)
    assert decision == LanguageDecision("zh-Hant", switched=True)


def test_characters_that_both_scripts_have_change_nothing() -> None:
    evidence = LanguageEvidence("zh", 0.9, clear=True, sentence=True)
    for current in ("zh-Hans", "zh-Hant"):
        decision = choose_language(None, evidence, current, None, TWO_SCRIPTS)
        assert decision == LanguageDecision(current)


@pytest.mark.parametrize(
    ("hint", "language"),
    [("zh-TW,zh;q=0.9", "zh-Hant"), ("zh-HK", "zh-Hant"), ("zh-CN", "zh-Hans"), ("zh", "zh-Hans")],
)
def test_a_browser_of_taiwan_or_hong_kong_gets_traditional_characters(
    hint: str, language: str
) -> None:
    assert choose_language(None, NO_EVIDENCE, None, hint, TWO_SCRIPTS).language == language


def test_a_greeting_that_both_scripts_share_leaves_the_browsers_script() -> None:
    evidence = LanguageEvidence("zh", 0.9, clear=True)
    decision = choose_language(None, evidence, None, "zh-TW,zh;q=0.9", TWO_SCRIPTS)
    assert decision == LanguageDecision("zh-Hant")


def test_a_language_that_is_offered_no_more_falls_back() -> None:
    assert choose_language(None, NO_EVIDENCE, "fr", None, OFFERED) == LanguageDecision("en")


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("en español por favor", "es"),
        ("可以用義大利文嗎", "it"),
        ("可以用意大利語嗎", "it"),
        ("can we do portuguese", "pt"),
        ("english please", "en"),
        ("Español", "es"),
        ("¿Hablan español?", "es"),
        ("fala português?", "pt"),
        ("em inglês, por favor", "en"),
        ("brazilian portuguese pls", "pt"),
        ("I don't understand, spanish please", "es"),
        ("can you speak haitian creole", "ht"),
        ("do you guys speak italian?", "it"),
        ("请说中文", "zh-Hans"),
        ("说中文可以吗", "zh-Hans"),
        ("بالعربي من فضلك", "ar"),
        ("по-русски пожалуйста", "ru"),
    ],
)
def test_a_language_is_asked_for_by_name(text: str, code: str) -> None:
    assert requested_language(text, load_languages()) == code


@pytest.mark.parametrize(
    "text",
    [
        "I need a Spanish interpreter",
        "no hablo inglés",
        "i don't speak english",
        "não falo inglês",
        "my portuguese passport",
        "my Russian doctor wants my file",
        "hola",
        "",
    ],
)
def test_a_language_that_is_only_mentioned_is_not_asked_for(text: str) -> None:
    assert requested_language(text, load_languages()) is None


def test_every_language_can_be_asked_for_by_its_own_name() -> None:
    languages = load_languages()
    for language in languages.languages:
        assert requested_language(language.name, languages) == language.code


def test_a_name_under_two_languages_is_reported_with_its_line(tmp_path: Path) -> None:
    path = tmp_path / "languages.yml"
    text = LANGUAGES_FILE.read_text(encoding="utf-8")
    path.write_text(text.replace("asked_for: [thai,", "asked_for: [khmer, thai,"), encoding="utf-8")
    with pytest.raises(ContentError, match=r"languages\.yml:\d+: .*`.+` stands under .. too"):
        load_languages(path)


def test_a_misspelt_key_is_reported_with_its_line(tmp_path: Path) -> None:
    path = tmp_path / "languages.yml"
    text = LANGUAGES_FILE.read_text(encoding="utf-8")
    path.write_text(text.replace("direction: rtl", "directon: rtl", 1), encoding="utf-8")
    with pytest.raises(ContentError, match=r"languages\.yml:\d+: .*did you mean `direction`"):
        load_languages(path)


def test_at_least_one_language_is_offered(tmp_path: Path) -> None:
    path = tmp_path / "languages.yml"
    text = LANGUAGES_FILE.read_text(encoding="utf-8")
    path.write_text(text.replace("offered: true", "offered: false"), encoding="utf-8")
    with pytest.raises(ContentError, match="no language is offered"):
        load_languages(path)
