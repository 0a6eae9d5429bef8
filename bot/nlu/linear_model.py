"""Two logistic regressions, over n-grams with lexicon features and over sentence vectors, pooled.

They are learned apart and their logits added: learned together, the vectors, which the encoder was
tuned on the same utterances to tell apart, would leave the n-grams nothing to learn (docs/nlu.md).
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
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
        dense: The sentence vector of an encoder, if there is one.
    """

    text: str
    features: tuple[str, ...] = ()
    dense: Array | None = None


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
        ngrams: Which n-grams count.
    """

    c: float = 20.0
    max_iterations: int = 80
    dense_c: float = 0.1
    dense_scale: float = 15.0
    ngram_share: float = 0.6
    dense_share: float = 0.6
    ngrams: NgramSettings = NgramSettings()


class LinearModel:
    """P(label) for a text; everything it stores is a plain array or JSON."""

    def __init__(
        self,
        labels: Sequence[str],
        vectorizer: NgramVectorizer,
        weights: Array,
        bias: Array,
        dense_weights: Array | None,
        dense_scale: float,
    ) -> None:
        """Args: as :meth:`fit` and :meth:`load` make them."""
        self.labels = list(labels)
        self._vectorizer, self._weights, self._bias = vectorizer, weights, bias
        self._dense_weights, self._dense_scale = dense_weights, dense_scale

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
        dense = [example.dense for example in examples if example.dense is not None]
        if dense and len(dense) != len(examples):
            raise ValueError("either all examples have a sentence vector or none has")
        iterations = settings.max_iterations
        ngrams = _fit(vectorizer.matrix(texts, features), labels, settings.c, iterations)
        names = [str(label) for label in ngrams.classes_]
        weights = np.ascontiguousarray(ngrams.coef_.T.astype(np.float32))
        bias = ngrams.intercept_.astype(np.float32)
        if not dense:
            return cls(names, vectorizer, weights, bias, None, settings.dense_scale)
        vectors = np.stack(dense) * settings.dense_scale
        meaning = _fit(vectors, labels, settings.dense_c, iterations)
        return cls(
            names,
            vectorizer,
            settings.ngram_share * weights,
            settings.ngram_share * bias
            + settings.dense_share * meaning.intercept_.astype(np.float32),
            settings.dense_share * np.ascontiguousarray(meaning.coef_.T.astype(np.float32)),
            settings.dense_scale,
        )

    def probabilities(self, example: Example) -> Array:
        """P(label) for each of :attr:`labels`."""
        columns, values = self._vectorizer.vector(example.text, example.features)
        logits = self._bias + values @ self._weights[columns]
        if self._dense_weights is not None and example.dense is not None:
            logits = logits + (example.dense * self._dense_scale) @ self._dense_weights
        exponents = np.exp(logits - logits.max())
        result: Array = exponents / exponents.sum()
        return result

    def ranking(self, example: Example, length: int) -> list[tuple[str, float]]:
        """The most probable labels, first the best."""
        probabilities = self.probabilities(example)
        order = np.argsort(probabilities)[::-1][:length]
        return [(self.labels[index], float(probabilities[index])) for index in order]

    def save(self, folder: Path) -> None:
        """Writes JSON and numpy arrays; nothing in them can run code when loaded."""
        self._vectorizer.save(folder)
        meta = {"labels": self.labels, "dense_scale": self._dense_scale}
        (folder / "linear_model.json").write_text(json.dumps(meta), encoding="utf-8")
        # Half precision halves the file; the difference in a probability is below 0.001.
        np.save(folder / "weights.npy", self._weights.astype(np.float16), allow_pickle=False)
        np.save(folder / "bias.npy", self._bias, allow_pickle=False)
        if self._dense_weights is not None:
            np.save(folder / "dense_weights.npy", self._dense_weights, allow_pickle=False)

    @classmethod
    def load(cls, folder: Path) -> LinearModel:
        """Reads what :meth:`save` wrote.

        Raises:
            ValueError, KeyError, OSError: Files are missing or damaged; nothing is guessed.
        """
        meta = json.loads((folder / "linear_model.json").read_text(encoding="utf-8"))
        dense = folder / "dense_weights.npy"
        model = cls(
            meta["labels"],
            NgramVectorizer.load(folder),
            np.load(folder / "weights.npy", allow_pickle=False).astype(np.float32),
            np.load(folder / "bias.npy", allow_pickle=False),
            np.load(dense, allow_pickle=False) if dense.exists() else None,
            float(meta["dense_scale"]),
        )
        terms, classes = model._weights.shape
        if terms != len(model._vectorizer.vocabulary) or classes != len(model.labels):
            raise ValueError("the arrays of the model do not fit together")
        return model


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
