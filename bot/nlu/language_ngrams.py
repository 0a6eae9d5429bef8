"""Languages told apart by the letters and words of our own training utterances.

A multinomial Naive Bayes on character 1- to 4-grams, kept as plain arrays: it learns from a few
hundred utterances a language in about a second, loads in milliseconds and needs no pickle.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bot.nlu.phrases import capitalised_inside, without_accents, words_of

_LONGEST = 4
_VOCABULARY = 30_000
_SMOOTHING = 0.3
_MANY = 5_000  # words, about as many as a finished language has
# Every letter is part of some four n-grams, so the plain sum counts the same evidence four times
# ("hi" came out Vietnamese with p = 1.0).
_OVERLAP = 1 / _LONGEST
_ARRAYS = "language_ngrams.npz"
_VOCABULARIES = "language_ngrams.json"


def ngrams(word: str) -> Iterator[str]:
    """The character n-grams of a word, with a space for its beginning and end, and all of it."""
    padded = f" {word} "
    for size in range(1, _LONGEST + 1):
        for start in range(len(padded) - size + 1):
            gram = padded[start : start + size]
            if gram != " ":
                yield gram
    if len(padded) > _LONGEST:
        yield padded


class NgramModel:
    """Letters and words of each language that has training utterances."""

    def __init__(
        self,
        codes: Sequence[str],
        grams: Sequence[str],
        log_probabilities: NDArray[np.float32],
        words: Sequence[str],
        word_counts: NDArray[np.int32],
    ) -> None:
        """Use :meth:`train` or :meth:`load`."""
        self.codes = tuple(codes)
        self._grams = {gram: index for index, gram in enumerate(grams)}
        # A row for each n-gram: those of a message are picked out in one step.
        self._by_gram = np.ascontiguousarray(log_probabilities.T)
        self._words = {word: index for index, word in enumerate(words)}
        self._word_counts = word_counts
        # A language of which we have little claims little: "chart" in one of fifty lines is no
        # reason to doubt that it is English.
        totals = np.maximum(word_counts.sum(axis=1, keepdims=True), min(_MANY, word_counts.sum()))
        # A language's share in a word: 1.0 is a word that only this language has.
        frequencies = word_counts / totals
        self._word_shares = frequencies / np.maximum(frequencies.sum(axis=0), 1e-12)

    @classmethod
    def train(cls, utterances: Mapping[str, Sequence[str]]) -> NgramModel:
        """Counts n-grams and words.

        Args:
            utterances: What people write, by language.

        Returns:
            The model.
        """
        codes = sorted(code for code, texts in utterances.items() if texts)
        grams: list[Counter[str]] = []
        words: list[Counter[str]] = []
        for code in codes:
            language_grams, language_words = _counts(utterances[code])
            grams.append(language_grams)
            words.append(language_words)
        vocabulary = _commonest(grams, _VOCABULARY)
        counts = _matrix(grams, vocabulary) + _SMOOTHING
        log_probabilities = np.log(counts / counts.sum(axis=1, keepdims=True))
        lexicon = _commonest(words, _VOCABULARY)
        return cls(
            codes,
            vocabulary,
            log_probabilities.astype(np.float32),
            lexicon,
            _matrix(words, lexicon).astype(np.int32),
        )

    def probabilities(
        self,
        words: Sequence[tuple[str, float]],
        among: Collection[str],
        bonus: Mapping[str, float],
    ) -> dict[str, float]:
        """How probable each trained language is for these words.

        Args:
            words: Folded words, with their accents, and how much each counts.
            among: The languages that come into question.
            bonus: Further evidence to add, in nats by language.

        Returns:
            Probabilities that add up to 1; empty if nothing was trained.
        """
        rows = [row for row, code in enumerate(self.codes) if code in among]
        if not rows:
            return {}
        grams: list[int] = []
        weights: list[float] = []
        for word, weight in words:
            known = [self._grams[gram] for gram in ngrams(word) if gram in self._grams]
            grams += known
            weights += [weight * _OVERLAP] * len(known)
        found = np.array(weights, dtype=np.float64) @ self._by_gram[grams]
        sums = np.array([bonus.get(self.codes[row], 0.0) + found[row] for row in rows])
        odds = np.exp(sums - sums.max())
        shares: list[float] = (odds / odds.sum()).tolist()
        return {self.codes[row]: share for row, share in zip(rows, shares, strict=True)}

    def word_share(self, word: str, code: str) -> float:
        """How far a word is this language's own.

        Args:
            word: A folded word without accents.
            code: A language.

        Returns:
            From 0.0 (this language's utterances lack it) to 1.0 (only they have it).
        """
        if code not in self.codes or word not in self._words:
            return 0.0
        return float(self._word_shares[self.codes.index(code), self._words[word]])

    def word_count(self, word: str) -> int:
        """How often a folded word without accents was seen in training, in any language."""
        index = self._words.get(word)
        return 0 if index is None else int(self._word_counts[:, index].sum())

    def save(self, folder: Path) -> None:
        """Writes the model into an existing folder."""
        np.savez_compressed(
            folder / _ARRAYS,
            log_probabilities=self._by_gram.T,
            word_counts=self._word_counts,
        )
        vocabularies = {
            "codes": self.codes,
            "grams": list(self._grams),
            "words": list(self._words),
        }
        text = json.dumps(vocabularies, ensure_ascii=False)
        (folder / _VOCABULARIES).write_text(text, encoding="utf-8")

    @classmethod
    def load(cls, folder: Path) -> NgramModel:
        """Reads what :meth:`save` wrote."""
        text = (folder / _VOCABULARIES).read_text(encoding="utf-8")
        vocabularies: dict[str, Any] = json.loads(text)
        with np.load(folder / _ARRAYS, allow_pickle=False) as arrays:
            return cls(
                vocabularies["codes"],
                vocabularies["grams"],
                arrays["log_probabilities"],
                vocabularies["words"],
                arrays["word_counts"],
            )


def _counts(texts: Sequence[str]) -> tuple[Counter[str], Counter[str]]:
    grams: Counter[str] = Counter()
    plain_words: Counter[str] = Counter()
    for text in texts:
        words = words_of(text)
        names = capitalised_inside(text, words)
        for position, word in enumerate(words):
            if position in names:
                continue  # or whoever alone mentions Malden would own it
            plain = without_accents(word)
            plain_words[plain] += 1
            # Learnt with and without accents: many people type none on a phone.
            for spelling in {word, plain}:
                grams.update(ngrams(spelling))
    return grams, plain_words


def _commonest(counters: Sequence[Counter[str]], limit: int) -> list[str]:
    # By share rather than by count, or the language with most utterances would crowd out the rest.
    weights: dict[str, float] = {}
    for counter in counters:
        total = max(sum(counter.values()), 1)
        for item, count in counter.items():
            weights[item] = weights.get(item, 0.0) + count / total
    return sorted(weights, key=lambda item: (-weights[item], item))[:limit]


def _matrix(counters: Sequence[Counter[str]], items: Sequence[str]) -> NDArray[np.float64]:
    rows = [[counter[item] for item in items] for counter in counters]
    return np.array(rows, dtype=np.float64).reshape(len(counters), len(items))
