"""Where conversations are kept: SQL, handing back only as much history as a turn needs."""

# mypy: disable-error-code="misc, no-untyped-call, attr-defined"

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

import sqlalchemy as sa
from rasa.core.agent import Agent
from rasa.core.brokers.broker import EventBroker
from rasa.core.tracker_store import SQLTrackerStore, TrackerStore
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import Event
from rasa.shared.core.trackers import DialogueStateTracker
from sqlalchemy.engine import URL, Connection
from sqlalchemy.exc import SQLAlchemyError

from bot import conversation_rows
from bot.conversation_rows import TABLES, ConflictError
from bot.database import (
    IN_MEMORY,
    database_url,
    forget_leftovers,
    make_tables,
    one_at_a_time,
    open_engine,
)
from bot.history import NOTHING, Stored, StoredEvent
from bot.privacy.events import GuardedBroker, without_details
from bot.privacy.logs import guard_logs
from bot.state import SharedState

__all__ = ["ConflictError", "ConversationStore", "sqlite_store", "store_of"]

THREADS = 4
"""Statements at a time; SQLite, which takes one writer at a time, has one thread."""

_STORED, _KNOWN_EVENTS = "_roi_stored", "_roi_known_events"
_READ: ContextVar[DialogueStateTracker | None] = ContextVar("read", default=None)

_Result = TypeVar("_Result")
_Read = Callable[[Connection, str], tuple[Stored, list[StoredEvent]]]


class ConversationStore(SQLTrackerStore):
    """Rasa's SQL store with a bounded history; :meth:`retrieve_full_tracker` gives all of it.

    Rasa's own waits for ever for a database that is not there, blocks the whole server while it
    waits for one, and ends the process where a stored event cannot be read.
    """

    def __init__(
        self,
        domain: Domain | None = None,
        host: URL | str | None = None,
        event_broker: EventBroker | None = None,
        *,
        clock: Callable[[], float] = time.time,
    ) -> None:
        """Opens the database and makes the tables that are not there.

        Args:
            domain: Rasa's.
            host: The database's address (Rasa's name for `url` in endpoints.yml); the configured
                one if not given.
            event_broker: Rasa's.
            clock: Seconds since 1970; the same for all workers.

        Raises:
            bot.database.DatabaseError: The database cannot be used.
        """
        self.engine = open_engine(database_url() if host is None else host)
        make_tables(self.engine, TABLES)
        sqlite = self.engine.dialect.name == "sqlite"
        self._threads = ThreadPoolExecutor(1 if sqlite else THREADS, thread_name_prefix="roi-store")
        self._clock = clock
        self._shared: SharedState | None = None
        with one_at_a_time(self.engine) as connection:
            conversation_rows.add_columns(connection)
            conversation_rows.adopt_older(connection, clock())
        # Not SQLTrackerStore's: that one would open the database once more.
        guarded = GuardedBroker(event_broker) if event_broker is not None else None
        TrackerStore.__init__(self, domain, guarded)
        guard_logs()

    async def retrieve(self, sender_id: str) -> DialogueStateTracker | None:
        """The conversation's present state with its last turns."""
        known = _READ.get()
        if known is not None and known.sender_id == sender_id:
            _READ.set(None)  # once, since whoever gets it changes it
            return known
        return await self._tracker(sender_id, conversation_rows.recent)

    async def retrieve_full_tracker(self, conversation_id: str) -> DialogueStateTracker | None:
        """The conversation with all that is stored of it."""
        return await self._tracker(conversation_id, conversation_rows.everything)

    async def save(self, tracker: DialogueStateTracker) -> None:
        """Stores what is new, all of it or nothing.

        Raises:
            ConflictError: Another turn of the conversation has been stored since it was read.
        """
        await self.stream_events(tracker)
        events = list(tracker.events)
        new = without_details(events[getattr(tracker, _KNOWN_EVENTS, 0) :])
        if not new:
            return  # as Rasa saves a new conversation before its first turn
        stored = await self._in_thread(self._write, tracker.sender_id, _stored(tracker), new)
        _note(tracker, stored, len(events))

    async def keys(self) -> list[str]:
        """The ids of all conversations."""
        return await self._in_thread(self._keys)

    async def answers(self) -> bool:
        """Does the database answer?"""
        try:
            await self._in_thread(self._read, conversation_rows.recent, "")
        except SQLAlchemyError:
            return False
        return True

    async def said(self, sender_id: str, most: int) -> list[Event]:
        """What person and assistant have said in the present session, oldest first.

        Args:
            sender_id: The conversation.
            most: How many messages at most; the newest stay.
        """
        stored = await self._in_thread(self._read, conversation_rows.said, sender_id, most)
        return [Event.from_parameters(json.loads(data)) for data in stored]

    async def last_seen(self, sender_id: str) -> float | None:
        """When a conversation had its last message, in seconds since 1970."""
        return await self._in_thread(self._read, conversation_rows.last_seen, sender_id)

    async def delete(self, sender_id: str) -> int:
        """Removes a conversation, really: nothing of it stays in the database's files.

        Returns:
            How many events it had.
        """
        return await self._in_thread(self._delete, sender_id)

    async def delete_silent(self, keep: timedelta, most: int) -> tuple[int, int]:
        """Removes some conversations without a message for so long.

        What SQLite's log still holds of them is removed by :meth:`forget_leftovers`.

        Args:
            keep: How long.
            most: How many at most.

        Returns:
            How many they were and how many events they had.
        """
        return await self._in_thread(self._delete_silent, keep.total_seconds(), most)

    async def forget_leftovers(self) -> None:
        """Removes what deleted conversations have left in the database's files."""
        await self._in_thread(forget_leftovers, self.engine)

    def shared_state(self, secret: str, old_secrets: Sequence[str] = ()) -> SharedState:
        """What workers share beside the conversations, in the same database.

        Args:
            secret: The server's.
            old_secrets: Former ones.
        """
        if self._shared is None:
            self._shared = SharedState(self.engine.url, secret, old_secrets=old_secrets)
        return self._shared

    def close(self) -> None:
        """Closes the connections."""
        self._threads.shutdown()
        self.engine.dispose()
        if self._shared is not None:
            self._shared.close()

    async def _in_thread(self, function: Callable[..., _Result], *arguments: Any) -> _Result:
        # While one waits for the database, others are answered.
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._threads, partial(function, *arguments))

    async def _tracker(self, sender_id: str, read: _Read) -> DialogueStateTracker | None:
        stored, events = await self._in_thread(self._read, read, sender_id)
        if not events or not self.domain:
            return None
        tracker = DialogueStateTracker.from_dict(sender_id, events, self.domain.slots)
        _note(tracker, stored, len(tracker.events))
        return tracker

    def _read(self, read: Callable[..., _Result], *arguments: Any) -> _Result:
        with self.engine.connect() as connection:
            return read(connection, *arguments)

    def _write(self, sender_id: str, before: Stored, events: list[StoredEvent]) -> Stored:
        with self.engine.begin() as connection:
            now = self._clock()
            return conversation_rows.store_turn(connection, sender_id, before, now, events)

    def _delete(self, sender_id: str) -> int:
        with self.engine.begin() as connection:
            events = conversation_rows.delete(connection, [sender_id])
        forget_leftovers(self.engine)
        return events

    def _delete_silent(self, seconds: float, most: int) -> tuple[int, int]:
        now = self._clock()
        with self.engine.begin() as connection:
            found = conversation_rows.silent_since(connection, now - seconds, now, most)
            events = conversation_rows.delete(connection, found) if found else 0
        return len(found), events

    def _keys(self) -> list[str]:
        with self.engine.connect() as connection:
            query = sa.select(conversation_rows.CONVERSATIONS.c.sender_id)
            return list(connection.execute(query).scalars())


@contextmanager
def already_read(tracker: DialogueStateTracker | None) -> Iterator[None]:
    """Within, the next reading of a conversation gives this one.

    Args:
        tracker: As :meth:`ConversationStore.retrieve` gave it, unchanged; its conversation has been
            locked since. Where the lock was lost, or somebody deletes without one, saving ends in
            a conflict.
    """
    token = _READ.set(tracker)
    try:
        yield
    finally:
        _READ.reset(token)


def store_of(agent: Agent) -> ConversationStore:
    """The store of an agent, without the one that Rasa puts around it.

    Raises:
        TypeError: It is none of ours, so endpoints.yml names another.
    """
    store = getattr(agent.tracker_store, "_tracker_store", agent.tracker_store)
    if not isinstance(store, ConversationStore):
        raise TypeError("endpoints.yml must name bot.stores.ConversationStore as tracker_store")
    return store


def sqlite_store(database: Path | None) -> ConversationStore:
    """A store in a file, or in memory for the shell and for tests."""
    url = IN_MEMORY if database is None else database_url(database)
    return ConversationStore(Domain.empty(), url)


def _stored(tracker: DialogueStateTracker) -> Stored:
    """What was stored of a conversation when it was read or last saved."""
    stored: Stored = getattr(tracker, _STORED, NOTHING)
    return stored


def _note(tracker: DialogueStateTracker, stored: Stored, events: int) -> None:
    """Notes what is stored of a conversation; all events after so many are new."""
    setattr(tracker, _STORED, stored)
    setattr(tracker, _KNOWN_EVENTS, events)
