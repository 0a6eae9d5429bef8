"""The language of a message, on wording that is not in the training data."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from bot.content_loader import load_yaml
from bot.language_samples import read_samples
from bot.languages import load_languages
from bot.nlu.language_id import NO_EVIDENCE, LanguageIdentifier
from bot.nlu.utterances import read_utterances, without_annotations

PROJECT = Path(__file__).resolve().parents[2]
TEXTS = PROJECT / "tests" / "data" / "language"
# Every offered language, and Cape Verdean Creole, which has samples and no answers.
RECOGNISED = (*load_languages().offered, "kea")
ENOUGH = {"ht": 0.97, "kea": 0.90}


def texts(name: str) -> Any:
    """The content of a file in tests/data/language."""
    return load_yaml(TEXTS / f"{name}.yml")[0]


def each_text(name: str) -> list[tuple[str, str]]:
    """Language and text, for a file that lists texts by language."""
    return [(code, text) for code, listed in texts(name).items() for text in listed]


@pytest.fixture(scope="module")
def utterances() -> dict[str, list[str]]:
    """What the assistant really learns from."""
    return read_utterances(PROJECT / "data" / "nlu")


@pytest.fixture(scope="module")
def identifier(utterances: dict[str, list[str]]) -> LanguageIdentifier:
    """Trained on the real utterances; it takes about a second."""
    return LanguageIdentifier.train(utterances)


def means(found: str | None, code: str) -> bool:
    """Is it the language? "你好" is Chinese, whatever the script."""
    return found == code or (found == "zh" and code.startswith("zh-"))


@pytest.mark.parametrize("kind", ["sentences", "short"])
@pytest.mark.parametrize("code", RECOGNISED)
def test_the_language_is_recognised(identifier: LanguageIdentifier, code: str, kind: str) -> None:
    listed = texts(code)[kind]
    enough = ENOUGH.get(code, 0.98) if kind == "sentences" else min(0.92, ENOUGH.get(code, 1.0))
    missed = [text for text in listed if not means(identifier.identify(text).code, code)]
    assert len(missed) <= (1 - enough) * len(listed), missed


@pytest.mark.parametrize("code", RECOGNISED)
def test_a_text_is_never_clearly_in_a_wrong_language(
    identifier: LanguageIdentifier, code: str
) -> None:
    for text in texts(code)["sentences"] + texts(code)["short"]:
        evidence = identifier.identify(text)
        assert means(evidence.code, code) or not evidence.clear, text


@pytest.mark.parametrize("code", RECOGNISED)
def test_nearly_every_sentence_is_clear_enough_to_switch(
    identifier: LanguageIdentifier, code: str
) -> None:
    listed = texts(code)["sentences"]
    unclear = [text for text in listed if not identifier.identify(text).clear]
    assert len(unclear) <= 0.05 * len(listed), unclear


@pytest.mark.parametrize("code", RECOGNISED)
def test_the_test_texts_are_not_training_texts(utterances: dict[str, list[str]], code: str) -> None:
    learnt = {text.casefold() for text in {**read_samples(), **utterances}[code]}
    shared = [text for text in texts(code)["sentences"] if text.casefold() in learnt]
    assert not shared


@pytest.mark.parametrize("text", texts("neutral"))
def test_a_neutral_text_is_never_clear(identifier: LanguageIdentifier, text: str) -> None:
    assert not identifier.identify(text).clear


@pytest.mark.parametrize(
    "text",
    ["", "  ", "ok", "No.", "sí", "MyChart", "3/4/2026", "617-555-0142", "👍", "Maria Oliveira"]
    + ["joao da silva", "x-ray", "CD", "a", "maria@example.com", "https://www.bmc.org/mychart"],
)
def test_numbers_names_and_neutral_words_are_no_evidence(
    identifier: LanguageIdentifier, text: str
) -> None:
    assert identifier.identify(text) == NO_EVIDENCE


@pytest.mark.parametrize(("code", "text"), each_text("mixed"))
def test_mixed_text_belongs_to_the_language_that_holds_it_together(
    identifier: LanguageIdentifier, code: str, text: str
) -> None:
    assert means(identifier.identify(text).code, code)


@pytest.mark.parametrize(("code", "text"), each_text("other"))
def test_other_languages_are_recognised_rather_than_forced(
    identifier: LanguageIdentifier, code: str, text: str
) -> None:
    assert identifier.identify(text).code == code


def test_other_languages_are_mostly_clear(identifier: LanguageIdentifier) -> None:
    listed = each_text("other")
    unclear = [text for _, text in listed if not identifier.identify(text).clear]
    assert len(unclear) <= 0.05 * len(listed), unclear


@pytest.mark.parametrize(
    ("text", "code"),
    [("hola", "es"), ("Buenos días!", "es"), ("bom dia", "pt"), ("olá", "pt"), ("oi", "pt")]
    + [("hello", "en"), ("bonjou", "ht"), ("привет", "ru"), ("你好", "zh"), ("HOLAAAA", "es")]
    + [("bonsoir", "fr"), ("xin chào", "vi"), ("مرحبا", "ar")],
)
def test_a_greeting_is_clear_however_short(
    identifier: LanguageIdentifier, text: str, code: str
) -> None:
    evidence = identifier.identify(text)
    assert (evidence.code, evidence.clear, evidence.sentence) == (code, True, False)


def test_a_greeting_that_two_languages_share_is_not_clear(identifier: LanguageIdentifier) -> None:
    assert not identifier.identify("ola").clear


def test_borrowed_words_alone_are_weak_evidence(identifier: LanguageIdentifier) -> None:
    evidence = identifier.identify("medical records")
    assert (evidence.code, evidence.clear) == ("en", False)


@pytest.mark.parametrize("text", ["ana 3ayez nos5a men el malaf", "3andkom 7ada byi7ki 3arabi"])
def test_arabic_in_latin_letters_and_digits_is_arabic(
    identifier: LanguageIdentifier, text: str
) -> None:
    assert identifier.identify(text).code == "ar"


@pytest.mark.parametrize("text", ["2weeks", "x2", "4pm", "3rd", "covid19", "b12", "A3B7C9"])
def test_a_number_in_a_word_is_not_arabic(identifier: LanguageIdentifier, text: str) -> None:
    assert identifier.identify(text) == NO_EVIDENCE


def test_only_a_sentence_counts_as_a_sentence(identifier: LanguageIdentifier) -> None:
    assert identifier.identify("mis papeles").sentence is False
    assert identifier.identify("quiero saber donde recojo mis papeles").sentence is True


@pytest.mark.parametrize("text", [
        "\ud800", "\x00", "ﷺ", "é" * 5000, "🏳️‍🌈" * 50, "ක්‍රීඩා",
        "\U00010b00\U00010b01\U00010b02 да",  # more Avestan than Cyrillic: a script of no language
    ],
)  # fmt: skip
def test_strange_text_raises_nothing(identifier: LanguageIdentifier, text: str) -> None:
    identifier.identify(text)


def test_only_the_first_300_characters_count(identifier: LanguageIdentifier) -> None:
    start = ("quiero saber donde recojo los papeles de mi hija " * 7)[:300]
    with_english = start + " and where do i send the form" * 20
    assert identifier.identify(with_english) == identifier.identify(start)


def test_a_saved_identifier_answers_the_same(
    identifier: LanguageIdentifier, tmp_path: Path
) -> None:
    identifier.save(tmp_path)
    loaded = LanguageIdentifier.load(tmp_path)
    assert {path.suffix for path in tmp_path.iterdir()} == {".npz", ".json"}
    for text in texts("es")["sentences"]:
        assert loaded.identify(text) == identifier.identify(text)


def test_threads_get_the_same_answers(identifier: LanguageIdentifier) -> None:
    listed = [text for _, text in each_text("other")] * 3
    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(identifier.identify, listed)) == list(map(identifier.identify, listed))


def test_languages_without_utterances_are_recognised_by_list_and_profile() -> None:
    only_english = LanguageIdentifier.train({"en": ["how do i get my records", "where are you"]})
    assert only_english.identify("quiero una copia de mi expediente").code == "es"


def test_annotations_are_not_part_of_an_utterance() -> None:
    annotated = '[my son\'s]{"entity": "subject", "value": "child"} [bill](item)'
    assert without_annotations(annotated) == "my son's bill"


def test_a_folder_without_utterances_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="no training utterances. Put them into"):
        read_utterances(tmp_path)


def test_every_language_with_utterances_is_known(utterances: dict[str, list[str]]) -> None:
    assert set(utterances) <= set(load_languages().codes)
    assert set(load_languages().offered) <= set(utterances)
