"""Compares ways to classify, on sentences that training never sees: the table of docs/nlu.md.

    python -m benchmarks.pipelines [--every 3] [--quick]

Each way is fitted on data/nlu and judged on tests/nlu: mean and worst language of top 1, how far
its probabilities are from how often it is right (expected calibration error), the share of
messages that need no encoder. Every third utterance is fitted unless told otherwise: the ways are
compared with each other. `--quick` leaves out the cross-validation of C.
"""

from __future__ import annotations

import argparse
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from scipy.optimize import minimize_scalar
from scipy.sparse import csr_matrix, hstack
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import StratifiedKFold

from benchmarks.features import Features
from bot.chinese import simplified
from bot.evaluation.labelled import Labelled, own_messages
from bot.languages import load_languages
from bot.nlu.linear_model import Example, FitSettings
from bot.nlu.ngrams import Array, NgramVectorizer
from bot.nlu.utterances import read_examples
from bot.nlu.word_experts import WordExperts
from bot.paths import PROJECT
from bot.text import clean

SETTINGS = FitSettings()
CASCADE = (0.8, 0.9, 0.95, 0.98)
"""Calibrated confidence of the n-grams from which the encoder would not be asked."""

BINS = 15


@dataclass(frozen=True)
class Data:
    """Examples as features, and what is right for them."""

    ngrams: csr_matrix
    vectors: Array
    bare: Array


def main() -> None:
    """Prints the tables."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--every", type=int, default=3, help="take every n-th utterance (3)")
    options = parser.parse_args()
    utterances = read_examples(PROJECT / "data" / "nlu")[:: options.every]
    labels = np.array([utterance.intent for utterance in utterances])
    messages = [m for code in load_languages().offered for m in own_messages(code)]
    texts = [u.text for u in utterances] + [clean(m.text).text for m in messages]
    texts = [simplified(text) for text in texts]
    languages = [u.language for u in utterances] + [m.language for m in messages]
    adapted = Features().examples(texts, languages)
    bare = Features(adapted=False).examples(texts, languages)
    names, end = np.unique(labels), len(labels)
    train, test = _data(adapted, bare, end)
    logits = _logits(train, test, labels, SETTINGS)
    logits["ngrams"] = _experts(adapted[:end], adapted[end:], labels, names)
    judge = Judge(names, messages)
    print(
        f"{len(labels)} utterances, {len(messages)} sentences of {len(judge.languages)} languages"
    )
    print(f"{'way':44s} {'mean':>5s} {'worst':>5s} {'ECE':>5s} {'no encoder':>10s}")
    pooled = SETTINGS.ngram_share * logits["ngrams"] + SETTINGS.dense_share * logits["adapted"]
    judge.show("n-grams and entities, all languages together", logits["ngrams together"], 100.0)
    judge.show("n-grams and entities, each language apart", logits["ngrams"], 100.0)
    judge.show("the bare encoder", logits["bare"])
    judge.show("n-grams and the bare encoder, together", logits["together bare"])
    judge.show("the adapted encoder", logits["adapted"])
    judge.show("n-grams and the adapted encoder, together", logits["together"])
    judge.show("the same two learned apart, logits added", pooled)
    scale = judge.temperature(pooled)
    judge.show(f"  calibrated (logits times {scale:.2f})", scale * pooled)
    sure = judge.temperature(logits["ngrams"]) * logits["ngrams"]
    for threshold in CASCADE:
        alone = probabilities(sure).max(1) >= threshold
        cascade = np.where(alone[:, None], sure, pooled)
        judge.show(f"cascade: n-grams alone from {threshold}", cascade, 100 * alone.mean())
    if not options.quick:
        _cross_validate(adapted[:end], train.bare, labels, names)


class Judge:
    """Knows what is right for each sentence."""

    def __init__(self, names: Array, messages: Sequence[Labelled]) -> None:
        """Args: the labels in the order of the logits, and the sentences."""
        self._index = {name: index for index, name in enumerate(names)}
        self._right = [[self._index[n] for n in m.right if n in self._index] for m in messages]
        self.languages: dict[str, list[int]] = defaultdict(list)
        for index, message in enumerate(messages):
            self.languages[message.language].append(index)

    def hits(self, logits: Array) -> Array:
        """Is the likeliest label right?"""
        best = logits.argmax(1)
        return np.array([b in right for b, right in zip(best, self._right, strict=True)])

    def temperature(self, logits: Array) -> float:
        """The factor that makes the probabilities tell the truth, fitted on every other sentence.

        Half of the evaluation sentences set it, so it is reported and not used by the assistant.
        """
        first = np.array([right[0] for right in self._right])[::2]

        def loss(factor: float) -> float:
            p = probabilities(factor * logits[::2])
            return float(-np.log(p[np.arange(len(first)), first] + 1e-9).mean())

        return float(minimize_scalar(loss, bounds=(0.05, 5), method="bounded").x)

    def show(self, way: str, logits: Array, no_encoder: float = 0.0) -> None:
        """Prints a row."""
        hits = self.hits(logits)
        by_language = {c: 100 * hits[rows].mean() for c, rows in self.languages.items()}
        worst = min(by_language, key=lambda code: by_language[code])
        error = 100 * calibration_error(probabilities(logits).max(1), hits)
        print(
            f"{way:44s} {np.mean(list(by_language.values())):5.1f} {by_language[worst]:5.1f} "
            f"{error:5.1f} {no_encoder:9.0f}%  {worst}"
        )


def probabilities(logits: Array) -> Array:
    """The softmax of each row."""
    exponents = np.exp(logits - logits.max(1, keepdims=True))
    result: Array = exponents / exponents.sum(1, keepdims=True)
    return result


def calibration_error(confidence: Array, hits: Array) -> float:
    """The mean distance of confidence and share right, over equally wide bins."""
    bins = np.minimum((confidence * BINS).astype(int), BINS - 1)
    parts = [bins == each for each in np.unique(bins)]
    return float(
        sum(abs(confidence[part].mean() - hits[part].mean()) * part.mean() for part in parts)
    )


def _data(adapted: Sequence[Example], bare: Sequence[Example], end: int) -> tuple[Data, Data]:
    texts, features = [e.text for e in adapted], [e.features for e in adapted]
    vectorizer = NgramVectorizer.fit(texts[:end], features[:end], SETTINGS.ngrams)
    matrix = vectorizer.matrix(texts, features)
    vectors, plain = (np.stack([e.vector() for e in some]) for some in (adapted, bare))
    return (
        Data(matrix[:end], vectors[:end], plain[:end]),
        Data(matrix[end:], vectors[end:], plain[end:]),
    )


def _experts(
    train: Sequence[Example],
    test: Sequence[Example],
    labels: Array,
    names: Array,
    settings: FitSettings = SETTINGS,
) -> Array:
    """What the n-grams of each sentence's own language say."""
    experts = WordExperts.fit(
        train, list(labels), list(names), settings.c, settings.max_iterations, settings.ngrams
    )
    return np.stack([experts.logits(example) for example in test])


def _logits(train: Data, test: Data, labels: Array, settings: FitSettings) -> dict[str, Array]:
    scale = settings.dense_scale
    ways = {
        "ngrams together": (train.ngrams, test.ngrams, settings.c),
        # The bare vectors were not made to tell our intents apart: C as cross-validation says.
        "bare": (scale * train.bare, scale * test.bare, 1.0),
        "adapted": (scale * train.vectors, scale * test.vectors, settings.dense_c),
        "together": (
            hstack([train.ngrams, scale * train.vectors], format="csr"),
            hstack([test.ngrams, scale * test.vectors], format="csr"),
            settings.c,
        ),
        "together bare": (
            hstack([train.ngrams, scale * train.bare], format="csr"),
            hstack([test.ngrams, scale * test.bare], format="csr"),
            settings.c,
        ),
    }
    return {
        name: _fitted(x, labels, c, settings).decision_function(y)
        for name, (x, y, c) in ways.items()
    }


def _fitted(
    features: csr_matrix | Array, labels: Array, c: float, settings: FitSettings
) -> LogisticRegression:
    model = LogisticRegression(
        C=c, class_weight="balanced", max_iter=settings.max_iterations, random_state=0
    )
    return model.fit(features, labels)


def _cross_validate(examples: Sequence[Example], bare: Array, labels: Array, names: Array) -> None:
    """C of both parts by three folds; the adapter has seen all folds, so only the bare vectors."""
    print("C by three-fold cross-validation, top 1")
    folds = list(StratifiedKFold(3, shuffle=True, random_state=0).split(bare, labels))
    for c in (5.0, 20.0, 80.0):
        settings = replace(SETTINGS, c=c)
        hits = [
            _experts([examples[i] for i in a], [examples[i] for i in b], labels[a], names, settings)
            .argmax(1) == np.searchsorted(names, labels[b])
            for a, b in folds
        ]  # fmt: skip
        print(f"  n-grams        C {c:5.1f}  {100 * np.concatenate(hits).mean():.1f}")
    scaled = SETTINGS.dense_scale * bare
    for c in (0.1, 1.0, 10.0):
        shares = [
            _fitted(scaled[a], labels[a], c, SETTINGS).score(scaled[b], labels[b]) for a, b in folds
        ]
        print(f"  bare vectors   C {c:5.1f}  {100 * np.mean(shares):.1f}")


if __name__ == "__main__":
    main()
