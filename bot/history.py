"""What a turn needs of a conversation: its last turns, and what set its state before them."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any, NamedTuple

from rasa.shared.core.events import ActiveLoop, BotUttered, SessionStarted, SlotSet, UserUttered

StoredEvent = dict[str, Any]
"""An event as Rasa's `as_dict` gives it."""

_LISTEN = "action_listen"

# Rasa replays every event of a conversation in each turn: 18 ms became 130 ms after 40 turns
# (DESIGN 3).
# What a conversation means lives in slots; policies and "say it again" look back two turns at most.
TURNS = 3
"""Turns handed back, besides one event for each slot and the open form."""

HISTORY = 30
"""Events of those turns at most, besides those of slots."""


class Stored(NamedTuple):
    """What is stored of a conversation for its next turn.

    Attributes:
        turn: How many turns of it have been stored.
        kept: What :func:`last_turns` gave after the last one: of each event its kind, its name and
            its JSON, as it was stored, whatever has been done since with what was made of it.
    """

    turn: int
    kept: tuple[StoredEvent, ...]

    @classmethod
    def after(cls, turn: int, kept: Sequence[StoredEvent]) -> Stored:
        """Args: how many turns there are now; of all events what counts, or of the last and new."""
        return cls(turn, tuple(last_turns(kept, TURNS, HISTORY)))

    @classmethod
    def read(cls, turn: int, text: str) -> tuple[Stored, list[StoredEvent]] | None:
        """What :attr:`text` gave, with its events; None if they are not those after the last turn.

        Args:
            turn: How many turns there are.
            text: From the column `recent`.
        """
        found = json.loads(text) if text else {}
        if found.get("after") != turn:
            return None
        events: list[StoredEvent] = found["events"]
        lines = [line.removesuffix(",") for line in text.split("\n")[1:-1] if line]
        after = tuple(kept(event, line) for event, line in zip(events, lines, strict=True))
        return cls(turn, after), events

    @property
    def text(self) -> str:
        """JSON with each event on a line of its own, which then need not be written anew.

        Versions that cut the history by other rules look for `turn`, and read all events without.
        """
        events = ",\n".join(event["data"] for event in self.kept)
        return f'{{"after": {self.turn}, "events": [\n{events}\n]}}'


NOTHING = Stored(0, ())
"""Of a conversation that has not begun."""


def kept(event: StoredEvent, written: str | None = None) -> StoredEvent:
    """What is kept of an event for the turns that follow: its kind, its name and its JSON.

    Args:
        event: As it is stored.
        written: Its JSON, if that is there already.
    """
    lean = _lean(event)
    data = written if written is not None and lean is event else json.dumps(lean)
    return {"event": event["event"], "name": event.get("name"), "data": data}


def last_turns(events: Sequence[StoredEvent], turns: int, most: int) -> list[StoredEvent]:
    """The last turns of the present session, oldest first.

    Of each slot there is one event, that which set it last: no slot steers a policy (domain.yml),
    so what else it has been in between is of no use to anybody. Rasa looks at every event several
    times a turn, and half of them set slots.

    Args:
        events: Those of the conversation, or what this gave before and those since; of each, its
            kind and its name count.
        turns: How many; before them come what set each slot and the open form last, so that the
            events lead to the state that all of them would lead to.
        most: Events of those turns at most, besides those of slots.
    """
    starts = [at for at, event in enumerate(events) if event["event"] == SessionStarted.type_name]
    session = _set_once(events[starts[-1] :] if starts else events)
    heard = [at for at, event in enumerate(session) if event["event"] == UserUttered.type_name]
    counted = [at for at, event in enumerate(session) if event["event"] != SlotSet.type_name]
    if len(heard) <= turns and len(counted) <= most:
        return session
    # Begin where a turn begins: policies compare states from one listening to the next.
    earliest = counted[-most] if len(counted) > most else 0
    last = max(heard[-turns] if len(heard) >= turns else 0, earliest)
    listening = [at for at, event in enumerate(session) if event.get("name") == _LISTEN]
    within = [at for at in listening if at >= earliest]
    first = next((at for at in reversed(within) if at < last), within[0] if within else earliest)
    return [*_state(session[:first]), *session[first:]]


def state_of(events: Sequence[StoredEvent]) -> list[StoredEvent]:
    """Those events that lead to the state that all of them lead to, in their order.

    Args:
        events: Of one session; of each, its kind and its name count.
    """
    return _state(_set_once(events))


def _lean(event: StoredEvent) -> StoredEvent:
    """The event without the parts in which a page shows an answer; no turn looks at those."""
    ours = (event.get("metadata") or {}).get("roi") or {}
    if event["event"] != BotUttered.type_name or not ours.get("parts"):
        return event
    lean = {name: value for name, value in ours.items() if name != "parts"}
    return {**event, "metadata": {**event["metadata"], "roi": lean}}


def _set_once(events: Sequence[StoredEvent]) -> list[StoredEvent]:
    """The events without those of slots that have been set again since."""
    last = {event["name"]: at for at, event in enumerate(events) if _sets_slot(event)}
    return [e for at, e in enumerate(events) if not _sets_slot(e) or last[e["name"]] == at]


def _sets_slot(event: StoredEvent) -> bool:
    return bool(event["event"] == SlotSet.type_name)


def _state(events: Sequence[StoredEvent]) -> list[StoredEvent]:
    """The events of slots, each of which stands once, the last of the open form, the start."""
    last = {e["event"]: at for at, e in enumerate(events) if e["event"] in _ONE_OF}
    return [e for at, e in enumerate(events) if _sets_slot(e) or last.get(e["event"]) == at]


_ONE_OF = {ActiveLoop.type_name, SessionStarted.type_name}
