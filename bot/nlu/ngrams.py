"""Character and word n-grams as TF-IDF vectors; the same code at training and in a conversation."""

from __future__ import annotations

import json
import math
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_matrix

from bot.text import fold

Array = npt.NDArray[np.float32]

# Chinese has no spaces: its character n-grams come from whole runs, its words are its characters.
_RUN = re.compile(r"[\u3400-\u9fff]+|[^\W\u3400-\u9fff]+")
_WORD = re.compile(r"[\u3400-\u9fff]|[^\W\u3400-\u9fff]+")


@dataclass(frozen=True)
class NgramSettings:
    """Which n-grams count.

    Attributes:
        min_chars: Shortest character n-gram, inside padded words.
        max_chars: Longest.
        max_words: Longest word n-gram.
        min_examples: In how many training texts an n-gram must stand.
    """

    min_chars: int = 2
    max_chars: int = 5
    max_words: int = 2
    min_examples: int = 2


def terms(text: str, settings: NgramSettings) -> Counter[str]:
    """The n-grams of a text: ``c:`` characters, ``w:`` words.

    Args:
        text: As cleaned by :func:`bot.text.clean`.
        settings: Which n-grams to take.
    """
    folded = fold(text)
    words = _WORD.findall(folded)
    found: Counter[str] = Counter()
    for run in _RUN.findall(folded):
        padded = f" {run} "
        for size in range(settings.min_chars, settings.max_chars + 1):
            if size > len(padded):
                break
            found.update(
                "c:" + padded[start : start + size] for start in range(len(padded) - size + 1)
            )
    for size in range(1, settings.max_words + 1):
        found.update(
            "w:" + " ".join(words[start : start + size]) for start in range(len(words) - size + 1)
        )
    return found


class NgramVectorizer:
    """TF-IDF over n-grams, characters and words each scaled to length one, plus named features."""

    def __init__(self, vocabulary: dict[str, int], idf: Array, settings: NgramSettings) -> None:
        """Args: the column of each term, its inverse document frequency, the settings."""
        self.vocabulary, self.idf, self.settings = vocabulary, idf, settings

    @classmethod
    def fit(
        cls,
        texts: Sequence[str],
        features: Sequence[Iterable[str]],
        settings: NgramSettings = NgramSettings(),
    ) -> NgramVectorizer:
        """Learns the vocabulary.

        Args:
            texts: Training texts.
            features: For each text, names of what is known of it, such as "item=records".
            settings: Which n-grams count.
        """
        documents: Counter[str] = Counter()
        for text, names in zip(texts, features, strict=True):
            documents.update(set(terms(text, settings)) | {f"f:{name}" for name in names})
        kept = sorted(term for term, count in documents.items() if count >= settings.min_examples)
        idf = [math.log((1 + len(texts)) / (1 + documents[term])) + 1 for term in kept]
        vocabulary = {term: index for index, term in enumerate(kept)}
        return cls(vocabulary, np.asarray(idf, dtype=np.float32), settings)

    def vector(self, text: str, features: Iterable[str]) -> tuple[npt.NDArray[np.int64], Array]:
        """The columns that a text fills and their values."""
        columns: list[int] = []
        values: list[float] = []
        counts = terms(text, self.settings)
        for kind in ("c:", "w:"):
            block = [
                (self.vocabulary[term], (1 + math.log(count)))
                for term, count in counts.items()
                if term.startswith(kind) and term in self.vocabulary
            ]
            weighted = [(column, tf * float(self.idf[column])) for column, tf in block]
            length = math.sqrt(sum(value * value for _, value in weighted)) or 1.0
            columns += [column for column, _ in weighted]
            values += [value / length for _, value in weighted]
        for name in sorted(set(features)):
            column = self.vocabulary.get(f"f:{name}")
            if column is not None:
                columns.append(column)
                values.append(0.5)
        return np.asarray(columns, dtype=np.int64), np.asarray(values, dtype=np.float32)

    def matrix(self, texts: Sequence[str], features: Sequence[Iterable[str]]) -> csr_matrix:
        """The vectors of many texts, for training."""
        rows = [self.vector(t, f) for t, f in zip(texts, features, strict=True)]
        starts = np.cumsum([0, *(len(columns) for columns, _ in rows)])
        columns = np.concatenate([c for c, _ in rows]) if rows else np.zeros(0, dtype=np.int64)
        values = np.concatenate([v for _, v in rows]) if rows else np.zeros(0, dtype=np.float32)
        return csr_matrix((values, columns, starts), shape=(len(rows), len(self.vocabulary)))

    def save(self, folder: Path) -> None:
        """Writes plain JSON and numpy arrays."""
        (folder / "vocabulary.json").write_text(
            json.dumps({"terms": list(self.vocabulary), "settings": vars(self.settings)}),
            encoding="utf-8",
        )
        np.save(folder / "idf.npy", self.idf, allow_pickle=False)

    @classmethod
    def load(cls, folder: Path) -> NgramVectorizer:
        """Reads what :meth:`save` wrote."""
        stored = json.loads((folder / "vocabulary.json").read_text(encoding="utf-8"))
        vocabulary = {term: index for index, term in enumerate(stored["terms"])}
        idf = np.load(folder / "idf.npy", allow_pickle=False)
        return cls(vocabulary, idf, NgramSettings(**stored["settings"]))
