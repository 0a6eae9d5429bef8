"""Answers to the topics of the page, and to danger."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.events import ActiveLoop, EventType
from rasa_sdk.executor import CollectingDispatcher

from actions.repair import fail
from actions.turn import Turn
from bot.guidance.answer import about, brief_statements, starting_request
from bot.guidance.resolver import plan_of_answer, resolve
from bot.keys import Key
from bot.say import PlanIds

EMERGENCY = "emergency"


class ActionAnswerTopic(Action):
    """Answers the topic of the same name as the intent."""

    def name(self) -> str:
        """As in domain.yml."""
        return "action_answer_topic"

    def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> list[EventType]:
        """Says the topic's answer with its plan; see bot/content/guidance/topics.yml."""
        turn = Turn(dispatcher, tracker)
        topic = _meant(turn)
        if turn.in_request and turn.guidance.topics[topic].mode is not None and turn.is_guess:
            fail(turn, Key.REPAIR_REPHRASE_IN_REQUEST)
            return turn.events
        for question in turn.questions[:-1]:
            _answer(turn, question, is_last=False)
        _answer(turn, topic)
        turn.set(failures=0)
        return turn.events


def _meant(turn: Turn) -> str:
    """The topic; "I am the executor", said about an autopsy report, is about that report."""
    asks_for_autopsy = turn.known.get("item") == "autopsy_report"
    if asks_for_autopsy and "requester" in turn.said and "item" not in turn.said:
        return "autopsy"
    return turn.intent


def _answer(turn: Turn, topic: str, is_last: bool = True) -> None:
    """Answers one question; only after the last one there are choices."""
    said = dict(turn.said)
    if turn.questions:
        said.pop("item", None)  # the topic says which; the other item is the other question's
    if turn.guidance.topics[topic].answer is None or _is_request(turn, topic):
        _answer_request(turn, topic, said, is_last)
    else:
        _answer_information(turn, topic, is_last)


def _is_request(turn: Turn, topic: str) -> bool:
    """Does a question about, say, sensitive details name whose records or where they go?"""
    fields = turn.guidance.topics[topic].request_when
    return not turn.in_request and any(turn.said.get(field, "self") != "self" for field in fields)


def _answer_information(turn: Turn, topic: str, is_last: bool) -> None:
    answer = turn.guidance.topics[topic].answer
    if answer is None:
        return
    if turn.in_request:
        # "How much is it for my son?" is a digression that also answers the open question.
        turn.set(**{name: v for name, v in turn.said.items() if name not in turn.known})
    else:
        turn.set(topic=topic)
    turn.say(
        f"topic.{topic}",
        topics=(topic,),
        handoff=turn.guidance.topics[topic].handoff,
        plan=PlanIds.of(plan_of_answer(answer)),
        choices=turn.topic_choices(topic, {}) if is_last and not turn.in_request else (),
    )


def _answer_request(turn: Turn, topic: str, said: Mapping[str, str], is_last: bool) -> None:
    carried = dict(turn.known)
    if not turn.in_request:
        carried = {name: value for name, value in carried.items() if name == "subject"}
        turn.set(answered=[])
    known = starting_request(turn.guidance, topic, said, carried)
    turn.set_request(known)
    turn.set(topic=topic, remark=None)
    topics = about(turn.guidance, topic, known, () if turn.questions else turn.items)
    plan = resolve(turn.guidance, known)
    guided = turn.guidance.topics[topic].mode == "guided"
    turn.say(
        f"topic.{topics[0]}",
        topics=topics,
        plan=PlanIds.of(plan),
        show_plan=not guided,
        brief=brief_statements(turn.guidance, topics[0], plan),
        choices=turn.topic_choices(topics[0], known) if is_last and not guided else (),
        **turn.autopsy_dates(),
    )


class ActionEmergency(Action):
    """Gives 911 and 988 and asks nothing."""

    def name(self) -> str:
        """As in domain.yml."""
        return "action_emergency"

    def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> list[EventType]:
        """Ends the guided request: no question follows words of danger."""
        turn = Turn(dispatcher, tracker)
        self_harm = turn.message.get("emergency") == "self_harm"
        key = Key.EMERGENCY_SELF_HARM.value if self_harm else f"topic.{EMERGENCY}"
        turn.say(key, topics=(EMERGENCY,), handoff=EMERGENCY)
        turn.set(failures=0, remark=None, choices=None)
        return [*turn.events, ActiveLoop(None)]
