"""Keeps names and addresses whole inside a sentence that runs in the other direction.

Without this the number of a house ends up on the far side of its street's name in Arabic, and the
brackets of a numbered choice around its neighbour's title. A number by itself, such as a phone
number, keeps its order anyway and is left alone: each mark costs a place in a text message.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Mapping
from typing import Literal

Direction = Literal["ltr", "rtl"]

LTR, RTL, END = "\u2066", "\u2067", "\u2069"
"""Unicode's isolates: what stands between does not move what stands around it."""

_STRONG: Mapping[str, Direction] = {"L": "ltr", "R": "rtl", "AL": "rtl"}


def direction_of(text: str) -> Direction | None:
    """The direction of the first letter outside isolates, or None without such a letter."""
    return next(_directions(text), None)


def isolated(text: str, around: Direction) -> str:
    """A text to be put into a sentence.

    Args:
        text: A name, an address, a title.
        around: The direction of the sentence.

    Returns:
        The text, between marks if some of it runs the other way.
    """
    own = direction_of(text)
    if own is None or set(_directions(text)) == {around}:
        return text
    return f"{LTR if own == 'ltr' else RTL}{text}{END}"


def _directions(text: str) -> Iterator[Direction]:
    """Of each letter outside isolates."""
    depth = 0
    for letter in text:
        if letter in (LTR, RTL):
            depth += 1
        elif letter == END:
            depth = max(0, depth - 1)
        elif depth == 0 and (found := _STRONG.get(unicodedata.bidirectional(letter))):
            yield found


class Isolating(dict[str, str]):
    """Values for the placeholders of a text, each isolated when it is put in."""

    def __init__(self, values: Mapping[str, str], around: Direction) -> None:
        """Keeps the values and the direction of the text that they go into."""
        super().__init__(values)
        self._around = around

    def __getitem__(self, name: str) -> str:
        """The value of a placeholder."""
        return isolated(super().__getitem__(name), self._around)
