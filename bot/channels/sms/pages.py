"""Divides a long answer into messages that end in "reply MORE"."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable

from bot.channels.sms.segments import count

MAX_SEGMENTS = 3

# Where a text may be divided, the best places first. Phone numbers hold no space, so none is cut.
# "4:30 p. m." is no end of a sentence: a small letter follows.
_SENTENCE = re.compile(
    r"\n+|[.!?\u061f\u2026]+[\"')]*\s+(?![a-z\u00df-\u00ff\u0430-\u044f])(?=[^\W\d_]|[¿¡(\"])"
    r"|(?<=[。！？])"
)
_LIST_ITEM = re.compile(r"\s+(?=\d+\)\s)")
_CLAUSE = re.compile(r"[,;:\u060c\u061b]\s+(?=\D)|(?<=[，；：、])")
_WORD = re.compile(r"\s+(?=\D)|(?<=[\u3400-\u9fff])(?=[\u3400-\u9fff])")
_SPACE = re.compile(r"\s+")
_BY_RANK = (_SENTENCE, _LIST_ITEM, _CLAUSE, _WORD, _SPACE)
_ENOUGH = 0.65
"""How full a page must be for a better place to be taken over a later one."""


def paginate(
    text: str, hint: str, fold: Callable[[str], str] = str, limit: int = MAX_SEGMENTS
) -> tuple[str, ...]:
    """The pages of an answer.

    Args:
        text: The whole answer.
        hint: What each page but the last ends in.
        fold: Brings a page into the alphabet that it is sent in.
        limit: Segments of a page at most.

    Returns:
        One page where the answer fits; else pages that make up the whole answer.
    """
    pages = []
    rest = text.strip()
    while count(fold(rest)).segments > limit:
        end = _end_of_page(rest, lambda part: _fits(fold(f"{part.rstrip()}\n{hint}"), limit))
        pages.append(fold(f"{rest[:end].rstrip()}\n{hint}"))
        rest = rest[end:].lstrip()
    return (*pages, fold(rest))


def _fits(page: str, limit: int) -> bool:
    return count(page).segments <= limit


def _end_of_page(text: str, fits: Callable[[str], bool]) -> int:
    full = _longest(list(range(1, len(text) + 1)), text, fits)
    for places in _BY_RANK:
        ends = sorted({match.end() for match in places.finditer(text, 0, full + 1)})
        last = bisect_right(ends, full) - 1
        if last >= 0 and ends[last] >= full * _ENOUGH:
            return ends[last]
    return full


def _longest(ends: list[int], text: str, fits: Callable[[str], bool]) -> int:
    """The last end that fits; a longer page never takes fewer segments."""
    low, high = 0, len(ends)
    while low < high:
        middle = (low + high) // 2
        if fits(text[: ends[middle]]):
            low = middle + 1
        else:
            high = middle
    return ends[max(low - 1, 0)]
