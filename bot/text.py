"""Makes what a person typed safe to understand: no control characters, commands, endless texts."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from typing import Literal

MAX_CHARACTERS = 1000
"""Longer messages are answered with a request to shorten them; questions are far shorter."""

Problem = Literal["empty", "too_long", "unreadable"]

# Joiners shape Arabic, Indic scripts and emoji; other invisible format characters only mislead.
_JOINERS = frozenset("\u200c\u200d")
_SLASHES = "/\uff0f\u2044\u2215"
# Rasa's way of writing an intent with entities: nobody means its words.
_COMMAND = re.compile(rf"[{_SLASHES}]\s*\w+\s*(@[\d.]+\s*)?\{{")


# All that combine stand before the ideographs of plane 2.
_ACCENTS = {code: None for code in range(0x300, 0x20000) if unicodedata.combining(chr(code))}


@dataclass(frozen=True)
class CleanText:
    """A message ready for understanding, or the reason why it is not."""

    text: str
    problem: Problem | None = None


def clean(raw: str) -> CleanText:
    """Cleans a message from outside.

    Control and direction-changing characters, lone surrogates and NUL are taken out, white space
    is joined. Slashes at the beginning are taken off, since Rasa would run "/start_over" as a
    command instead of understanding it.

    Args:
        raw: What arrived, of any length.

    Returns:
        The text, or an empty one with the problem to explain.
    """
    if len(raw) > MAX_CHARACTERS * 10:
        return CleanText("", "too_long")  # no work on a text that is refused anyway
    visible = "".join(_visible(character) for character in raw)
    joined = " ".join(visible.split()).strip()
    if _COMMAND.match(joined):
        return CleanText("", "unreadable")
    text = joined.lstrip(_SLASHES + " ").strip()
    if len(text) > MAX_CHARACTERS:
        return CleanText("", "too_long")
    if not text:
        return CleanText("", "empty" if not raw.strip(_SLASHES + " \t\r\n") else "unreadable")
    if not any(character.isalnum() for character in text):
        return CleanText("", "unreadable")
    return CleanText(text)


def fold(text: str) -> str:
    """Lower case without accents, compatibility forms resolved: what phrases are compared by."""
    if text.isascii():
        return text.lower()
    decomposed = unicodedata.normalize("NFKD", unicodedata.normalize("NFKC", text).casefold())
    return (
        unicodedata.normalize("NFC", decomposed.translate(_ACCENTS))
        .replace("\u2019", "'")
        .replace("\u2018", "'")
    )


def _visible(character: str) -> str:
    category = unicodedata.category(character)
    if category == "Cs":
        return ""
    if category == "Cc":
        return " " if character in "\t\n\r\v\f\x85" else ""
    if category == "Cf":
        return character if character in _JOINERS else ""
    return character
