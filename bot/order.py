"""Messages of one sender are answered one after the other, in the order in which they arrived.

The place is taken before anything is awaited; the conversation's lock comes later, when one may
have overtaken another on its way through the database.

Several workers queue in Redis (bot/locks.py), one worker in memory.
"""

from __future__ import annotations

import asyncio
from typing import Protocol

from bot.locks import RedisLocks
from bot.redis_server import redis_url


class Waiting(Protocol):
    """A place in a sender's queue; it must be left, whatever happens."""

    async def reached(self) -> None:
        """Waits until all who came before have left."""

    def leave(self) -> None:
        """Lets the next go on."""


class Place:
    """A place in a queue in memory."""

    def __init__(self, before: asyncio.Future[None] | None, mine: asyncio.Future[None]) -> None:
        """Args: the end of the place before, and of this one."""
        self._before, self._mine = before, mine

    async def reached(self) -> None:
        """Waits until all who came before have left."""
        if self._before is not None:
            await asyncio.shield(self._before)

    def leave(self) -> None:
        """Lets the next go on, once all who came before have left as well."""
        if self._before is None or self._before.done():
            self._end()
        else:
            self._before.add_done_callback(lambda _: self._end())

    def _end(self) -> None:
        if not self._mine.done():
            self._mine.set_result(None)


class Queues:
    """One queue for each sender who is waiting."""

    def __init__(self) -> None:
        """Begins with none."""
        self._last: dict[str, asyncio.Future[None]] = {}

    def join(self, sender: str) -> Place:
        """Takes the place behind all who are waiting, at once: nobody comes between.

        Args:
            sender: Whose queue it is.
        """
        mine: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        place = Place(self._last.get(sender), mine)
        self._last[sender] = mine
        mine.add_done_callback(lambda _: self._forget(sender, mine))
        return place

    def __len__(self) -> int:
        """How many senders are waiting or being answered."""
        return len(self._last)

    def _forget(self, sender: str, mine: asyncio.Future[None]) -> None:
        if self._last.get(sender) is mine:
            del self._last[sender]


class SharedQueues:
    """The queues of all workers."""

    def __init__(self, url: str) -> None:
        """Args: the address of the Redis server."""
        self._locks = RedisLocks(url)

    def join(self, sender: str) -> Waiting:
        """Takes the place behind all who are waiting at any worker.

        Args:
            sender: Whose queue it is.
        """
        # Not the conversation's own lock: a turn takes that one while it holds this place.
        return self._locks.join(f"order:{sender}")


def queues() -> Queues | SharedQueues:
    """The queues of all workers where Redis is configured, else of this one."""
    url = redis_url()
    return SharedQueues(url) if url else Queues()
