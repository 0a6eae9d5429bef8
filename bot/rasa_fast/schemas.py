"""Checks of schemas and look-ups of classes that Rasa repeats, done once."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import cache, lru_cache
from typing import Any

import fastjsonschema
import jsonschema
from fastjsonschema import JsonSchemaValueException
from jsonschema.exceptions import best_match
from jsonschema.validators import validator_for
from rasa.core.actions.action import RemoteAction
from rasa.shared.core.events import Event

_Check = Callable[[Any], Any]

_DRAFT = "http://json-schema.org/draft-07/schema#"


class _DoubtError(Exception):
    """There is a kind of event that Rasa may know and we do not."""


class _ResponseChecks:
    """The same checks as Rasa's schema, sorted by the kind of event that each is for.

    The schema lists 23 kinds of events of which exactly one must fit, and each names its kind. Each
    is made into a function, since reading a schema again for each event took 3 % of a turn.
    """

    def __init__(self, schema: Mapping[str, Any]) -> None:
        any_event = schema["properties"]["events"]["items"]
        kinds: dict[str, list[Any]] = {}
        for kind in any_event["oneOf"]:
            kinds.setdefault(kind["properties"]["event"]["const"], []).append(kind)
        self._kinds = {name: k[0] for name, k in kinds.items() if len(k) == 1}
        self._any_event = {k: v for k, v in any_event.items() if k != "oneOf"}
        other = {**schema["properties"], "events": {"type": "array"}}
        self._response = _check({**schema, "properties": other})
        self._checks: dict[str, _Check] = {}

    def hold(self, result: Any) -> bool:
        """Is it valid, without a doubt?"""
        try:
            self._response(result)
            for event in result.get("events", ()):
                self._check_of(event)(event)
        except (JsonSchemaValueException, _DoubtError):
            return False
        return True

    def _check_of(self, event: Any) -> _Check:
        kind = event.get("event") if isinstance(event, dict) else None
        if not isinstance(kind, str) or kind not in self._kinds:
            raise _DoubtError
        if kind not in self._checks:  # of those that we have, once
            self._checks[kind] = _check({"allOf": [self._any_event, self._kinds[kind]]})
        return self._checks[kind]


@lru_cache(maxsize=1)
def _response_checks() -> _ResponseChecks:
    return _ResponseChecks(RemoteAction.action_response_format_spec())


def _check(schema: Mapping[str, Any]) -> _Check:
    """A function that raises what is wrong.

    jsonschema reads Rasa's schema as of 2020-12; the words in it meant the same in draft 7.
    """
    check: _Check = fastjsonschema.compile({"$schema": _DRAFT, **schema})
    return check


def validate_action_result(self: RemoteAction, result: dict[str, Any]) -> bool:
    """Checks an action's response against Rasa's schema, as Rasa does.

    Rasa calls `jsonschema.validate`, which first checks the schema itself against its
    meta-schema (82 % of a turn's time, and never with another outcome) and then tries each event
    on all 23 kinds (a tenth of what is left).
    """
    # What is not valid without a doubt is refused, or not, by Rasa itself and in its words.
    return _response_checks().hold(result) or bool(_validate_action_result(self, result))


_validate_action_result = RemoteAction._validate_action_result


@cache
def event_class(type_name: str, default: type[Event] | None = None) -> type[Event] | None:
    """The class of an event; Rasa walks all subclasses for every event it reads."""
    found: type[Event] | None = _resolve_by_type(type_name, default)
    return found


_resolve_by_type = Event.resolve_by_type


@contextmanager
def schemas_checked_once() -> Iterator[None]:
    """For training, where Rasa checks the schema of an entity anew for each of the thousands.

    That is 17 of the 23 s that reading the training data took under the profiler.
    """
    original = jsonschema.validate
    jsonschema.validate = _validate
    try:
        yield
    finally:
        jsonschema.validate = original


def _validate(instance: Any, schema: dict[str, Any]) -> None:
    error = best_match(_validator(json.dumps(schema, sort_keys=True)).iter_errors(instance))
    if error is not None:
        raise error


@cache
def _validator(schema_json: str) -> Any:
    schema = json.loads(schema_json)
    kind = validator_for(schema)
    kind.check_schema(schema)
    return kind(schema)
