"""Traditional Chinese characters as Simplified ones for understanding, the reverse for answers.

OpenCC's own pure Python converter: a message is never read by C code, and people's characters are
replaced one by one, so that positions in the text stay what they are.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Literal

from opencc import OpenCC

HAN = "\u3400-\u9fff\uf900-\ufaff"
"""Chinese characters, for a class of a regular expression."""

_HAN = re.compile(f"[{HAN}]")


def has_chinese(text: str) -> bool:
    """Is there a Chinese character in it?"""
    return _HAN.search(text) is not None


def simplified(text: str) -> str:
    """The text in Simplified characters; anything but Chinese stays as it is.

    Args:
        text: In any language.

    Returns:
        A text of the same length.
    """
    if not has_chinese(text):
        return text
    converted = str(_converter("t2s").convert(text))
    return converted if len(converted) == len(text) else text


def traditional(text: str) -> str:
    """The text in Traditional characters, words that differ in more than characters included.

    Args:
        text: Wording in Simplified Chinese; its {placeholders} stay as they are.
    """
    return str(_converter("s2t").convert(text))


def script_of(text: str) -> Literal["Hans", "Hant"] | None:
    """The script of a Chinese text; None where all its characters belong to both."""
    written = {
        "Hans": _differences(text, traditional(text)),
        "Hant": _differences(text, simplified(text)),
    }
    if written["Hans"] == written["Hant"]:
        return None
    return "Hans" if written["Hans"] > written["Hant"] else "Hant"


def _differences(one: str, other: str) -> int:
    return sum(mine != theirs for mine, theirs in zip(one, other, strict=False))


@lru_cache(maxsize=2)
def _converter(direction: str) -> OpenCC:
    # 0.2 s to load, paid at start-up by what uses it and never during a turn.
    return OpenCC(direction)
