"""Where conversations are kept: SQL, handing back only as much history as a turn needs."""

# mypy: disable-error-code="misc, no-untyped-call, attr-defined"

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from rasa.core.agent import Agent
from rasa.core.tracker_store import SQLTrackerStore
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import BotUttered, Event, SessionStarted, UserUttered
from rasa.shared.core.trackers import DialogueStateTracker

from bot.database import forget_leftovers, tune
from bot.history import recent_rows
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
        return recent_rows(session, sender_id, HISTORY)

    def _additional_events(self, session: Any, tracker: DialogueStateTracker) -> Any:
        """The events that are not stored yet."""
        stored = getattr(tracker, _STORED, 0)
        events = list(tracker.events)
        setattr(tracker, _STORED, len(events))
        return iter(events[stored:])


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
