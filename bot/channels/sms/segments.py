"""How many text messages a text takes, counted exactly: GSM-7 where that does, else UCS-2."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from typing import Literal, NamedTuple

import gsm0338  # noqa: F401 - registers the codec

_CODEC = "gsm03.38"
_ALONE = {"gsm7": 160, "ucs2": 70}
_JOINED = {"gsm7": 153, "ucs2": 67}  # the header that joins segments takes the rest


class Count(NamedTuple):
    """What a text takes: its encoding, its length in that, and how many segments."""

    encoding: Literal["gsm7", "ucs2"]
    units: int
    segments: int


def count(text: str) -> Count:
    """Counts a text as Twilio bills it.

    Args:
        text: The whole message.

    Returns:
        GSM-7 counts septets, of which the extension's characters (such as €) take two; UCS-2
        counts 16-bit units, of which an emoji takes two. Neither pair is split between segments.
    """
    septets = [_septets(character) for character in text]
    if all(septets):
        return _counted("gsm7", septets)
    return _counted("ucs2", [2 if ord(character) > 0xFFFF else 1 for character in text])


def is_short_alphabet(text: str) -> bool:
    """Does GSM-7 have every character of it?"""
    return all(map(_septets, text))


def _counted(encoding: Literal["gsm7", "ucs2"], costs: list[int]) -> Count:
    units = sum(costs)
    if units <= _ALONE[encoding]:
        return Count(encoding, units, 1)
    return Count(encoding, units, _filled(costs, _JOINED[encoding]))


def _filled(costs: Iterable[int], room: int) -> int:
    segments, used = 1, 0
    for cost in costs:
        if used + cost > room:
            segments, used = segments + 1, 0
        used += cost
    return segments


@lru_cache(maxsize=4096)
def _septets(character: str) -> int:
    """How many septets a character takes; 0 where GSM-7 lacks it."""
    if character == "\x1b":
        return 0  # it begins an extension and is no character of its own
    try:
        return len(character.encode(_CODEC))
    except UnicodeEncodeError:
        return 0
