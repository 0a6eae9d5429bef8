"""When understanding fails, and when the person wants to hear it again, begin again or stop."""

from __future__ import annotations

from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.events import ActiveLoop, EventType, FollowupAction
from rasa_sdk.executor import CollectingDispatcher

from actions.turn import LISTEN, Turn
from bot.guidance.resolver import plan_of_answer
from bot.keys import Key
from bot.say import Choice, PlanIds, Say

OUT_OF_SCOPE = "out_of_scope"
# A person is named after this many messages in a row that were not understood.
FAILURES_BEFORE_PHONE = 2
_NOT_REPEATED = frozenset({Key.LANGUAGE_SWITCHED.value, Key.REPAIR_REPEAT.value})


def fail(turn: Turn, key: Key | str) -> None:
    """Says that it was not understood; the second time in a row gives the phone lines."""
    failures = turn.failures + 1
    turn.set(failures=failures)
    answer = turn.guidance.topics[OUT_OF_SCOPE].answer
    if failures >= FAILURES_BEFORE_PHONE and answer is not None:
        human = turn.guidance.topics["human"].answer or answer
        turn.say(
            Key.REPAIR_GIVE_PHONE,
            topics=(OUT_OF_SCOPE,),
            handoff="human",
            plan=PlanIds.of(plan_of_answer(human)),
            show_plan=False,
        )
        return
    choices = () if turn.in_request else turn.topic_choices(OUT_OF_SCOPE, {})
    turn.say(key, topics=(OUT_OF_SCOPE,), choices=choices)


class ActionOutOfScope(Action):
    """Says what the assistant can do, and gives HIM's line."""

    def name(self) -> str:
        """As in domain.yml."""
        return "action_out_of_scope"

    def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> list[EventType]:
        """Never answers from general knowledge."""
        turn = Turn(dispatcher, tracker)
        fail(turn, f"topic.{OUT_OF_SCOPE}")
        return turn.events


class ActionNotUnderstood(Action):
    """Asks to say it in other words."""

    def name(self) -> str:
        """As in domain.yml."""
        return "action_not_understood"

    def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> list[EventType]:
        """In the guided request the question follows again."""
        turn = Turn(dispatcher, tracker)
        if turn.only_details:
            # Nothing failed; in the guided request its question follows again.
            choices = () if turn.in_request else turn.topic_choices(OUT_OF_SCOPE, {})
            turn.say(Key.DETAILS_NOT_NEEDED, choices=choices)
            return turn.events
        key = Key.REPAIR_REPHRASE_IN_REQUEST if turn.in_request else Key.REPAIR_REPHRASE
        fail(turn, key)
        return turn.events


class ActionClarify(Action):
    """Asks "did you mean" with two to four named topics."""

    def name(self) -> str:
        """As in domain.yml."""
        return "action_clarify"

    def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> list[EventType]:
        """Offers the topics that came close; what else was said goes on into the choice."""
        turn = Turn(dispatcher, tracker)
        topics = tuple(turn.message.get("candidates") or ())
        entities = {k: v for k, v in turn.said.items() if k != "item"}
        choices = tuple(
            Choice(id="", key=f"topic_title.{topic}", intent=topic, entities=entities)
            for topic in topics
        )
        none = Choice(id="", key=Key.REPAIR_NONE_OF_THESE.value, intent="none_of_these")
        turn.say(Key.REPAIR_CLARIFY, topics=topics, choices=(*choices, none))
        # In the guided request its question would follow; its choices would replace these.
        return [*turn.events, FollowupAction(LISTEN)]


class ActionRepeat(Action):
    """Says again what was said last, in the language of now."""

    def name(self) -> str:
        """As in domain.yml."""
        return "action_repeat"

    def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> list[EventType]:
        """In the guided request the open question is asked again by the form itself."""
        turn = Turn(dispatcher, tracker)
        said = [say for say in _said_last(tracker) if not (say.question and turn.in_request)]
        if not said and not turn.in_request:
            turn.say(Key.REPAIR_NOTHING_TO_REPEAT)
            return turn.events
        turn.say(Key.REPAIR_REPEAT)
        for say in said:
            details = say.dict(exclude={"key", "language", "choices", "before", "after"})
            turn.say(say.key, choices=say.choices, **details)
        return turn.events


def _said_last(tracker: Tracker) -> list[Say]:
    """What the assistant said in the last turn that had more in it than another language."""
    said: list[Say] = []
    for event in reversed(tracker.events):
        if event.get("event") == "user" and said:
            break
        if event.get("event") == "bot":
            say = (event.get("metadata") or {}).get("say")
            if say and say["key"] not in _NOT_REPEATED:
                said.insert(0, Say.parse_obj(say))
    return said


class ActionStartOver(Action):
    """Forgets the request and begins again."""

    def name(self) -> str:
        """As in domain.yml."""
        return "action_start_over"

    def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> list[EventType]:
        """Keeps the language, nothing else."""
        return _forget(Turn(dispatcher, tracker), Key.REQUEST_STARTED_OVER)


class ActionStop(Action):
    """Stops asking."""

    def name(self) -> str:
        """As in domain.yml."""
        return "action_stop"

    def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> list[EventType]:
        """Keeps the language, nothing else, and names the records office."""
        return _forget(Turn(dispatcher, tracker), Key.REQUEST_STOPPED)


def _forget(turn: Turn, key: Key) -> list[EventType]:
    turn.set_request({})
    turn.set(topic=None, answered=None, remark=None, choices=None, failures=0)
    turn.say(key)
    return [*turn.events, ActiveLoop(None)]
