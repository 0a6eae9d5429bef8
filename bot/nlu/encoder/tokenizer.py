"""Splits text into the pieces that the encoder knows: a SentencePiece unigram model.

It gives the ids that Hugging Face `tokenizers` gives (a test compares them) but is our own: that
library keeps 290 MB for this vocabulary and takes 0.45 s to load it, where this takes 65 MB and
0.1 s. It is plain Python on a short text, so no parser written in C meets what a person typed, and
a literal "<s>" or "<mask>" in a text is only characters.
"""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from bot.nlu.encoder.errors import EncoderError

SPACE = "\u2581"
"""What a space before a word becomes."""

BEGIN, END, PADDING, UNKNOWN = "<s>", "</s>", "<pad>", "<unk>"
_SPECIAL = (BEGIN, END, PADDING, UNKNOWN, "<mask>")
_SEPARATOR = "\0"  # NUL stands in no piece: normalising takes it out of every text
_UNKNOWN_PENALTY = 10.0  # as SentencePiece has it: below the least probable piece

# SentencePiece's "nmt_nfkc": these vanish or become spaces, then NFKC. Every other character of
# the wheel's own normalisation map is what NFKC makes of it.
_VANISH = (*range(0x01, 0x09), 0x0B, *range(0x0E, 0x20), 0x7F, 0x8F, 0x9F)
_BLANK = (0x09, 0x0A, 0x0C, 0x0D, 0x1680, *range(0x200B, 0x2010), 0x2028, 0x2029, 0x2581, 0xFEFF)
_NMT: dict[int, str] = {
    **dict.fromkeys((0x00, *_VANISH), ""),
    **dict.fromkeys((*_BLANK, 0xFFFD), " "),
}


def normalize(text: str) -> str:
    """Brings a text into the form that the pieces are cut from; lone surrogates vanish."""
    plain = text.encode("utf-8", "ignore").decode("utf-8")
    return unicodedata.normalize("NFKC", plain.translate(_NMT))


class UnigramTokenizer:
    """Finds the most probable pieces of a text."""

    def __init__(self, pieces: Sequence[str], scores: Sequence[float]) -> None:
        """Args: the pieces by id and their log probabilities.

        Raises:
            EncoderError: A special piece is missing.
        """
        ids = {piece: index for index, piece in enumerate(pieces)}
        try:
            self._begin, self._end, self._unknown = (ids[p] for p in (BEGIN, END, UNKNOWN))
        except KeyError as error:
            raise EncoderError(f"the vocabulary has no piece {error}") from error
        for special in _SPECIAL:
            ids.pop(special, None)
        self.size = len(pieces)
        self._ids, self._scores = ids, scores
        self._longest = max(map(len, ids), default=1)
        self._unknown_score = min(scores) - _UNKNOWN_PENALTY

    @classmethod
    def load(cls, pieces: Path, scores: Path) -> UnigramTokenizer:
        """Reads what :func:`save` wrote.

        Raises:
            EncoderError: The files are damaged.
        """
        try:
            names = pieces.read_text(encoding="utf-8").split(_SEPARATOR)
            numbers = np.load(scores, allow_pickle=False).astype(float).tolist()
            if len(names) != len(numbers):
                raise ValueError(f"{len(names)} pieces and {len(numbers)} scores")
            return cls(names, numbers)
        except (OSError, ValueError, AttributeError) as error:
            raise EncoderError(f"{pieces}: not usable ({error}).") from error

    @classmethod
    def load_json(cls, path: Path) -> UnigramTokenizer:
        """Reads a ``tokenizer.json`` of Hugging Face `tokenizers`.

        Raises:
            EncoderError: It is damaged or holds another kind of tokenizer.
        """
        try:
            model = json.loads(path.read_bytes())["model"]
            if model["type"] != "Unigram":
                raise ValueError(f"the model is {model['type']}, not Unigram")
            vocabulary = model["vocab"]
            return cls([str(piece) for piece, _ in vocabulary], [float(s) for _, s in vocabulary])
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise EncoderError(f"{path}: not a tokenizer we can use ({error}).") from error

    def ids(self, text: str, limit: int) -> list[int]:
        """The ids of a text with its beginning and end.

        Args:
            text: Any text.
            limit: The longest list to give; what does not fit is cut off.
        """
        found: list[int] = []
        for word in normalize(text).split(" "):
            if word:
                found += self._word(SPACE + word)
            if len(found) > limit:
                break
        return [self._begin, *found[: limit - 2], self._end]

    def _word(self, word: str) -> list[int]:
        """The likeliest way through a word, by dynamic programming over its characters."""
        size = len(word)
        best = [0.0] + [float("-inf")] * size
        steps: list[tuple[int, int]] = [(0, self._unknown)] * (size + 1)
        for start in range(size):
            here, single = best[start], False
            for end in range(start + 1, min(size, start + self._longest) + 1):
                piece = self._ids.get(word[start:end])
                if piece is None:
                    continue
                single = single or end == start + 1
                score = here + self._scores[piece]
                if score > best[end]:
                    best[end], steps[end] = score, (start, piece)
            if not single and here + self._unknown_score > best[start + 1]:
                best[start + 1] = here + self._unknown_score
                steps[start + 1] = (start, self._unknown)
        return self._path(steps)

    def _path(self, steps: list[tuple[int, int]]) -> list[int]:
        pieces: list[int] = []
        end = len(steps) - 1
        while end > 0:
            end, piece = steps[end]
            # Unknown characters in a row are one unknown piece, as in SentencePiece.
            if piece != self._unknown or not pieces or pieces[-1] != piece:
                pieces.append(piece)
        return pieces[::-1]


def save(names: Sequence[str], numbers: Sequence[float], pieces: Path, scores: Path) -> None:
    """Writes the pieces and their scores for :meth:`UnigramTokenizer.load`."""
    pieces.write_text(_SEPARATOR.join(names), encoding="utf-8")
    np.save(scores, np.asarray(numbers, dtype=np.float32), allow_pickle=False)
