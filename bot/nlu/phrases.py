"""Words and lists of phrases, compared without case, accents and apostrophes."""

from __future__ import annotations

import itertools
import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence

_NOT_LANGUAGE = re.compile(r"https?://\S+|www\.\S+|\S+@\S+\.\S+")
_APOSTROPHES = re.compile("['’‘`´ʼ]")
_WORD = re.compile(r"[^\W_]+")
# Arabic in Latin letters writes the letters that Latin lacks as digits ("3ayez", "sama7t"). They
# become Latin letters that nobody types, so that "3" tells Arabic and a date still tells nothing.
_DIGIT_AS_LETTER = re.compile(r"(?<=[a-z])[235679](?=[a-z])|\b[37](?=[a-z]{3})")
_LETTERS = {"2": "ʔ", "3": "ʕ", "5": "ƣ", "6": "ŧ", "7": "ħ", "9": "ɖ"}
DIGIT_LETTERS = frozenset(_LETTERS.values())
_LETTER_FOR = str.maketrans(_LETTERS)
# Only combining diacritical marks: in Devanagari or Thai a mark is a vowel.
_MARKS = dict.fromkeys(range(0x300, 0x370))
_STRETCHED = re.compile(r"([^\W\d_])\1{2,}")


def without_accents(text: str) -> str:
    """Drops the marks from Latin, Greek and Cyrillic letters and leaves other scripts whole."""
    if text.isascii():
        return text
    bare = unicodedata.normalize("NFD", text).translate(_MARKS)
    return unicodedata.normalize("NFC", bare).replace("đ", "d").replace("ı", "i")


def words_of(text: str) -> list[str]:
    """The words of a text, folded but with their accents.

    Addresses of web pages and mailboxes, and words that hold a digit, say nothing about a language
    and are left out. "holaaaa" becomes "hola".
    """
    folded = _NOT_LANGUAGE.sub(" ", unicodedata.normalize("NFKC", text).casefold())
    # Casefolding can undo composition ("İ"), which would hide accents from the lists.
    folded = unicodedata.normalize("NFC", _APOSTROPHES.sub("", folded))
    folded = _DIGIT_AS_LETTER.sub(lambda digit: digit[0].translate(_LETTER_FOR), folded)
    words = _WORD.findall(_with_marks_joined(folded))
    return [_STRETCHED.sub(r"\1", word) for word in words if not any(map(str.isdigit, word))]


def capitalised_inside(text: str, words: Sequence[str]) -> set[int]:
    """Which words are capitalised in the middle of a sentence, as names are.

    Args:
        text: The text as it was written.
        words: Its :func:`words_of`.

    Returns:
        Positions; none where capitals mean nothing (Most Words Have Them, OR ALL).
    """
    written = text.split()
    capitalised = [word for word in written if word.istitle() and len(word) > 1]
    if len(capitalised) * 2 > len(written):
        return set()
    inside = [
        word
        for before, word in itertools.pairwise(written)
        if word in capitalised and not before.endswith((".", "!", "?", ":"))
    ]
    names = {folded for word in inside for folded in words_of(word)}
    return {position for position, word in enumerate(words) if word in names}


def _with_marks_joined(text: str) -> str:
    # `\w` does not cover vowel signs, which would cut Hindi or Thai words into pieces; the
    # zero-width joiners would cut Persian ones.
    return "".join(c for c in text if unicodedata.category(c) not in ("Mn", "Mc", "Cf"))


class Phrases:
    """A list of words and phrases that finds itself in a text."""

    def __init__(self, phrases: Iterable[str]) -> None:
        """Keeps the phrases folded."""
        self._phrases = {tuple(map(without_accents, words_of(phrase))) for phrase in phrases}
        self._phrases.discard(())
        # Most words begin no phrase, which one look-up tells.
        self._by_first: dict[str, list[tuple[str, ...]]] = {}
        for phrase in sorted(self._phrases, key=len, reverse=True):
            self._by_first.setdefault(phrase[0], []).append(phrase)

    def __len__(self) -> int:
        """How many different phrases there are."""
        return len(self._phrases)

    @property
    def first_words(self) -> Iterable[str]:
        """The words that begin a phrase, without accents."""
        return self._by_first.keys()

    def positions(self, words: Sequence[str]) -> set[int]:
        """Which of the words belong to a phrase of the list, the longest phrases first.

        Args:
            words: Words without accents, in order.

        Returns:
            Their positions.
        """
        found: set[int] = set()
        end = 0
        for start, word in enumerate(words):
            if start >= end and word in self._by_first:
                end = start + self._length_at(words, start)
                found.update(range(start, end))
        return found

    def _length_at(self, words: Sequence[str], start: int) -> int:
        for phrase in self._by_first[words[start]]:
            if tuple(words[start : start + len(phrase)]) == phrase:
                return len(phrase)
        return 0


class PhraseLists:
    """Several lists by name, of which a text is searched for those that one of its words begins."""

    def __init__(self, lists: Mapping[str, Iterable[str]]) -> None:
        """Keeps the phrases folded."""
        self._lists = {name: Phrases(phrases) for name, phrases in lists.items()}
        self._begun_by: dict[str, set[str]] = {}
        for name, phrases in self._lists.items():
            for word in phrases.first_words:
                self._begun_by.setdefault(word, set()).add(name)

    def __contains__(self, name: str) -> bool:
        """Is there a list of that name?"""
        return name in self._lists

    def positions(self, words: Sequence[str]) -> dict[str, set[int]]:
        """What :meth:`Phrases.positions` gives, by list; without the lists that give nothing.

        Args:
            words: Words without accents, in order.
        """
        begun = {name for word in words for name in self._begun_by.get(word, ())}
        found = (
            (name, each.positions(words)) for name, each in self._lists.items() if name in begun
        )
        return {name: positions for name, positions in found if positions}
