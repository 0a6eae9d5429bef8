"""One text on its way through the redactor: what has been found is not found again."""

from __future__ import annotations

import re

from bot.privacy.words import PlainText

TAKEN = "\x00"
"""Stands in the searched text for what has been found; it is no letter, digit or space."""

KEPT = "\x01"
"""Stands for what is the hospital's own and stays."""

_EDGES = " ,;:.-(\"'"


class Search:
    """The text, and the places of what has been found in it."""

    def __init__(self, text: str) -> None:
        """Args: the text."""
        self.text = PlainText.of(text)
        self.plain = self.text.plain
        self.folded = self.text.folded
        # Where every word begins with a capital, a capital tells nothing.
        self.capitals_tell = any(_is_small(word) for word in text.split())
        self.found: list[tuple[int, int, str]] = []

    def is_capital(self, place: int) -> bool:
        """Is there a letter at a place, written as a capital?"""
        return place < len(self.plain) and self.text.is_capital(place)

    def keep(self, pattern: re.Pattern[str]) -> None:
        """Leaves what matches as it is, whatever stands round it."""
        for start, end in [match.span() for match in pattern.finditer(self.plain)]:
            self._cover(start, end, KEPT)

    def take(self, start: int, end: int, kind: str) -> None:
        """Notes that a detail stands at a place; what touches another is one with it."""
        while start < end and self.plain[end - 1] in _EDGES:
            end -= 1
        if start < end and KEPT not in self.plain[start:end]:
            self.found.append((start, end, kind))
            self._cover(start, end, TAKEN)

    def take_all(self, pattern: re.Pattern[str], kind: str) -> None:
        """Notes all that matches."""
        for match in list(pattern.finditer(self.plain)):
            self.take(*match.span(), kind)

    def _cover(self, start: int, end: int, mark: str) -> None:
        marks = mark * (end - start)
        self.plain = self.plain[:start] + marks + self.plain[end:]
        self.folded = self.folded[:start] + marks + self.folded[end:]


def _is_small(word: str) -> bool:
    return len(word) > 1 and word[0].islower()
