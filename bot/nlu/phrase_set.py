"""Finds any of many phrases in a folded text: words, gaps, numbers and years.

One big regular expression did the same, but took a second to compile for three languages.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

WILDCARDS = frozenset({"*", "<number>", "<year>"})
"""In a phrase: up to three words, a number, a year."""

_LONGEST_GAP = 3
_YEAR = re.compile(r"(?:19|20)\d\d")
# Scripts written without spaces, from Thai to Chinese: no word boundaries to look for.
_UNSPACED = re.compile("[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff]")

Span = tuple[int, int]


class Words:
    """A folded text cut into words, once for all the sets that it is looked through for."""

    def __init__(self, text: str) -> None:
        """Args: the folded text."""
        self.text = text
        found = [(match.group(), match.span()) for match in _WORD.finditer(text)]
        self.words = [word for word, _ in found]
        self.places = [place for _, place in found]
        self.different = frozenset(self.words)


class PhraseSet:
    """A set of phrases, each a run of words separated by single spaces."""

    def __init__(self, phrases: Iterable[str]) -> None:
        """Args: folded phrases; those of an unspaced script are looked for letter by letter."""
        self._by_first: dict[str, list[tuple[str, ...]]] = {}
        self._unspaced: set[str] = set()
        for phrase in dict.fromkeys(phrases):
            words = tuple(phrase.split())
            if _UNSPACED.search(phrase):
                self._unspaced.add("".join(words))
            elif words:
                first = "" if words[0] in WILDCARDS else words[0]
                self._by_first.setdefault(first, []).append(words)

    def spans(self, text: Words) -> Iterator[Span]:
        """Where phrases stand, as offsets into the text, by where they begin, longest first."""
        if not self._unspaced and self._begins_nowhere(text):
            return iter(())
        found = {*self._word_spans(text), *self._letter_spans(text.text)}
        return iter(sorted(found, key=lambda span: (span[0], -span[1])))

    def _begins_nowhere(self, text: Words) -> bool:
        return "" not in self._by_first and text.different.isdisjoint(self._by_first)

    def _word_spans(self, text: Words) -> Iterator[Span]:
        if self._begins_nowhere(text):
            return
        anywhere = self._by_first.get("", [])
        for begin, word in enumerate(text.words):
            for phrase in (*self._by_first.get(word, ()), *anywhere):
                end = _end_of_match(text.words, begin, phrase)
                if end is not None:
                    yield text.places[begin][0], text.places[end - 1][1]

    def _letter_spans(self, text: str) -> Iterator[Span]:
        for phrase in self._unspaced if self._unspaced and _UNSPACED.search(text) else ():
            start = text.find(phrase)
            while start >= 0:
                yield start, start + len(phrase)
                start = text.find(phrase, start + 1)


_WORD = re.compile(r"\S+")


def _end_of_match(words: list[str], begin: int, phrase: tuple[str, ...]) -> int | None:
    """The position behind the shortest match that begins here; None if there is none."""
    if not phrase:
        return begin
    wanted, rest = phrase[0], phrase[1:]
    if wanted == "*":
        for gap in range(_LONGEST_GAP + 1):
            between = words[begin : begin + gap]
            if len(between) < gap or "." in between:  # a gap ends with the sentence
                return None
            end = _end_of_match(words, begin + gap, rest)
            if end is not None:
                return end
        return None
    if begin >= len(words) or not _is(words[begin], wanted):
        return None
    return _end_of_match(words, begin + 1, rest)


def _is(word: str, wanted: str) -> bool:
    if wanted == "<number>":
        return word.isdecimal()
    if wanted == "<year>":
        return _YEAR.fullmatch(word) is not None
    return word == wanted
