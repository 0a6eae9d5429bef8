"""Words and meaning together; where the words are sure, the meaning is not asked for."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from bot.nlu.linear_model import Example, FitSettings, LinearModel
from bot.nlu.ngrams import Array, NgramSettings
from bot.nlu.word_experts import UNDETERMINED

TEXTS = {
    "fees": ["what does a copy cost", "how much is it", "the price of copies", "do I pay for it"],
    "fax": ["what is your fax number", "can I fax the form", "fax it to you", "the fax please"],
    "bye": ["goodbye then", "bye bye", "see you, goodbye", "well bye for now"],
}
SETTINGS = FitSettings(ngrams=NgramSettings(min_examples=1))
DIRECTIONS = np.eye(3, 8, dtype=np.float32)


def meaning(label: str) -> Array:
    return DIRECTIONS[list(TEXTS).index(label)]


def fitted(sure: float, vectors: bool = True) -> LinearModel:
    pairs = [(text, label) for label, texts in TEXTS.items() for text in texts]
    examples = [Example(text, (), meaning(label) if vectors else None) for text, label in pairs]
    settings = FitSettings(sure=sure, ngrams=SETTINGS.ngrams)
    return LinearModel.fit(examples, [label for _, label in pairs], settings)


class Encoder:
    def __init__(self, label: str) -> None:
        self.label, self.asked = label, 0

    def __call__(self) -> Array:
        self.asked += 1
        return meaning(self.label)


@pytest.mark.parametrize(("sure", "asked"), [(0.5, 0), (1.1, 1)])
def test_the_meaning_is_asked_for_where_words_are_not_sure(sure: float, asked: int) -> None:
    encoder = Encoder("fax")
    ranking = fitted(sure).ranking(Example("can I fax the form", (), encoder), 2)
    assert ranking[0][0] == "fax" and encoder.asked == asked


def test_words_that_nobody_has_seen_are_left_to_the_meaning() -> None:
    for label in TEXTS:
        encoder = Encoder(label)
        ranking = fitted(0.98).ranking(Example("zzz", (), encoder), 3)
        assert ranking[0][0] == label and encoder.asked == 1


def test_without_vectors_the_words_decide() -> None:
    model = fitted(0.98, vectors=False)
    assert model.ranking(Example("how much for a copy"), 1)[0][0] == "fees"


@pytest.mark.parametrize("vectors", [True, False])
def test_what_is_stored_is_what_was_learned(tmp_path: Path, vectors: bool) -> None:
    model = fitted(0.98, vectors)
    model.save(tmp_path)
    again = LinearModel.load(tmp_path)
    assert again.labels == model.labels
    for text in ("a copy by fax", "bye", "zzz"):
        example = Example(text, (), meaning("bye") if vectors else None)
        same = np.abs(again.probabilities(example) - model.probabilities(example)).max()
        assert same < 0.002 and abs(again.probabilities(example).sum() - 1) < 1e-5


def test_arrays_that_do_not_fit_are_refused(tmp_path: Path) -> None:
    fitted(0.98).save(tmp_path)
    np.save(tmp_path / "words" / UNDETERMINED / "words.npy", np.zeros((2, 3), np.float16))
    with pytest.raises(ValueError, match="fit together"):
        LinearModel.load(tmp_path)


def test_a_text_is_judged_in_its_own_language() -> None:
    pairs = [("gift for you", "greet", "en"), ("so much", "fees", "en"), ("pay", "fees", "en")]
    pairs += [("das gift", "emergency", "de"), ("so viel", "fees", "de"), ("hallo", "greet", "de")]
    examples = [Example(text, languages=(code,)) for text, _, code in pairs]
    model = LinearModel.fit(examples, [label for _, label, _ in pairs], SETTINGS)

    def likeliest(*languages: str) -> str:
        return model.ranking(Example("gift", languages=languages), 1)[0][0]

    assert likeliest("en") == "greet" and likeliest("de-AT") == "emergency"
    assert likeliest("fr") == likeliest() == likeliest("de", "en")


def test_a_label_without_examples_in_a_language_is_never_likely_there() -> None:
    examples = [Example(text, languages=("en",)) for text in ("hello", "hello you", "bye", "bye!")]
    examples += [Example(text, languages=("de",)) for text in ("hilfe", "hallo")]
    labels = ["greet", "greet", "bye", "bye", "help", "greet"]
    model = LinearModel.fit(examples, labels, SETTINGS)
    assert [n for n, _ in model.ranking(Example("hilfe", languages=("en",)), 3)][-1] == "help"


@pytest.mark.parametrize("languages", [("en", "de"), ()])
def test_an_example_of_several_languages_or_of_none_teaches_each(
    languages: tuple[str, ...],
) -> None:
    examples = [Example("ok", languages=languages), Example("no", languages=("en",))]
    examples += [Example("yes", languages=("en",)), Example("no", languages=("en",))]
    examples += [Example("ja", languages=("de",)), Example("nein", languages=("de",))]
    labels = ["affirm", "deny", "greet", "deny", "greet", "deny"]
    model = LinearModel.fit(examples, labels, SETTINGS)
    for code in ("en", "de"):
        assert model.ranking(Example("ok", languages=(code,)), 1)[0][0] == "affirm"
