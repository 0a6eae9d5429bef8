"""Answers as text, to be kept for messages that are sent again."""

from __future__ import annotations

import json
from dataclasses import asdict

from pydantic import parse_raw_as

from bot.conversation import TurnResult


class FailedTurnError(RuntimeError):
    """A turn that failed, so that its answer is not kept.

    Attributes:
        result: The phone lines.
    """

    def __init__(self, result: TurnResult) -> None:
        """Args: what to show."""
        super().__init__("the turn failed")
        self.result = result


def packed(result: TurnResult) -> str:
    """A result as text."""
    return json.dumps(asdict(result), ensure_ascii=False)


def unpacked(text: str) -> TurnResult:
    """The result that :func:`packed` made a text of."""
    return parse_raw_as(TurnResult, text)
