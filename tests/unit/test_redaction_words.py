"""The words that tell details: every language has them, a mistake is named with its line."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from bot.content_loader import ContentError
from bot.languages import load_languages
from bot.privacy.words import EVERY_LANGUAGE_HAS, FOLDER, load_redaction_words

WORDS = load_redaction_words()


@pytest.mark.parametrize("language", load_languages().offered)
def test_every_offered_language_has_all_words(language: str) -> None:
    assert [part for part in EVERY_LANGUAGE_HAS if not getattr(WORDS[language], part)] == []


@pytest.mark.parametrize("part", ["names", "birth", "numbers", "not_names"])
def test_no_language_has_far_fewer_words_than_another(part: str) -> None:
    counts = {code: len(getattr(words, part)) for code, words in WORDS.items()}
    assert min(counts.values()) * 6 >= max(counts.values()), counts


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ("birth:", "brith:", "es.yml:2: birth: field required"),
        ("language: es", "language: fr", "es.yml:2: language: "),
        ("money: [", 'money: ["\\u0301", ', "nothing is left of this phrase"),
        ("name_words: 4", "name_words: 40", "name_words"),
    ],
)
def test_a_mistake_is_named_with_file_and_line(
    tmp_path: Path, before: str, after: str, expected: str
) -> None:
    shutil.copy(FOLDER / "es.yml", tmp_path)
    path = tmp_path / "es.yml"
    text = path.read_text(encoding="utf-8")
    assert before in text
    path.write_text(text.replace(before, after, 1), encoding="utf-8")
    with pytest.raises(ContentError) as caught:
        load_redaction_words(tmp_path)
    assert expected in str(caught.value)


def test_a_folder_without_words_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(ContentError, match="no file"):
        load_redaction_words(tmp_path)
