"""Logistic regressions over n-grams with lexicon features and over sentence vectors, pooled.

They are learned apart and their logits added: learned together, the vectors, which the encoder was
tuned on the same utterances to tell apart, would leave the n-grams nothing to learn (docs/nlu.md).
Where the n-grams alone are sure, the vector is not asked for: encoding is half of understanding.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from bot.nlu.ngrams import Array, NgramSettings
from bot.nlu.word_experts import Layer, WordExperts

_META, _WORDS, _MEANING = "linear_model.json", "words", "meaning"


@dataclass(frozen=True)
class Example:
    """A text with what is known of it.

    Attributes:
        text: As cleaned by :func:`bot.text.clean`.
        features: Named lexicon features, such as "subject=child".
        dense: The sentence vector of an encoder, or what gives it, if there is one.
        languages: Codes of the languages it is in, as far as that is known.
    """

    text: str
    features: tuple[str, ...] = ()
    dense: Array | Callable[[], Array] | None = None
    languages: tuple[str, ...] = ()

    def vector(self) -> Array | None:
        """The sentence vector."""
        return self.dense() if callable(self.dense) else self.dense


@dataclass(frozen=True)
class FitSettings:
    """How to learn.

    Attributes:
        c: Inverse regularisation of the n-grams; more trusts the training data more.
        max_iterations: Where the solver stops at the latest.
        dense_c: Inverse regularisation of the vectors.
        dense_scale: Encoder vectors have length one; the solver sees them this long.
        ngram_share: What the logits of the n-grams count beside vectors.
        dense_share: What those of the vectors count.
        sure: P(label) by n-grams alone from which it stands; set by `benchmarks.cascade`.
        ngrams: Which n-grams count.
    """

    c: float = 20.0
    max_iterations: int = 80
    dense_c: float = 0.1
    dense_scale: float = 15.0
    ngram_share: float = 0.5
    dense_share: float = 0.6
    sure: float = 0.98
    ngrams: NgramSettings = NgramSettings()


class LinearModel:
    """P(label) for a text; everything it stores is a plain array or JSON."""

    def __init__(
        self,
        labels: Sequence[str],
        words: WordExperts,
        meaning: Layer | None,
        *,
        sure: float,
        shares: tuple[float, float],
        dense_scale: float,
    ) -> None:
        """Args: as :meth:`fit` and :meth:`load` make them; `meaning` is that of the vectors."""
        self.labels = list(labels)
        self._words, self._meaning = words, meaning
        self.sure, self._shares, self._dense_scale = sure, shares, dense_scale

    @classmethod
    def fit(
        cls,
        examples: Sequence[Example],
        labels: Sequence[str],
        settings: FitSettings = FitSettings(),
    ) -> LinearModel:
        """Learns from labelled examples.

        Raises:
            ValueError: Some examples have sentence vectors and some have none.
        """
        dense = [vector for each in examples if (vector := each.vector()) is not None]
        if dense and len(dense) != len(examples):
            raise ValueError("either all examples have a sentence vector or none has")
        names = sorted({str(label) for label in labels})
        iterations = settings.max_iterations
        words = WordExperts.fit(examples, labels, names, settings.c, iterations, settings.ngrams)
        meaning = None
        if dense:
            scaled = np.stack(dense) * settings.dense_scale
            meaning = Layer.fit(scaled, labels, names, settings.dense_c, iterations)
        return cls(
            names,
            words,
            meaning,
            sure=settings.sure,
            shares=(settings.ngram_share, settings.dense_share),
            dense_scale=settings.dense_scale,
        )

    def probabilities(self, example: Example, words_may_decide: bool = True) -> Array:
        """P(label) for each of :attr:`labels`.

        Args:
            example: The text and what is known of it.
            words_may_decide: Its vector is not asked for where the words alone are sure.
        """
        words = self._words.logits(example)
        alone = _softmax(words)
        if self._meaning is None or (words_may_decide and alone.max() >= self.sure):
            return alone
        vector = example.vector()
        if vector is None:
            return alone
        meaning = self._meaning.bias + (vector * self._dense_scale) @ self._meaning.weights
        return _softmax(self._shares[0] * words + self._shares[1] * meaning)

    def ranking(
        self, example: Example, length: int, words_may_decide: bool = True
    ) -> list[tuple[str, float]]:
        """The most probable labels, first the best; see :meth:`probabilities`."""
        probabilities = self.probabilities(example, words_may_decide)
        order = np.argsort(probabilities)[::-1][:length]
        return [(self.labels[index], float(probabilities[index])) for index in order]

    def save(self, folder: Path) -> None:
        """Writes JSON and numpy arrays; nothing in them can run code when loaded."""
        meta = {
            "labels": self.labels,
            "shares": self._shares,
            "sure": self.sure,
            "dense_scale": self._dense_scale,
            "meaning": self._meaning is not None,
        }
        (folder / _META).write_text(json.dumps(meta), encoding="utf-8")
        (folder / _WORDS).mkdir()
        self._words.save(folder / _WORDS)
        if self._meaning is not None:
            self._meaning.save(folder, _MEANING)

    @classmethod
    def load(cls, folder: Path) -> LinearModel:
        """Reads what :meth:`save` wrote.

        Raises:
            ValueError, KeyError, OSError: Files are missing or damaged; nothing is guessed.
        """
        meta = json.loads((folder / _META).read_text(encoding="utf-8"))
        of_words, of_meaning = map(float, meta["shares"])
        return cls(
            meta["labels"],
            WordExperts.load(folder / _WORDS, len(meta["labels"])),
            Layer.load(folder, _MEANING) if meta["meaning"] else None,
            sure=float(meta["sure"]),
            shares=(of_words, of_meaning),
            dense_scale=float(meta["dense_scale"]),
        )


def _softmax(logits: Array) -> Array:
    exponents = np.exp(logits - logits.max())
    result: Array = exponents / exponents.sum()
    return result


def lexicon_features(entities: Iterable[tuple[str, str]]) -> tuple[str, ...]:
    """What the entity matchers found, as named features."""
    return tuple(f"{field}={value}" for field, value in entities)
