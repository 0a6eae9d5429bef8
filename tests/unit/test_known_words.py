"""What people write never comes into spaCy's vocabulary, which keeps all it sees."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.content_store import shipped_guidance
from bot.nlu.entities import EntityMatcher, load_matcher
from bot.nlu.known_words import KnownWords
from bot.text import fold

MASKS = "\u0283\u9fa5"


@pytest.fixture(scope="module")
def matcher() -> EntityMatcher:
    return load_matcher(shipped_guidance().routes)


def known(*phrases: str) -> KnownWords:
    words = KnownWords()
    for phrase in phrases:
        words.add(fold(phrase))
    return words


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("Jane's RECORDS, from 1999!", "ʃʃʃʃ'ʃ records, ʃʃʃʃ 0000!"),
        ("mi historia médica", "ʃʃ historia medica"),
        ("历史和病历CT", "历龥龥病历ʃʃ"),
        ("re\u0301cords \U0001f642", "re\u0301cords *"),
        ("x-ray x_y", "x-ray ʃ_ʃ"),
    ],
)
def test_only_known_words_are_left(text: str, masked: str) -> None:
    words = known("records", "historia médica", "病历", "x-ray")
    assert words.masked(text) == masked


@given(st.text(max_size=200))
def test_a_masked_text_has_its_length_and_its_spaces(text: str) -> None:
    masked = known("records", "病历").masked(text)
    assert [c.isspace() for c in masked] == [c.isspace() for c in text]


def test_no_phrase_holds_what_masks(matcher: EntityMatcher) -> None:
    strings = list(matcher._nlp.vocab.strings)
    assert strings and not any(mask in string for string in strings for mask in MASKS)


@pytest.mark.parametrize(
    "text",
    [
        "Quillfeather needs her records, and quillfeather@example.org too",
        "Моего сына зовут Квиллфезер",
        "我叫奎尔费瑟我要病历",
        "اسمي كويلفيذر اريد ملفي",
        "kouriyerwòch mwen se Quillfèather",
        "ชื่อของฉันคือ ควิลเฟเธอร์",
    ],
)
def test_no_word_of_a_person_is_kept(matcher: EntityMatcher, text: str) -> None:
    before = set(matcher._nlp.vocab.strings)
    matcher.find(text)
    new = set(matcher._nlp.vocab.strings) - before
    allowed = set("\u0283\u9fa50*'@.,_")
    words = matcher._known
    assert all(set(string) <= allowed or words.masked(string) == string for string in new), new
    assert "Quillfeather" not in matcher._nlp.vocab.strings
    assert "Квиллфезер" not in matcher._nlp.vocab.strings


def test_many_new_words_add_hardly_anything(matcher: EntityMatcher) -> None:
    for number in range(500):
        word = f"{number:x}".translate(str.maketrans("0123456789", "ghijklmnop"))
        matcher.find(f"my {word * 3} wants the records of {word}xqz, {number}")
    assert sum("xqz" in string for string in matcher._nlp.vocab.strings) == 0
