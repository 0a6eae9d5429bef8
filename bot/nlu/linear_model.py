"""Two logistic regressions, over n-grams with lexicon features and over sentence vectors, pooled.

They are learned apart and their logits added: learned together, the vectors, which the encoder was
tuned on the same utterances to tell apart, would leave the n-grams nothing to learn (docs/nlu.md).
Where the n-grams alone are sure, the vector is not asked for: encoding is half of understanding.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from scipy.sparse import csr_matrix

from bot.nlu.ngrams import Array, NgramSettings, NgramVectorizer

if TYPE_CHECKING:
    from sklearn.linear_model import LogisticRegression


@dataclass(frozen=True)
class Example:
    """A text with what is known of it.

    Attributes:
        text: As cleaned by :func:`bot.text.clean`.
        features: Named lexicon features, such as "subject=child".
        dense: The sentence vector of an encoder, or what gives it, if there is one.
    """

    text: str
    features: tuple[str, ...] = ()
    dense: Array | Callable[[], Array] | None = None

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
    ngram_share: float = 0.6
    dense_share: float = 0.6
    sure: float = 0.995
    ngrams: NgramSettings = NgramSettings()


class LinearModel:
    """P(label) for a text; everything it stores is a plain array or JSON."""

    def __init__(
        self,
        labels: Sequence[str],
        vectorizer: NgramVectorizer,
        words: Layer,
        meaning: Layer | None,
        *,
        sure: float,
        dense_scale: float,
    ) -> None:
        """Args: as :meth:`fit` and :meth:`load` make them; `meaning` is that of the vectors."""
        self.labels = list(labels)
        self._vectorizer, self._words, self._meaning = vectorizer, words, meaning
        self.sure, self._dense_scale = sure, dense_scale

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
        texts = [example.text for example in examples]
        features = [example.features for example in examples]
        vectorizer = NgramVectorizer.fit(texts, features, settings.ngrams)
        dense = [vector for each in examples if (vector := each.vector()) is not None]
        if dense and len(dense) != len(examples):
            raise ValueError("either all examples have a sentence vector or none has")
        iterations = settings.max_iterations
        ngrams = _fit(vectorizer.matrix(texts, features), labels, settings.c, iterations)
        words = Layer.of(ngrams, settings.ngram_share)
        meaning = None
        if dense:
            scaled = np.stack(dense) * settings.dense_scale
            fitted = _fit(scaled, labels, settings.dense_c, iterations)
            meaning = Layer.of(fitted, settings.dense_share)
        return cls(
            [str(label) for label in ngrams.classes_],
            vectorizer,
            words,
            meaning,
            sure=settings.sure,
            dense_scale=settings.dense_scale,
        )

    def probabilities(self, example: Example, words_may_decide: bool = True) -> Array:
        """P(label) for each of :attr:`labels`.

        Args:
            example: The text and what is known of it.
            words_may_decide: Its vector is not asked for where the words alone are sure.
        """
        columns, values = self._vectorizer.vector(example.text, example.features)
        words = self._words.bias + values @ self._words.weights[columns]
        alone = _softmax(words)
        if self._meaning is None or (words_may_decide and alone.max() >= self.sure):
            return alone
        vector = example.vector()
        if vector is None:
            return alone
        meaning = self._meaning.bias + (vector * self._dense_scale) @ self._meaning.weights
        return _softmax(self._words.share * words + self._meaning.share * meaning)

    def ranking(
        self, example: Example, length: int, words_may_decide: bool = True
    ) -> list[tuple[str, float]]:
        """The most probable labels, first the best; see :meth:`probabilities`."""
        probabilities = self.probabilities(example, words_may_decide)
        order = np.argsort(probabilities)[::-1][:length]
        return [(self.labels[index], float(probabilities[index])) for index in order]

    def save(self, folder: Path) -> None:
        """Writes JSON and numpy arrays; nothing in them can run code when loaded."""
        self._vectorizer.save(folder)
        layers = {"words": self._words, "meaning": self._meaning}
        shares = {name: layer.share for name, layer in layers.items() if layer is not None}
        meta = {
            "labels": self.labels,
            "shares": shares,
            "sure": self.sure,
            "dense_scale": self._dense_scale,
        }
        (folder / "linear_model.json").write_text(json.dumps(meta), encoding="utf-8")
        for name, layer in layers.items():
            if layer is not None:
                # Half precision halves the file; a probability differs by less than 0.001.
                kept = layer.weights.astype(np.float16 if name == "words" else np.float32)
                np.save(folder / f"{name}.npy", kept, allow_pickle=False)
                np.save(folder / f"{name}_bias.npy", layer.bias, allow_pickle=False)

    @classmethod
    def load(cls, folder: Path) -> LinearModel:
        """Reads what :meth:`save` wrote.

        Raises:
            ValueError, KeyError, OSError: Files are missing or damaged; nothing is guessed.
        """
        meta = json.loads((folder / "linear_model.json").read_text(encoding="utf-8"))
        layers = {
            str(name): Layer(
                np.load(folder / f"{name}.npy", allow_pickle=False).astype(np.float32),
                np.load(folder / f"{name}_bias.npy", allow_pickle=False),
                float(share),
            )
            for name, share in meta["shares"].items()
        }
        model = cls(
            meta["labels"],
            NgramVectorizer.load(folder),
            layers["words"],
            layers.get("meaning"),
            sure=float(meta["sure"]),
            dense_scale=float(meta["dense_scale"]),
        )
        terms, classes = layers["words"].weights.shape
        if terms != len(model._vectorizer.vocabulary) or classes != len(model.labels):
            raise ValueError("the arrays of the model do not fit together")
        return model


@dataclass(frozen=True)
class Layer:
    """One of the two regressions.

    Attributes:
        weights: [inputs, labels].
        bias: [labels].
        share: What its logits count beside the other's.
    """

    weights: Array
    bias: Array
    share: float

    @classmethod
    def of(cls, fitted: LogisticRegression, share: float) -> Layer:
        """What was learned, in single precision."""
        weights = np.ascontiguousarray(fitted.coef_.T.astype(np.float32))
        return cls(weights, fitted.intercept_.astype(np.float32), share)


def _softmax(logits: Array) -> Array:
    exponents = np.exp(logits - logits.max())
    result: Array = exponents / exponents.sum()
    return result


def _fit(
    matrix: csr_matrix | Array, labels: Sequence[str], c: float, iterations: int
) -> LogisticRegression:
    from sklearn.linear_model import LogisticRegression  # 1.2 s that only training needs

    model = LogisticRegression(
        C=c, class_weight="balanced", max_iter=iterations, solver="lbfgs", random_state=0
    )
    return model.fit(matrix, list(labels))


def lexicon_features(entities: Iterable[tuple[str, str]]) -> tuple[str, ...]:
    """What the entity matchers found, as named features."""
    return tuple(f"{field}={value}" for field, value in entities)
