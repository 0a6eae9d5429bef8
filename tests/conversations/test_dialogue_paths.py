"""Every intent, in and out of the request, straight to the dialogue: nothing may stay unanswered.

Understanding is left out, so that these paths hold whatever the classifier thinks of a sentence.
"""

from __future__ import annotations

import random
import uuid
from typing import Any

import pytest

from bot.content_store import shipped_guidance
from bot.paths import PROJECT

START = {
    "item": ("start_request", {}),
    "subject": ("medical_records", {"item": "records"}),
    "destination": ("medical_records", {"item": "records", "subject": "self"}),
    "sensitivity": (
        "medical_records",
        {"item": "records", "subject": "self", "destination": "self"},
    ),
}


def _intents() -> list[str]:
    from bot.content_loader import load_yaml

    return [name for entry in load_yaml(PROJECT / "domain.yml")[0]["intents"] for name in entry]


def _parsed(intent: str, entities: dict[str, str], **more: Any) -> dict[str, Any]:
    found = [{"entity": name, "value": value} for name, value in entities.items()]
    parsed = {"intent": {"name": intent, "confidence": 1.0}, "entities": found, **more}
    return {"text": intent, "message_id": uuid.uuid4().hex, "metadata": {}, **parsed}


class Talk:
    """One conversation without understanding."""

    def __init__(self, agent: Any) -> None:
        self.agent, self.sender = agent, f"paths:{uuid.uuid4().hex}"

    async def hears(self, intent: str, entities: dict[str, str] | None = None, **more: Any) -> Any:
        from rasa.core.channels.channel import UserMessage

        from bot.conversation import CollectingOutput

        output = CollectingOutput("web")
        parsed = _parsed(intent, entities or {}, **more)
        message = UserMessage(
            intent, output, self.sender, parse_data=parsed, message_id=parsed["message_id"]
        )
        await self.agent.handle_message(message)
        return output.messages

    async def slot(self, name: str) -> Any:
        tracker = await self.agent.tracker_store.retrieve(self.sender)
        return tracker.get_slot(name)

    async def picks(self, number: int) -> Any:
        """Picks one of the choices that are open now, counted from 1."""
        choice = (await self.slot("choices"))[number - 1]
        return await self.hears(choice["intent"], choice["entities"])


def _keys(messages: list[dict[str, Any]]) -> list[str]:
    return [message["roi"]["key"] for message in messages]


def test_every_intent_has_a_rule() -> None:
    from bot.content_loader import load_yaml

    steps = [
        s
        for rule in load_yaml(PROJECT / "data/stories/rules.yml")[0]["rules"]
        for s in rule["steps"]
    ]
    alternatives = [option for step in steps for option in step.get("or", [step])]
    ruled = [option["intent"] for option in alternatives if "intent" in option]
    assert sorted(ruled) == sorted(_intents())


def test_every_custom_action_of_the_domain_exists_and_is_listed() -> None:
    from bot.actions_endpoint import InProcessActions
    from bot.content_loader import load_yaml

    listed = set(load_yaml(PROJECT / "domain.yml")[0]["actions"])
    registered = set(InProcessActions("actions")._executor.actions)
    assert registered == listed


@pytest.mark.parametrize("intent", _intents())
@pytest.mark.parametrize("question", [None, *START])
async def test_every_intent_is_answered(intent: str, question: str | None, agent: Any) -> None:
    talk = Talk(agent)
    if question is not None:
        begun = await talk.hears(START[question][0], START[question][1])
        assert begun[-1]["roi"]["question"] == question
    messages = await talk.hears(intent)
    assert messages
    assert all(message["text"].strip() for message in messages)
    assert "system.failed" not in _keys(messages)
    if intent == "emergency":
        assert messages[-1]["roi"]["question"] is None


@pytest.mark.parametrize("in_request", [False, True])
async def test_did_you_mean_can_be_chosen(in_request: bool, agent: Any) -> None:
    talk = Talk(agent)
    if in_request:
        await talk.hears(*START["destination"])
    asked = await talk.hears("clarify", candidates=["fees", "status_time"])
    assert _keys(asked) == ["repair.clarify"]
    assert [b["title"] for b in asked[0]["buttons"]] == [
        "What it costs", "How long it takes", "None of these",
    ]  # fmt: skip
    chosen = await talk.picks(2)
    assert _keys(chosen)[0] == "topic.status_time"
    assert (chosen[-1]["roi"]["question"] == "destination") == in_request


@pytest.mark.parametrize("in_request", [False, True])
async def test_none_of_these_is_a_failure(in_request: bool, agent: Any) -> None:
    talk = Talk(agent)
    if in_request:
        await talk.hears(*START["destination"])
    await talk.hears("clarify", candidates=["fees", "status_time"])
    refused = await talk.picks(3)
    expected = "repair.rephrase_in_request" if in_request else "repair.rephrase"
    assert _keys(refused)[0] == expected
    assert await talk.slot("failures") == 1
    again = await talk.hears("nlu_fallback")
    assert _keys(again)[0] == "repair.give_phone"


async def test_a_digression_that_names_nothing_new_keeps_all_answers(agent: Any) -> None:
    talk = Talk(agent)
    await talk.hears(*START["sensitivity"])
    await talk.hears("medical_records")
    assert await talk.slot("subject") == "self"
    assert await talk.slot("destination") == "self"


@pytest.mark.parametrize("seed", range(12))
async def test_no_walk_through_the_dialogue_falls_silent(seed: int, agent: Any) -> None:
    """Forty messages in any order, with any fields said in them."""
    chance = random.Random(seed)
    fields = shipped_guidance().routes.fields
    talk = Talk(agent)
    walked = []
    for _ in range(40):
        intent = chance.choice(_intents())
        said = chance.sample([*fields], chance.choice([0, 0, 1, 1, 2]))
        entities = {
            name: chance.choice([*fields[name].values, *fields[name].groups]) for name in said
        }
        walked.append((intent, entities))
        candidates = ["fees", "child_minor"] if intent == "clarify" else []
        messages = await talk.hears(intent, entities, candidates=candidates)
        assert messages, walked
        assert "system.failed" not in _keys(messages), walked
        if intent == "emergency":
            assert _keys(messages) == ["topic.emergency"], walked
