"""Where conversations are kept: SQL, handing back only as much history as a turn needs."""

# mypy: disable-error-code="misc, no-untyped-call, attr-defined"

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

import sqlalchemy as sa
from rasa.core.agent import Agent
from rasa.core.brokers.broker import EventBroker
from rasa.core.tracker_store import SQLTrackerStore, TrackerStore
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import BotUttered, Event, SessionStarted, UserUttered
from rasa.shared.core.trackers import DialogueStateTracker
from sqlalchemy.engine import URL
from sqlalchemy.orm import Session, sessionmaker

from bot.database import IN_MEMORY, database_url, forget_leftovers, make_tables, open_engine
from bot.state import SharedState

# Rasa replays every event of a conversation in each turn: 18 ms became 130 ms after 40 turns
# (DESIGN 3).
# What a conversation means lives in slots; policies and "say it again" look back two turns at most.
HISTORY = 40
"""Events handed back at most, about three turns, besides one for each slot and the open form."""

THREADS = 4
"""Statements at a time; SQLite, which takes one writer at a time, has one thread."""

_STORED, _TURN = "_roi_stored_events", "_roi_turn"

_Event = SQLTrackerStore.SQLEvent
_CONVERSATIONS = sa.Table(
    "roi_conversations",
    _Event.metadata,
    sa.Column("sender_id", sa.String(255), primary_key=True),
    sa.Column("turn", sa.Integer, nullable=False),
    sa.Column("seen", sa.Float, nullable=False, index=True),
)
_OURS = _CONVERSATIONS.c

_Result = TypeVar("_Result")


class ConflictError(RuntimeError):
    """The conversation has gone on since it was read; saving now would mix two turns."""


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
        make_tables(self.engine, _Event.metadata)
        self.sessionmaker = sessionmaker(bind=self.engine, future=True)
        sqlite = self.engine.dialect.name == "sqlite"
        self._threads = ThreadPoolExecutor(1 if sqlite else THREADS, thread_name_prefix="roi-store")
        self._clock = clock
        self._shared: SharedState | None = None
        # Not SQLTrackerStore's: that one would open the database once more.
        TrackerStore.__init__(self, domain, event_broker)

    @contextmanager
    def session_scope(self) -> Iterator[Session]:
        """A transaction; committed only where that is said."""
        with self.sessionmaker() as session:
            yield session

    async def retrieve(self, sender_id: str) -> DialogueStateTracker | None:
        """The conversation's present state with its last turns."""
        return await self._tracker(sender_id, self._recent_rows)

    async def retrieve_full_tracker(self, conversation_id: str) -> DialogueStateTracker | None:
        """The conversation with all that is stored of it."""
        return await self._tracker(conversation_id, self._all_rows)

    async def save(self, tracker: DialogueStateTracker) -> None:
        """Stores what is new, all of it or nothing.

        Raises:
            ConflictError: Another turn of the conversation has been stored since it was read.
        """
        await self.stream_events(tracker)
        events = list(tracker.events)
        rows = [_row(tracker.sender_id, e) for e in events[getattr(tracker, _STORED, 0) :]]
        turn = getattr(tracker, _TURN, 0)
        await self.in_thread(self._write, tracker.sender_id, turn, rows)
        setattr(tracker, _STORED, len(events))
        setattr(tracker, _TURN, turn + 1)

    async def keys(self) -> list[str]:
        """The ids of all conversations."""
        return await self.in_thread(self._keys)

    async def said(self, sender_id: str, most: int) -> list[Event]:
        """What person and assistant have said in the present session, oldest first.

        Args:
            sender_id: The conversation.
            most: How many messages at most; the newest stay.
        """
        stored = await self.in_thread(self._said, sender_id, most)
        return [Event.from_parameters(json.loads(data)) for data in stored]

    async def delete(self, sender_id: str) -> None:
        """Removes a conversation, really: nothing of it stays in the database's files."""
        await self.in_thread(self._delete, sender_id)

    def shared_state(self, secret: str) -> SharedState:
        """What workers share beside the conversations, in the same database.

        Args:
            secret: The server's.
        """
        if self._shared is None:
            self._shared = SharedState(self.engine.url, secret)
        return self._shared

    async def in_thread(self, function: Callable[..., _Result], *arguments: Any) -> _Result:
        """Calls a function that waits for the database; meanwhile others are answered."""
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._threads, partial(function, *arguments))

    async def _tracker(
        self, sender_id: str, rows: Callable[[Session, str], list[Any]]
    ) -> DialogueStateTracker | None:
        turn, stored = await self.in_thread(self._read, sender_id, rows)
        if not stored or not self.domain:
            return None
        events = [json.loads(data) for data in stored]
        tracker = DialogueStateTracker.from_dict(sender_id, events, self.domain.slots)
        # How many of its events are in the database; all later ones are new when it is saved.
        setattr(tracker, _STORED, len(tracker.events))
        setattr(tracker, _TURN, turn)
        return tracker

    def _read(
        self, sender_id: str, rows: Callable[[Session, str], list[Any]]
    ) -> tuple[int, list[str]]:
        with self.session_scope() as session:
            query = sa.select(_OURS.turn).where(_OURS.sender_id == sender_id)
            turn = session.execute(query).scalar() or 0
            return turn, [row.data for row in rows(session, sender_id)]

    def _write(self, sender_id: str, turn: int, rows: list[dict[str, Any]]) -> None:
        present = {"turn": turn + 1, "seen": self._clock()}
        mine = sa.and_(_OURS.sender_id == sender_id, _OURS.turn == turn)
        with self.session_scope() as session:
            if turn == 0:
                new = sa.insert(_CONVERSATIONS).values(sender_id=sender_id, **present)
                try:
                    session.execute(new)
                except sa.exc.IntegrityError as error:
                    raise ConflictError("the conversation exists already") from error
            elif (
                session.execute(sa.update(_CONVERSATIONS).where(mine).values(present)).rowcount != 1
            ):
                raise ConflictError("the conversation has gone on")
            if rows:
                session.execute(sa.insert(_Event), rows)
            session.commit()

    def _delete(self, sender_id: str) -> None:
        with self.session_scope() as session:
            session.execute(sa.delete(_CONVERSATIONS).where(_OURS.sender_id == sender_id))
            session.execute(sa.delete(_Event).where(_Event.sender_id == sender_id))
            session.commit()
        forget_leftovers(self.engine)

    def _keys(self) -> list[str]:
        with self.session_scope() as session:
            return list(session.execute(sa.select(_OURS.sender_id)).scalars())

    def _said(self, sender_id: str, most: int) -> list[str]:
        kinds = (UserUttered.type_name, BotUttered.type_name, SessionStarted.type_name)
        mine = sa.and_(_Event.sender_id == sender_id, _Event.type_name.in_(kinds))
        newest = sa.select(_Event.data).where(mine).order_by(_Event.id.desc()).limit(most)
        with self.session_scope() as session:
            return list(session.execute(newest).scalars())[::-1]

    def _all_rows(self, session: Session, sender_id: str) -> list[Any]:
        return list(session.query(_Event).filter_by(sender_id=sender_id).order_by(_Event.id))

    def _recent_rows(self, session: Session, sender_id: str) -> list[Any]:
        event = _Event
        mine = session.query(event).filter(event.sender_id == sender_id)
        start = (
            session.query(sa.func.max(event.id))
            .filter(event.sender_id == sender_id, event.type_name == "session_started")
            .scalar()
        )
        if start is not None:
            mine = mine.filter(event.id >= start)
        rows = mine.order_by(event.id.desc()).limit(HISTORY).all()[::-1]
        if len(rows) < HISTORY:
            return list(rows)
        # Begin where a turn begins: policies compare states from one listening to the next.
        first = next((i for i, row in enumerate(rows) if row.action_name == "action_listen"), 0)
        older = mine.filter(event.id < rows[first].id)
        latest = sa.func.max(event.id)
        slots = older.filter(event.type_name == "slot").with_entities(latest)
        loops = older.filter(event.type_name == "active_loop").with_entities(latest)
        ids = [row[0] for row in slots.group_by(event.action_name)] + [loops.scalar(), start]
        kept = session.query(event).filter(event.id.in_([i for i in ids if i is not None]))
        return [*kept.order_by(event.id), *rows[first:]]


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


def _row(sender_id: str, event: Event) -> dict[str, Any]:
    """An event as it is stored."""
    data = event.as_dict()
    return {
        "sender_id": sender_id,
        "type_name": event.type_name,
        "timestamp": data.get("timestamp"),
        "intent_name": data.get("parse_data", {}).get("intent", {}).get("name"),
        "action_name": data.get("name"),
        "data": json.dumps(data),
    }
