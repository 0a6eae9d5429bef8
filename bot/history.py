"""What a turn needs of a conversation: its last turns, and what set its state before them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from rasa.shared.core.events import ActiveLoop, SessionStarted, SlotSet, UserUttered

StoredEvent = dict[str, Any]
"""An event as Rasa's `as_dict` gives it."""

_LISTEN = "action_listen"


def last_turns(events: Sequence[StoredEvent], turns: int, most: int) -> list[StoredEvent]:
    """The last turns of the present session, oldest first.

    Args:
        events: Those of the conversation, or what this gave before and those since.
        turns: How many; before them come what set each slot and the open form last, so that the
            events lead to the state that all of them would lead to.
        most: Events of those turns at most.
    """
    starts = [at for at, event in enumerate(events) if event["event"] == SessionStarted.type_name]
    session = list(events[starts[-1] :] if starts else events)
    heard = [at for at, event in enumerate(session) if event["event"] == UserUttered.type_name]
    if len(heard) <= turns and len(session) <= most:
        return session
    # Begin where a turn begins: policies compare states from one listening to the next.
    earliest = max(0, len(session) - most)
    last = max(heard[-turns] if len(heard) >= turns else 0, earliest)
    listening = [at for at, event in enumerate(session) if event.get("name") == _LISTEN]
    within = [at for at in listening if at >= earliest]
    first = next((at for at in reversed(within) if at < last), within[0] if within else earliest)
    return [*_state(session[:first]), *session[first:]]


def _state(events: Sequence[StoredEvent]) -> list[StoredEvent]:
    """Those events that a conversation's state hangs on: the last for each slot, the open form."""
    kinds = {SlotSet.type_name, ActiveLoop.type_name, SessionStarted.type_name}
    last: dict[tuple[str, str], int] = {}
    for at, event in enumerate(events):
        if event["event"] in kinds:
            name = event["name"] if event["event"] == SlotSet.type_name else ""
            last[event["event"], str(name)] = at
    return [events[at] for at in sorted(last.values())]
