"""Accents go only where nothing is lost with them."""

from __future__ import annotations

import pytest

from bot.channels.sms.folding import fold_to_short_alphabet
from bot.channels.sms.rendering import pages_of
from bot.channels.sms.segments import count, is_short_alphabet
from bot.channels.sms.words import shipped_words
from bot.content_store import shipped_wording
from bot.keys import Key
from bot.languages import load_languages

WORDS = shipped_words()
SHORT = [code for code in load_languages().offered if WORDS.alphabet(code) == "gsm7"]

# Pairs that would be the same word without their accents; ñ, é, è, à stay, as GSM-7 has them.
OTHER_WORDS = {
    "es": [("mamá", "mama"), ("papá", "papa"), ("año", "ano")],
    "pt": [("avó", "avô"), ("país", "pais"), ("maçã", "maca"), ("é", "e")],
    "fr": [("pêche", "péché"), ("à", "a"), ("où", "ou")],
    "ht": [("pòt", "pot"), ("fè", "fe")],
}


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("¿Cuánto cuesta el expediente médico?", "¿Cuanto cuesta el expediente médico?"),
        ("Não há taxa de cópia à vista", "Nao ha taxa de copia à vista"),
        ("Ça coûte « cher » — hôpital…", 'Ça coute " cher " - hopital...'),
        ("Mañana, señora: ¡sí!", "Mañana, señora: ¡si!"),
        ("cœur", "coeur"),
        (
            "Ki jan m ka jwenn dosye? Èske ou bezwen l?",
            "Ki jan m ka jwenn dosye? Eske ou bezwen l?",
        ),
        ("plain", "plain"),
    ],
)
def test_letters_that_gsm_has_stay_and_others_lose_their_accents(text, folded):
    assert fold_to_short_alphabet(text) == folded
    assert is_short_alphabet(folded)


@pytest.mark.parametrize("text", ["Đơn xin hồ sơ", "请问", "помощь", "مساعدة", "cópia 😀"])
def test_a_text_that_cannot_be_folded_whole_stays_as_it_is(text):
    assert fold_to_short_alphabet(text) == text


@pytest.mark.parametrize(
    ("language", "word", "other"),
    [(code, *pair) for code, ps in OTHER_WORDS.items() for pair in ps],
)
def test_no_word_becomes_another(language, word, other):
    def texted(text: str) -> str:
        return fold_to_short_alphabet(text, WORDS.keeps_accents(language))

    assert texted(f"- {word} -") != texted(f"- {other} -")


@pytest.mark.parametrize("language", ["vi", "zh-Hans", "ar", "ru"])
def test_languages_that_need_their_letters_keep_them(language):
    text = shipped_wording().text(language, Key.SMS_HELP.value)
    assert WORDS.alphabet(language) == "ucs2"
    assert "".join(pages_of((text,), language, WORDS)) == text


@pytest.mark.parametrize("language", load_languages().offered)
@pytest.mark.parametrize("key", [key for key in Key if key.value.startswith("sms.")])
def test_our_own_texts_fit_a_message_as_they_are_written(language, key):
    text = shipped_wording().text(language, key.value, short=True)
    assert count(text).segments <= 3
    if language in SHORT:
        assert is_short_alphabet(text)


@pytest.mark.parametrize("language", load_languages().offered)
def test_the_first_text_names_the_hospital_help_and_stop(language):
    for key in (Key.SMS_INTRO, Key.SMS_HELP):
        text = shipped_wording().text(language, key.value)
        assert "Boston Medical Center" in text and "STOP" in text
    assert "HELP" in shipped_wording().text(language, Key.SMS_INTRO.value)
    assert "617.414.5549" in shipped_wording().text(language, Key.SMS_HELP.value)


def test_help_in_english_says_what_carriers_ask_for():
    text = shipped_wording().text("en", Key.SMS_HELP.value)
    assert "Msg & data rates may apply" in text and "617.414.4213" in text


@pytest.mark.parametrize("language", load_languages().offered)
@pytest.mark.parametrize("key", [Key.SMS_MORE, Key.SMS_LATE])
def test_the_word_that_is_asked_for_is_understood(language, key):
    text = shipped_wording().text(language, key.value)
    assert any(word.upper() in text or f"“{word}”" in text for word in more_words(language))


def more_words(language: str) -> list[str]:
    return [word for word in WORDS._languages[language].more if WORDS.command(word) == "more"]
