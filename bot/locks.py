"""One turn at a time in a conversation, in the order of arrival, in one worker or many.

Rasa's own lock stores hand out tickets, and two things about them hurt here:

- They look again after a whole second, so that the second of two messages sent at once waits a
  second although a turn takes some hundredths.
- `RedisLockStore` reads a lock, changes it and writes it back in separate steps. Two workers that
  do so at once get the same ticket and answer at once, and one may erase the other's
  (tests/components/test_locks.py shows it). It also blocks the event loop meanwhile.
"""

from __future__ import annotations

import asyncio
import hashlib
import logging
import secrets
import time
from collections import deque
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager, suppress
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any

from rasa.core.agent import Agent
from rasa.core.lock_store import LOCK_LIFETIME, LockError, LockStore
from redis.exceptions import RedisError

from bot.redis_server import client, patiently

logger = logging.getLogger(__name__)

LOOK = 0.02
"""Seconds after which a waiting message looks again."""

LEASE = 5.0
"""Seconds that a place in the queue holds unrenewed; its worker has died by then."""

PATIENCE = 45.0
"""Seconds that a message waits for its turn at most."""

_HELD: ContextVar[tuple[_Hold, ...]] = ContextVar("held", default=())

# Joins the queue (once, however often it is called), renews the place, removes those whose workers
# have died, and says whether it is the caller's turn. Redis runs it as a whole.
_TAKE = """
local queue, leases, ticket, lease = KEYS[1], KEYS[2], ARGV[1], tonumber(ARGV[2])
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
if not redis.call('LPOS', queue, ticket) then redis.call('RPUSH', queue, ticket) end
redis.call('HSET', leases, ticket, now + lease)
local head = redis.call('LINDEX', queue, 0)
while head ~= ticket and tonumber(redis.call('HGET', leases, head) or '0') <= now do
    redis.call('LPOP', queue)
    redis.call('HDEL', leases, head)
    head = redis.call('LINDEX', queue, 0)
end
redis.call('PEXPIRE', queue, 2 * lease)
redis.call('PEXPIRE', leases, 2 * lease)
return head == ticket and 1 or 0
"""

_LEAVE = """
redis.call('LREM', KEYS[1], 1, ARGV[1])
redis.call('HDEL', KEYS[2], ARGV[1])
"""


@dataclass
class _Hold:
    """A conversation that is held, as long as that lasts."""

    name: str
    lasts: bool = True


class ReentrantLocks:
    """Any lock store, with locks that their holder may take again.

    A turn reads the conversation before Rasa handles the message, and Rasa locks it once more.
    """

    def __init__(self, store: LockStore) -> None:
        """Args: what locks for real."""
        self._store = store

    @asynccontextmanager
    async def lock(
        self, conversation_id: str, *given: Any, **named: Any
    ) -> AsyncGenerator[Any, None]:
        """Holds the conversation; returns at once where the caller, or whoever called it, does.

        Raises:
            LockError: As the store's.
        """
        if any(hold.name == conversation_id and hold.lasts for hold in _HELD.get()):
            yield None
            return
        async with self._store.lock(conversation_id, *given, **named) as lock:
            hold, before = _Hold(conversation_id), _HELD.get()
            _HELD.set((*before, hold))
            try:
                yield lock
            finally:
                # Tasks that were begun within may go on; they hold it no longer.
                hold.lasts = False
                _HELD.set(before)

    def __getattr__(self, name: str) -> Any:
        """Whatever else a lock store does, the store itself does."""
        return getattr(self._store, name)


def make_reentrant(agent: Agent) -> None:
    """Gives an assistant, whose locks may be Rasa's own, such locks as :class:`ReentrantLocks`."""
    if not isinstance(agent.lock_store, ReentrantLocks):
        agent.lock_store = ReentrantLocks(agent.lock_store)


class LocalLocks(LockStore):
    """For one worker: a queue in memory for each conversation.

    Rasa's own hands out tickets and looks every so often whose turn it is.
    """

    def __init__(self, *, patience: float = PATIENCE) -> None:
        """Args: seconds that a message waits at most."""
        self._patience = patience
        # Who waits for each conversation that somebody holds.
        self._waiting: dict[str, deque[_Place]] = {}

    @asynccontextmanager
    async def lock(
        self,
        conversation_id: str,
        lock_lifetime: float = LOCK_LIFETIME,
        wait_time_in_seconds: float = LOOK,
    ) -> AsyncGenerator[None, None]:
        """Holds the conversation.

        Args:
            conversation_id: Whose turn it is.
            lock_lifetime: Not used: a lock holds until it is left.
            wait_time_in_seconds: Not used either.

        Raises:
            LockError: Those before have not finished in time.
        """
        waiting = self._waiting.get(conversation_id)
        if waiting is None:
            self._waiting[conversation_id] = deque()  # nobody holds it
        else:
            await self._reach(conversation_id, waiting)
        try:
            yield
        finally:
            self._hand_over(conversation_id)

    def __len__(self) -> int:
        """How many conversations are held."""
        return len(self._waiting)

    async def _reach(self, name: str, waiting: deque[_Place]) -> None:
        loop = asyncio.get_running_loop()
        place: _Place = loop.create_future()
        waiting.append(place)
        end = loop.call_later(self._patience, _settle, place, False)
        reached = False
        try:
            reached = await place
        except BaseException:
            if place.done() and not place.cancelled() and place.result():
                self._hand_over(name)  # it was handed over at the very moment of going away
            raise
        finally:
            end.cancel()
            if not reached:
                place.cancel()
                with suppress(ValueError):  # whoever handed over has taken it out
                    waiting.remove(place)
        if not reached:
            raise LockError("no turn came in time")

    def _hand_over(self, name: str) -> None:
        waiting = self._waiting[name]
        while waiting:
            if _settle(waiting.popleft(), True):
                return
        del self._waiting[name]


_Place = asyncio.Future[bool]
"""A place in a queue: True when its turn has come, False when that takes too long."""


def _settle(place: _Place, reached: bool) -> bool:
    if place.done():
        return False
    place.set_result(reached)
    return True


class RedisLocks(LockStore):
    """For many workers: a queue in Redis for each conversation."""

    def __init__(self, url: str, *, lease: float = LEASE, patience: float = PATIENCE) -> None:
        """Prepares the connections; none is made yet.

        Args:
            url: The address of the Redis server.
            lease: Seconds that a place holds unrenewed.
            patience: Seconds that a message waits at most.
        """
        self._redis = client(url)
        self._take_script = self._redis.register_script(_TAKE)
        self._leave_script = self._redis.register_script(_LEAVE)
        self._lease, self._patience = lease, patience
        self._last: dict[str, Ticket] = {}

    @asynccontextmanager
    async def lock(
        self,
        conversation_id: str,
        lock_lifetime: float = LOCK_LIFETIME,
        wait_time_in_seconds: float = LOOK,
    ) -> AsyncGenerator[None, None]:
        """Holds the conversation.

        Args:
            conversation_id: Whose turn it is.
            lock_lifetime: Not used: a lock holds as long as its worker lives.
            wait_time_in_seconds: Not used either.

        Raises:
            LockError: Redis cannot be reached, or those before have not finished in time.
        """
        ticket = self.join(conversation_id)
        try:
            await ticket.reached()
            yield
        finally:
            await ticket.left()

    def join(self, name: str) -> Ticket:
        """Takes the place behind all who are waiting; those of this worker never overtake.

        Args:
            name: Whose queue it is.
        """
        ticket = Ticket(self, name, self._last.get(name), self._lease, self._patience)
        self._last[name] = ticket
        ticket.task.add_done_callback(lambda _: self._forget(name, ticket))
        return ticket

    async def take(self, name: str, number: str) -> bool:
        """Joins a queue or renews a place in it. Is it this ticket's turn?"""
        arguments = [number, int(self._lease * 1000)]
        return bool(await patiently(lambda: self._take_script(_keys(name), arguments)))

    async def leave(self, name: str, number: str) -> None:
        """Leaves a queue."""
        await patiently(lambda: self._leave_script(_keys(name), [number]))

    async def close(self) -> None:
        """Closes the connections."""
        await self._redis.close()

    def _forget(self, name: str, ticket: Ticket) -> None:
        if self._last.get(name) is ticket:
            del self._last[name]


class Ticket:
    """A place in a queue, kept alive until it is left; it must be left, whatever happens."""

    def __init__(
        self, locks: RedisLocks, name: str, before: Ticket | None, lease: float, patience: float
    ) -> None:
        """Args: the store, whose queue, this worker's ticket before, lease and patience."""
        self._locks, self._name, self._number = locks, name, secrets.token_hex(8)
        self._before, self._lease = before, lease
        self._give_up = time.monotonic() + patience
        self._joined, self._leaving = asyncio.Event(), asyncio.Event()
        self._turn: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.task = asyncio.ensure_future(self._live())

    async def reached(self) -> None:
        """Waits for the turn.

        Raises:
            LockError: It does not come.
        """
        try:
            await asyncio.shield(self._turn)
        except (RedisError, OSError, asyncio.TimeoutError) as error:
            raise LockError(f"no turn came: {type(error).__name__}") from error

    def leave(self) -> None:
        """Lets the next go on, soon."""
        self._leaving.set()

    async def left(self) -> None:
        """Lets the next go on, now."""
        self.leave()
        await asyncio.shield(self.task)

    async def _live(self) -> None:
        try:
            if self._before is not None:
                await self._before._joined.wait()
            while not self._leaving.is_set():
                await self._look()
            await self._locks.leave(self._name, self._number)
        except (RedisError, OSError, asyncio.TimeoutError) as error:
            # Its place in the queue is over when its lease is.
            logger.error("a conversation's lock failed: %s", type(error).__name__)
            if not self._turn.done():
                self._turn.set_exception(error)
                self._turn.exception()  # it may be that nobody asks any more
        finally:
            self._joined.set()

    async def _look(self) -> None:
        is_my_turn = await self._locks.take(self._name, self._number)
        self._joined.set()
        if is_my_turn and not self._turn.done():
            self._turn.set_result(None)
        elif not is_my_turn and time.monotonic() > self._give_up:
            raise asyncio.TimeoutError
        with suppress(asyncio.TimeoutError):
            pause = self._lease / 3 if is_my_turn else LOOK
            await asyncio.wait_for(self._leaving.wait(), pause)


def _keys(name: str) -> list[str]:
    # In braces: a Redis Cluster keeps both on one node. Hashed: a sender's id stands in no store.
    hashed = hashlib.sha256(name.encode()).hexdigest()
    return [f"roi:queue:{{{hashed}}}", f"roi:leases:{{{hashed}}}"]
