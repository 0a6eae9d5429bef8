"""Copies conversations without living through them again."""

from __future__ import annotations

import copy as standard
import dataclasses
from collections import deque
from collections.abc import Callable, Mapping
from functools import cache
from types import SimpleNamespace
from typing import Any, Literal, TypeVar

import rasa.shared.core.trackers
from rasa.shared.core.events import (
    ActionExecuted,
    ActionReverted,
    ActiveLoop,
    Event,
    FollowupAction,
    Restarted,
    SessionStarted,
    UserUtteranceReverted,
)
from rasa.shared.core.slots import Slot
from rasa.shared.core.trackers import DialogueStateTracker, TrackerActiveLoop

_AnySlot = TypeVar("_AnySlot", bound=Slot)

# What follows from these is taken back by other things than events.
_ONLY_BY_REPLAY = (FollowupAction, Restarted)


def copy(self: DialogueStateTracker) -> DialogueStateTracker:
    """What `DialogueStateTracker.copy` gives, once or twice for each action.

    Rasa makes an empty tracker and applies every event to it again. The state that this leads to is
    there already.
    """
    if type(self) is not DialogueStateTracker or any(
        issubclass(kind, _ONLY_BY_REPLAY) for kind in set(map(type, self.events))
    ):
        return _copy(self)
    twin: DialogueStateTracker = object.__new__(DialogueStateTracker)
    vars(twin).update(_state(self))
    return twin


_copy = DialogueStateTracker.copy

_NOT_COPIED = frozenset({"model_id", "assistant_id", "sender_source"})


@cache
def _new() -> Mapping[str, object]:
    """What a conversation consists of before anything has happened."""
    new: Mapping[str, object] = vars(DialogueStateTracker("", ()))
    return new


def _state(tracker: DialogueStateTracker) -> dict[str, object]:
    own = vars(tracker)
    state = {name: own[name] if name not in _NOT_COPIED else new for name, new in _new().items()}
    state["events"] = deque(tracker.events, maxlen=tracker._max_event_history)
    state["slots"] = {slot.name: copy_slot(slot) for slot in tracker.slots.values()}
    state["latest_action"] = dict(tracker.latest_action or {})
    if tracker.active_loop is not None:  # the one part that is changed in place
        state["active_loop"] = dataclasses.replace(tracker.active_loop)
    return state


def copy_slot(slot: _AnySlot) -> _AnySlot:
    """What `copy.copy` gives for a slot, without asking how such an object is pickled."""
    twin = object.__new__(type(slot))
    vars(twin).update(vars(slot))
    return twin


_Kind = Literal["begins", "reverts", "action", "loop", "other"]


def _kind_of(event_type: Any) -> _Kind:
    if issubclass(event_type, (Restarted, SessionStarted)):
        return "begins"
    if issubclass(event_type, (ActionReverted, UserUtteranceReverted)):
        return "reverts"
    if issubclass(event_type, ActionExecuted):
        return "action"
    return "loop" if issubclass(event_type, ActiveLoop) else "other"


_kind: Callable[[Any], _Kind] = cache(_kind_of)


def applied_events(self: DialogueStateTracker) -> list[Event]:
    """What `DialogueStateTracker.applied_events` gives, two to six times a turn.

    Rasa asks of each event whether it is one of five kinds, and an event is of an abstract class,
    where that question takes the longest.
    """
    events: list[Event] = list(self.events)
    kinds = [_kind(type(event)) for event in events]
    if "reverts" in kinds:
        found: list[Event] = _applied_events(self)
        return found
    loops = {e.name for e, kind in zip(events, kinds, strict=True) if kind == "loop" and e.name}
    begins = [at for at, kind in enumerate(kinds) if kind == "begins"]
    first = begins[-1] + 1 if begins else 0
    if not loops:
        return events[first:]
    applied: list[Event] = []
    for event, kind in zip(events[first:], kinds[first:], strict=True):
        again = kind == "action" and event.action_name in loops
        if again and not self._first_loop_execution_or_unhappy_path(event.action_name, applied):
            self._undo_till_previous_loop_execution(event.action_name, applied)
        else:
            applied.append(event)
    return applied


_applied_events = DialogueStateTracker.applied_events


def loop_as_dict(loop: TrackerActiveLoop) -> dict[str, Any]:
    """What `dataclasses.asdict` gives for the open form.

    That copies the message which opened it, with all that understanding said of it, through
    `copy.deepcopy`: a twelfth of a turn inside a form.
    """
    return {field.name: plain_copy(getattr(loop, field.name)) for field in dataclasses.fields(loop)}


def plain_copy(value: Any) -> Any:
    """A deep copy, quick where the value is what JSON knows."""
    if type(value) is dict:
        return {key: plain_copy(part) for key, part in value.items()}
    if type(value) is list:
        return [plain_copy(part) for part in value]
    if value is None or type(value) in (str, int, float, bool):
        return value
    return standard.deepcopy(value)


def quicken_copies() -> None:
    """Gives Rasa's module of trackers these two ways to copy; it copies nothing else."""
    rasa.shared.core.trackers.copy = SimpleNamespace(copy=copy_slot)
    rasa.shared.core.trackers.dataclasses = SimpleNamespace(
        dataclass=dataclasses.dataclass, asdict=loop_as_dict
    )
