"""Lets one turn at a time work, and whatever else has arrived in between.

Understanding and deciding are work without a pause. Of messages that arrive in one moment each
would do its work in the same round of the event loop, and the simplest request would wait for all
of them. Here each round has the work of one, and those that have begun end before others begin.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager


class Turnstile:
    """For one event loop. Nothing that waits for a database or a network belongs inside."""

    def __init__(self) -> None:
        """Nobody is inside."""
        self._taken = False
        self._ending: deque[asyncio.Future[None]] = deque()
        self._beginning: deque[asyncio.Future[None]] = deque()

    @asynccontextmanager
    async def passing(self, *, ends: bool) -> AsyncIterator[None]:
        """Waits until nobody else is inside.

        Args:
            ends: The turn has had its first part of work; it goes before those that have not.
        """
        if self._taken:
            place: asyncio.Future[None] = asyncio.get_running_loop().create_future()
            (self._ending if ends else self._beginning).append(place)
            try:
                await place
            except asyncio.CancelledError:
                if place.done() and not place.cancelled():
                    self._leave()  # let in at the very moment of going away
                raise
        self._taken = True
        try:
            yield
        finally:
            self._leave()

    def _leave(self) -> None:
        # In the loop's next round: in this one there may be others who have yet to come here.
        asyncio.get_running_loop().call_soon(self._let_in_next)

    def _let_in_next(self) -> None:
        for waiting in (self._ending, self._beginning):
            while waiting:
                place = waiting.popleft()
                if not place.done():
                    place.set_result(None)
                    return
        self._taken = False
