"""Work that Rasa 3.6.21 repeats in every turn without need, done once. Measured by benchmarks/turn.py.

Each change here gives the same results as Rasa's own code; tests/unit/test_rasa_fast.py compares them.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from jsonschema.validators import validator_for
from rasa.core.actions.action import RemoteAction
from rasa.shared.core import events
from rasa.shared.core.events import Event


def speed_up() -> None:
    """Replaces the two functions; may be called any number of times."""
    RemoteAction._validate_action_result = _validate_action_result
    events.Event.resolve_by_type = staticmethod(_event_class)


@lru_cache(maxsize=1)
def _response_validator() -> Any:
    schema = RemoteAction.action_response_format_spec()
    return validator_for(schema)(schema)


def _validate_action_result(self: RemoteAction, result: dict[str, Any]) -> bool:
    """Checks an action's response against Rasa's schema, as Rasa does.

    Rasa calls `jsonschema.validate`, which first checks the schema itself against its
    meta-schema: 82 % of a turn's time, and never with another outcome.
    """
    _response_validator().validate(result)
    return True


@lru_cache(maxsize=None)
def _event_class(type_name: str, default: type[Event] | None = None) -> type[Event] | None:
    """The class of an event; Rasa walks all subclasses for every event it reads."""
    return _resolve_by_type(type_name, default)


_resolve_by_type = Event.resolve_by_type
