"""Conversations are kept for a day, and then no more: the job that sees to it."""

from __future__ import annotations

import asyncio
import logging
import random
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from bot.state import SharedState, StillBusyError
from bot.stores import ConversationStore

logger = logging.getLogger(__name__)

EVERY = timedelta(minutes=5)
"""How often the job looks; so much longer may something be there."""

_BATCH = 20
"""Conversations deleted in one transaction: some milliseconds."""

_BREATH = 0.02
"""Seconds between two transactions, for people's turns."""

_JUMP = timedelta(hours=1)
"""A clock that differs by so much from what it was is wrong now, or was."""

_HOLD = timedelta(hours=1)
"""How long nothing is deleted after that: until somebody has set it right."""

_LONGEST_OTHER = timedelta(hours=1)
"""What is kept beside conversations is kept as long as they are, or as answers to retries."""


@dataclass(frozen=True)
class Purged:
    """What has been deleted.

    Attributes:
        conversations: How many had been silent for too long.
        events: How many events they had.
        others: Answers, claims and flags whose time was over.
    """

    conversations: int = 0
    events: int = 0
    others: int = 0

    @property
    def anything(self) -> bool:
        """Was there anything to delete?"""
        return self != Purged()


async def purge(store: ConversationStore, state: SharedState, keep: timedelta) -> Purged:
    """Deletes what is over, in small steps between which others have their turn.

    Args:
        store: The conversations.
        state: What else is kept.
        keep: Conversations silent for so long are over.
    """
    conversations = events = 0
    while True:
        found, gone = await store.delete_silent(keep, _BATCH)
        conversations, events = conversations + found, events + gone
        if found < _BATCH:
            break
        await asyncio.sleep(_BREATH)
    others = await state.purge(longest=max(keep, _LONGEST_OTHER))
    done = Purged(conversations, events, others)
    if done.anything:
        await store.forget_leftovers()
    return done


class Retention:
    """Purges again and again; of several workers, one at a time."""

    def __init__(
        self,
        store: ConversationStore,
        state: SharedState,
        keep: timedelta,
        *,
        clock: Callable[[], float] = time.time,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        """Prepares the job.

        Args:
            store: The conversations.
            state: What else is kept; it also tells workers who purges.
            keep: How long conversations are kept.
            clock: Seconds since 1970.
            monotonic: Seconds that no clock setting changes.
        """
        self._store, self._state, self._keep = store, state, keep
        self._clock, self._monotonic = clock, monotonic
        self._offset = clock() - monotonic()
        self._hold_until = monotonic()

    async def run(self) -> None:
        """Goes on until it is cancelled; a database that is away is tried again."""
        while True:
            await asyncio.sleep(EVERY.total_seconds() * random.uniform(0.8, 1.2))
            try:
                await self.once()
            except StillBusyError:
                logger.info("another worker is purging")
            except Exception as error:
                logger.error("conversations could not be purged: %s", type(error).__name__)

    async def once(self) -> Purged:
        """Purges now, unless another worker has just done so or the clock cannot be trusted."""
        if self._clock_has_jumped():
            return Purged()
        done = Purged()

        async def produce() -> str:
            nonlocal done
            done = await purge(self._store, self._state, self._keep)
            return "done"

        span = int(self._clock() // EVERY.total_seconds())
        await self._state.once("retention", str(span), produce, keep=EVERY)
        return done

    def _clock_has_jumped(self) -> bool:
        offset = self._clock() - self._monotonic()
        if abs(offset - self._offset) >= _JUMP.total_seconds():
            logger.error("the clock has jumped by %.0f s; nothing is purged", offset - self._offset)
            self._hold_until = self._monotonic() + _HOLD.total_seconds()
            self._offset = offset
        return self._monotonic() < self._hold_until
