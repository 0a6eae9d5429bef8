"""Hands the dates of a message past understanding, so that they stand in no text.

A date of death is taken out of the message like any other date, but the answer on autopsy reports
needs it. It travels beside the message: in this process, for this turn, and nowhere else.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

_dates: ContextVar[tuple[str, ...]] = ContextVar("roi_dates_of_turn", default=())


@contextmanager
def passing(dates: tuple[str, ...]) -> Iterator[None]:
    """Makes dates known to what happens inside.

    Args:
        dates: As they were written.
    """
    token = _dates.set(dates)
    try:
        yield
    finally:
        _dates.reset(token)


def passed_dates() -> tuple[str, ...]:
    """The dates of the message that is being answered."""
    return _dates.get()
