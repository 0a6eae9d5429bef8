"""Where conversations are kept: SQL, handing back only as much history as a turn needs."""

# mypy: disable-error-code="misc, no-untyped-call, attr-defined"

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from rasa.core.agent import Agent
from rasa.core.tracker_store import SQLTrackerStore
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import BotUttered, Event, SessionStarted, UserUttered
from rasa.shared.core.trackers import DialogueStateTracker

from bot.database import forget_leftovers, tune
from bot.privacy.events import GuardedBroker, without_details
from bot.privacy.logs import guard_logs
from bot.state import SharedState

# Rasa replays every event of a conversation in each turn: 18 ms became 130 ms after 40 turns
# (DESIGN 3).
# What a conversation means lives in slots; policies and "say it again" look back two turns at most.
HISTORY = 40
"""Events handed back at most, about three turns, besides one for each slot and the open form."""

_STORED = "_roi_stored_events"


class ConversationStore(SQLTrackerStore):
    """Rasa's SQL store with a bounded history; :meth:`retrieve_full_tracker` gives all of it."""

    def __init__(self, domain: Domain | None = None, **settings: Any) -> None:
        """Args: as Rasa's store takes them; `host` and others from endpoints.yml."""
        if settings.get("dialect") == "sqlite" and settings.get("db") != ":memory:":
            # Rasa would wait for a missing folder forever.
            Path(settings["db"]).parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        super().__init__(domain, **settings)
        tune(self.engine)
        broker: Any = self.event_broker
        self.event_broker: Any = GuardedBroker(broker) if broker is not None else None
        guard_logs()
        self._shared: SharedState | None = None

    async def retrieve(self, sender_id: str) -> DialogueStateTracker | None:
        """The conversation's present state with its last turns."""
        with self.session_scope() as session:
            events = [json.loads(row.data) for row in self._recent_rows(session, sender_id)]
        if not events or not self.domain:
            return None
        tracker = DialogueStateTracker.from_dict(sender_id, events, self.domain.slots)
        # How many of its events are in the database; all later ones are new when it is saved.
        setattr(tracker, _STORED, len(tracker.events))
        return tracker

    async def said(self, sender_id: str, most: int) -> list[Event]:
        """What person and assistant have said in the present session, oldest first.

        Args:
            sender_id: The conversation.
            most: How many messages at most; the newest stay.
        """
        event = self.SQLEvent
        kinds = (UserUttered.type_name, BotUttered.type_name, SessionStarted.type_name)
        with self.session_scope() as session:
            mine = session.query(event).filter(event.sender_id == sender_id)
            newest = mine.filter(event.type_name.in_(kinds)).order_by(event.id.desc())
            rows = newest.limit(most).all()[::-1]
            return [Event.from_parameters(json.loads(row.data)) for row in rows]

    async def delete(self, sender_id: str) -> None:
        """Removes a conversation, really: nothing of it stays in the database's files."""
        with self.session_scope() as session:
            session.query(self.SQLEvent).filter_by(sender_id=sender_id).delete()
            session.commit()
        forget_leftovers(self.engine)

    def shared_state(self, secret: str) -> SharedState:
        """What workers share beside the conversations, in the same database.

        Args:
            secret: The server's.
        """
        if self._shared is None:
            url = self.engine.url.render_as_string(hide_password=False)
            self._shared = SharedState(url, secret)
        return self._shared

    def _recent_rows(self, session: Any, sender_id: str) -> list[Any]:
        event = self.SQLEvent
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

    def _additional_events(self, session: Any, tracker: DialogueStateTracker) -> Any:
        """The events that are not stored yet."""
        stored = getattr(tracker, _STORED, 0)
        events = list(tracker.events)
        setattr(tracker, _STORED, len(events))
        return iter(without_details(events[stored:]))


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
    name = ":memory:" if database is None else str(database)
    return ConversationStore(Domain.empty(), dialect="sqlite", db=name)
