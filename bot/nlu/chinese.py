"""Traditional Chinese characters as Simplified ones, for understanding only.

OpenCC's own pure Python converter: a message is never read by C code, and people's characters are
replaced one by one, so that positions in the text stay what they are.
"""

from __future__ import annotations

import re
from functools import lru_cache

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
    converted = str(_converter().convert(text))
    return converted if len(converted) == len(text) else text


@lru_cache(maxsize=1)
def _converter() -> OpenCC:
    # 0.2 s to load, paid at start-up by the component and never during a turn.
    return OpenCC("t2s")
