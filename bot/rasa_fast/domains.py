"""Remembers of a domain what does not change."""

from __future__ import annotations

from rasa.shared.core.domain import Domain

_HOLDS_SOMETHING = "_roi_holds_something"


def is_empty(self: Domain) -> bool:
    """What `Domain.is_empty` gives.

    Rasa makes an empty domain in each turn and compares both as dictionaries.
    """
    if vars(self).get(_HOLDS_SOMETHING):
        return False
    empty: bool = _is_empty(self)
    if not empty:
        vars(self)[_HOLDS_SOMETHING] = True
    return empty


_is_empty = Domain.is_empty
