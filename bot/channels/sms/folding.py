"""Keeps a text in the short alphabet where that costs no more than accents."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection
from functools import lru_cache

from bot.channels.sms.segments import is_short_alphabet

# What decomposing does not reach.
_SAME = {
    "\u2018": "'", "\u2019": "'", "\u201a": "'", "\u201c": '"', "\u201d": '"', "\u201e": '"',
    "\u00ab": '"', "\u00bb": '"', "\u2013": "-", "\u2014": "-", "\u2011": "-", "\u2212": "-",
    "\u2026": "...", "\u00a0": " ", "\u202f": " ", "\u2022": "-", "\u0153": "oe", "\u0152": "OE",
    "\u00b7": "-",
}  # fmt: skip
_WORD = re.compile(r"[^\W\d_]+")


def fold_to_short_alphabet(text: str, keep: Collection[str] = ()) -> str:
    """The text without the accents that GSM-7 lacks ("á" becomes "a"; "é" and "ñ" stay).

    Args:
        text: A message.
        keep: Words, in lower case, that would mean something else without their accents.

    Returns:
        The folded text; the text as it was where it holds such a word, or where some letter of
        it cannot be folded, since then nothing would be gained.
    """
    if is_short_alphabet(text):
        return text
    if any(word.lower() in keep for word in _WORD.findall(text)):
        return text
    folded = "".join(map(_folded, unicodedata.normalize("NFC", text)))
    return folded if is_short_alphabet(folded) else text


@lru_cache(maxsize=1024)
def _folded(character: str) -> str:
    if is_short_alphabet(character):
        return character
    if character in _SAME:
        return _SAME[character]
    decomposed = unicodedata.normalize("NFKD", character)
    return "".join(part for part in decomposed if not unicodedata.combining(part))
