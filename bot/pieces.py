"""The pieces that a message consists of, and what a channel makes of them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

SHORT_CHANNELS = frozenset({"sms"})
"""Channels that get the `sms` variants and numbered choices in the text."""


class Piece(NamedTuple):
    """A part of a message and the language it is in, which a withheld draft makes another."""

    kind: str
    text: str
    language: str


def joined(pieces: Sequence[Piece], channel: str) -> str:
    """The pieces of a message as one text for a channel."""
    first = " ".join(piece.text for piece in pieces if piece.kind == "first")
    others = [piece.text for piece in pieces if piece.kind not in ("first", "notice")]
    between = " " if channel in SHORT_CHANNELS else "\n\n"
    text = between.join(part for part in (first, *others) if part)
    notice = next((piece.text for piece in pieces if piece.kind == "notice"), None)
    # On lines of its own: it may run in the other direction.
    return "\n\n".join((notice, text)) if notice is not None else text


def parts(pieces: Iterable[Piece]) -> list[dict[str, str]]:
    """The pieces for a page that marks their language and shows a plan as a card.

    Args:
        pieces: Those of a message.

    Returns:
        In order, `kind`, `text` and `language` of each. Several `first` make up one paragraph;
        one `plan` without text stands where the plan is spelled out, before its last lines.
    """
    shown: list[dict[str, str]] = []
    for piece in pieces:
        if piece.kind != "plan":
            shown.append(piece._asdict())
        elif not any(part["kind"] == "plan" for part in shown):
            shown.append(Piece("plan", "", piece.language)._asdict())
    return shown
