"""Cuts a message where it may ask two things: at the ends of sentences and at "and".

A part is no question yet; :mod:`bot.nlu.several` decides whether the parts are understood as
different topics well enough to answer both.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from pathlib import Path

from pydantic import BaseModel, Extra

from bot.content_loader import validated
from bot.language_choice import offered_form
from bot.paths import CONTENT

CONJUNCTIONS = CONTENT / "conjunctions.yml"
MOST_PARTS = 4
"""A message of more parts is a story, which is understood as a whole."""

# A full stop within "3.5" or "bmc.org" ends nothing; Chinese puts no space after its marks. A
# comma alone is no cut: "the post-mortem report, who should we phone?" is one question.
_MARKS = r"[.!?…;\n]+(?=\s|$)|[?!。！？；؟؛]+"
_LETTER = re.compile(r"[^\W\d_]")
_EDGES = " \t.,;:!?…،。，、"


class Words(BaseModel):
    """One language's words; see bot/content/conjunctions.yml."""

    class Config:
        extra = Extra.forbid

    between: list[str] = []
    before: list[str] = []
    whole: list[str] = []


class _Conjunctions(BaseModel):
    __root__: dict[str, Words]


class QuestionSplitter:
    """Cuts messages with the words of their language."""

    def __init__(self, words: Mapping[str, Words]) -> None:
        """Args: the words of each language."""
        self._languages = tuple(words)
        self._cuts = {code: _cut(each) for code, each in words.items()}
        self._marks_only = _cut(Words())

    @classmethod
    def load(cls, path: Path = CONJUNCTIONS) -> QuestionSplitter:
        """Reads the words of all languages.

        Raises:
            bot.content_loader.ContentError: The file cannot be used.
        """
        return cls(validated(path, _Conjunctions).__root__)

    def parts(self, text: str, language: str | None) -> tuple[str, ...]:
        """The parts of a message, in order.

        Args:
            text: As cleaned by :func:`bot.text.clean`.
            language: The code of its likeliest language, if there is one.

        Returns:
            Two to MOST_PARTS parts; none where there is nothing to cut, or too much.
        """
        known = offered_form(language, self._languages)
        cut = self._cuts[known] if known is not None else self._marks_only
        pieces = (piece.strip(_EDGES) for piece in _split(text, cut))
        found = tuple(piece for piece in pieces if _LETTER.search(piece))
        return found if 2 <= len(found) <= MOST_PARTS else ()


def _split(text: str, cut: re.Pattern[str]) -> Iterable[str]:
    plain = _aligned(text)
    start = 0
    for found in cut.finditer(plain):
        if found.lastgroup == "whole":
            continue
        yield text[start : found.start()]
        start = found.end()
    yield text[start:]


def _cut(words: Words) -> re.Pattern[str]:
    """What to cut at. Phrases that stay whole come first, so that nothing in them is a cut."""
    kept = "|".join(_spelled(phrase) for phrase in _longest_first(words.whole))
    cuts = [_MARKS, *(_spelled(word) for word in _longest_first(words.between))]
    cuts += [rf"(?={_spelled(word)})" for word in words.before]
    return re.compile("|".join([*([f"(?P<whole>{kept})"] if kept else []), *cuts]))


def _longest_first(words: Iterable[str]) -> list[str]:
    return sorted(words, key=len, reverse=True)


def _spelled(word: str) -> str:
    """The pattern of a whole word; one character of Chinese is whole wherever it stands."""
    letters = r"\s+".join(re.escape(part) for part in _aligned(word).split())
    if "\u3400" <= word[0] <= "\u9fff" or not word[0].isalnum():
        return letters
    return rf"(?<![\w'’-]){letters}(?![\w'’-])"


def _aligned(text: str) -> str:
    """Small letters without accents, one for each character so that positions stay the same."""
    return "".join(unicodedata.normalize("NFD", c)[0].lower()[:1] or c for c in text)
