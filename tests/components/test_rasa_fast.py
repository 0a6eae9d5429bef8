"""What is done faster than in Rasa gives what Rasa gives."""

from __future__ import annotations

import pytest
from jsonschema import ValidationError
from rasa.core.actions.action import RemoteAction
from rasa.shared.core.events import ActionExecuted, Event, SlotSet, UserUttered

from bot import rasa_fast
from bot.rasa_fast.schemas import speed_up

RASAS_CHECK = RemoteAction._validate_action_result
GOOD = [
    {"events": [], "responses": []},
    {"events": [{"event": "slot", "name": "item", "value": "bill", "timestamp": None}]},
    {"events": [{"event": "active_loop", "name": None}], "responses": [{"text": "x"}]},
]
BAD = [
    {"events": [{"event": "slot"}], "responses": []},
    {"events": "none"},
    {"events": [], "responses": ["text"]},
]


@pytest.fixture
def action() -> RemoteAction:
    speed_up()
    return RemoteAction("action_x", None)


@pytest.mark.parametrize("result", GOOD)
def test_a_response_that_rasa_accepts_is_accepted(action, result):
    assert RASAS_CHECK(action, result)
    assert action._validate_action_result(result)


@pytest.mark.parametrize("result", BAD)
def test_a_response_that_rasa_refuses_is_refused(action, result):
    with pytest.raises(ValidationError):
        RASAS_CHECK(action, result)
    with pytest.raises(ValidationError):
        action._validate_action_result(result)


@pytest.mark.parametrize("kind", [ActionExecuted, SlotSet, UserUttered])
def test_the_class_of_an_event_is_the_same(kind):
    speed_up()
    assert Event.resolve_by_type(kind.type_name) is kind
    assert rasa_fast._resolve_by_type(kind.type_name) is kind


def test_an_unknown_event_is_refused_as_rasa_does():
    speed_up()
    with pytest.raises(ValueError, match="Unknown event name"):
        Event.resolve_by_type("no_such_event")
