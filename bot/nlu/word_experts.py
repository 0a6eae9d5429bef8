"""Logistic regressions over n-grams and lexicon features, one for each language.

One for all languages together was worse in all but Spanish, by 1 to 10 points (docs/nlu.md): the
same letters mean other things elsewhere, and English terms stand in everybody's messages.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_matrix

from bot.languages import same_language
from bot.nlu.ngrams import Array, NgramSettings, NgramVectorizer

if TYPE_CHECKING:
    from sklearn.linear_model import LogisticRegression

UNDETERMINED = "und"
"""The code (of BCP 47) for examples of which nobody says in which language they are."""

_INDEX = "experts.json"


class Words(Protocol):
    """What an expert looks at: see :class:`bot.nlu.linear_model.Example`."""

    @property
    def text(self) -> str:
        """The text."""
        ...

    @property
    def features(self) -> tuple[str, ...]:
        """Named lexicon features."""
        ...

    @property
    def languages(self) -> tuple[str, ...]:
        """The languages it is, or may be, written in."""
        ...


@dataclass(frozen=True)
class Layer:
    """A logistic regression.

    Attributes:
        weights: [inputs, labels]; of half precision where they were kept so.
        bias: [labels].
    """

    weights: Array
    bias: Array

    @classmethod
    def fit(
        cls,
        inputs: csr_matrix | Array,
        given: Sequence[str],
        labels: Sequence[str],
        c: float,
        iterations: int,
    ) -> Layer:
        """Learns.

        Args:
            inputs: A row for each example.
            given: The label of each.
            labels: All that there are; one without examples here is never likely.
            c: Inverse regularisation.
            iterations: Where the solver stops at the latest.
        """
        found = sorted(set(given))
        weights = np.zeros((inputs.shape[1], len(labels)), dtype=np.float32)
        bias = np.zeros(len(labels), dtype=np.float32)
        if len(found) > 1:
            fitted = _fitted(inputs, given, c, iterations)
            coefficients, intercepts = fitted.coef_, fitted.intercept_
            if len(found) == 2:  # scikit-learn then keeps the second label's only
                coefficients = np.concatenate([-coefficients, coefficients]) / 2
                intercepts = np.concatenate([-intercepts, intercepts]) / 2
            columns = [labels.index(name) for name in found]
            bias += intercepts.min()
            weights[:, columns], bias[columns] = coefficients.T, intercepts
        return cls(weights, bias)

    @classmethod
    def load(cls, folder: Path, name: str) -> Layer:
        """Reads what :meth:`save` wrote, the weights as they were kept."""
        weights = np.load(folder / f"{name}.npy", allow_pickle=False)
        return cls(weights, np.load(folder / f"{name}_bias.npy", allow_pickle=False))

    def save(self, folder: Path, name: str, kept: npt.DTypeLike = np.float32) -> None:
        """Writes two arrays, the weights as the type `kept`."""
        np.save(folder / f"{name}.npy", self.weights.astype(kept), allow_pickle=False)
        np.save(folder / f"{name}_bias.npy", self.bias, allow_pickle=False)


@dataclass(frozen=True)
class WordExpert:
    """What one language's n-grams say."""

    vectorizer: NgramVectorizer
    layer: Layer

    def logits(self, example: Words) -> Array:
        """A number for each label."""
        columns, values = self.vectorizer.vector(example.text, example.features)
        # Kept in half precision; only the rows in use are made whole.
        weights = self.layer.weights[columns].astype(np.float32, copy=False)
        logits: Array = self.layer.bias + values @ weights
        return logits


class WordExperts:
    """Asks the expert of the language that a text is written in, or all where none is known."""

    def __init__(self, experts: dict[str, WordExpert]) -> None:
        """Args: by language code; at least one."""
        self._experts = experts

    @classmethod
    def fit(
        cls,
        examples: Sequence[Words],
        given: Sequence[str],
        labels: Sequence[str],
        c: float,
        iterations: int,
        settings: NgramSettings,
    ) -> WordExperts:
        """Learns an expert for each language that the examples are in.

        Args:
            examples: The training examples; one in two languages teaches both, one of which no
                language is known teaches all.
            given: The label of each.
            labels: All that there are.
            c: Inverse regularisation.
            iterations: Where the solver stops at the latest.
            settings: Which n-grams count.
        """
        known = {code for example in examples for code in example.languages} or {UNDETERMINED}
        rows: dict[str, list[int]] = defaultdict(list)
        for row, example in enumerate(examples):
            for code in example.languages or known:
                rows[code].append(row)
        experts = {}
        for code, own in sorted(rows.items()):
            texts = [examples[row].text for row in own]
            features = [examples[row].features for row in own]
            vectorizer = NgramVectorizer.fit(texts, features, settings)
            matrix = vectorizer.matrix(texts, features)
            layer = Layer.fit(matrix, [given[row] for row in own], labels, c, iterations)
            experts[code] = WordExpert(vectorizer, layer)
        return cls(experts)

    def logits(self, example: Words) -> Array:
        """The mean of what the experts of its languages say."""
        found = [expert.logits(example) for expert in self._asked(example.languages)]
        mean: Array = np.mean(found, axis=0, dtype=np.float32)
        return mean

    def _asked(self, languages: Iterable[str]) -> list[WordExpert]:
        found = [
            expert
            for code, expert in self._experts.items()
            if any(same_language(code, language) for language in languages)
        ]
        return found or list(self._experts.values())

    def save(self, folder: Path) -> None:
        """Writes a folder for each language."""
        for code, expert in self._experts.items():
            (folder / code).mkdir()
            expert.vectorizer.save(folder / code)
            # Half precision halves the file; a probability differs by less than 0.001.
            expert.layer.save(folder / code, "words", np.float16)
        (folder / _INDEX).write_text(json.dumps(sorted(self._experts)), encoding="utf-8")

    @classmethod
    def load(cls, folder: Path, labels: int) -> WordExperts:
        """Reads what :meth:`save` wrote.

        Raises:
            ValueError, KeyError, OSError: Files are missing or damaged; nothing is guessed.
        """
        experts = {}
        for code in json.loads((folder / _INDEX).read_text(encoding="utf-8")):
            vectorizer = NgramVectorizer.load(folder / code)
            layer = Layer.load(folder / code, "words")
            if layer.weights.shape != (len(vectorizer.vocabulary), labels):
                raise ValueError(f"the arrays of the model do not fit together ({code})")
            experts[str(code)] = WordExpert(vectorizer, layer)
        if not experts:
            raise ValueError("the model names no language")
        return cls(experts)


def _fitted(
    inputs: csr_matrix | Array, given: Sequence[str], c: float, iterations: int
) -> LogisticRegression:
    from sklearn.linear_model import LogisticRegression  # 1.2 s that only training needs

    model = LogisticRegression(
        C=c, class_weight="balanced", max_iter=iterations, solver="lbfgs", random_state=0
    )
    return model.fit(inputs, list(given))
