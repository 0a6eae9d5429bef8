"""Which language each session spoke last, for when the database cannot be asked."""

from __future__ import annotations

from collections import OrderedDict

REMEMBERED = 20_000
"""Sessions kept in mind; beyond, whoever has been quiet the longest is forgotten."""


class Spoken:
    """Languages by session, in this process's memory only."""

    def __init__(self, remembered: int = REMEMBERED) -> None:
        """Args: how many sessions to know."""
        self._languages: OrderedDict[str, str] = OrderedDict()
        self._remembered = remembered

    def note(self, session_id: str, language: str) -> None:
        """Remembers the language of an answer."""
        self._languages[session_id] = language
        self._languages.move_to_end(session_id)
        if len(self._languages) > self._remembered:
            self._languages.popitem(last=False)

    def last(self, session_id: str) -> str | None:
        """The language spoken last, if it is known."""
        return self._languages.get(session_id)
