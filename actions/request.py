"""The guided request: a form whose questions follow from the decision tables."""

from __future__ import annotations

from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.events import EventType, FollowupAction, SlotSet
from rasa_sdk.executor import CollectingDispatcher

from actions.repair import fail
from actions.turn import LISTEN, Turn
from bot.guidance.answer import merged
from bot.guidance.model import UNSURE
from bot.guidance.resolver import candidates, next_question, resolve
from bot.keys import Key
from bot.say import Choice, PlanIds

REQUESTED_SLOT = "requested_slot"

# Said in the middle of the request, these are never an answer to its question.
_NEVER_ANSWERS = frozenset(
    {
        "emergency", "stop", "start_over", "change_language", "unsupported_language",
        "interpreter", "human", "fees", "status_time", "contact_hours", "repeat", "help",
        "bot_challenge", "none_of_these",
    }
)  # fmt: skip


class ValidateRequestForm(Action):
    """Reads answers to the form's question and decides which question comes next."""

    def name(self) -> str:
        """As in domain.yml; Rasa calls it by this name each time the form runs."""
        return "validate_request_form"

    def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> list[EventType]:
        """Sets the fields that were said and `requested_slot`.

        Nothing but `requested_slot` set means that the message was no answer: the form then
        rejects, and the rules take it as a digression.
        """
        turn = Turn(dispatcher, tracker)
        known = turn.known
        requested = tracker.get_slot(REQUESTED_SLOT)
        if turn.answers_question and requested is not None:
            if turn.intent == "go_back":
                known = _went_back(turn, known)
            else:
                answer = _answer(turn, requested, known)
                known = merged(known, answer)
                if answer:
                    _note_answer(turn, requested, answer)
        question = next_question(turn.guidance, known)
        return [*turn.events, SlotSet(REQUESTED_SLOT, question.field if question else None)]


def _answer(turn: Turn, requested: str, known: dict[str, str]) -> dict[str, str]:
    """The fields that the message answers or corrects; empty if it is no answer."""
    intent, said = turn.intent, turn.said
    if intent in _NEVER_ANSWERS:
        return {}
    if intent == "dont_know":
        return {requested: UNSURE}
    if requested == "sensitivity" and requested not in said:
        if intent == "affirm":
            return {requested: "sensitive"}
        if intent == "deny" and not said:
            return {requested: "not_sensitive"}
    topic = turn.guidance.topics.get(intent)
    if topic is not None and topic.mode is not None and turn.is_guess:
        return {}
    if topic is not None and topic.mode is not None:
        for field, values in topic.request.items():
            if said.get(field) not in values and known.get(field) not in values:
                said[field] = values[0]
        if requested in topic.default:
            # "The insurance wants them" says where they go, without naming it.
            said.setdefault(requested, topic.default[requested][0])
    is_digression = topic is not None and topic.mode is None
    if is_digression and requested not in said:
        return {}
    if requested == "requester" and "requester" not in said and intent == "inform" and said:
        return {**said, requested: "other"}
    return said


def _note_answer(turn: Turn, requested: str, answer: dict[str, str]) -> None:
    known, routes = turn.known, turn.guidance.routes
    corrected = any(
        field in known and value not in candidates(routes, field, known)
        for field, value in merged(known, answer).items()
    )
    answered = [f for f in turn.tracker.get_slot("answered") or [] if f not in answer]
    turn.set_request(merged(known, answer))
    turn.set(
        answered=[*answered, *([requested] if requested in answer else [])],
        remark=Key.REQUEST_CORRECTED.value if corrected else None,
        failures=0,
    )


def _went_back(turn: Turn, known: dict[str, str]) -> dict[str, str]:
    answered = list(turn.tracker.get_slot("answered") or [])
    if not answered:
        turn.set(remark=Key.REQUEST_FIRST_QUESTION.value)
        return known
    field = answered.pop()
    turn.set(answered=answered, remark=Key.REQUEST_WENT_BACK.value, failures=0)
    turn.set(**{field: None})
    return {name: value for name, value in known.items() if name != field}


class _Asks:
    """Asks about one field; an action for each, since Rasa's forms ask by name."""

    field = ""

    def name(self) -> str:
        """As in domain.yml."""
        return f"action_ask_{self.field}"

    def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> list[EventType]:
        """Asks, offering the values that still make a difference."""
        turn = Turn(dispatcher, tracker)
        question = next_question(turn.guidance, turn.known)
        routes = turn.guidance.routes
        offer = (
            question.offer
            if question is not None and question.field == self.field
            else candidates(routes, self.field, turn.known)
        )
        remark = tracker.get_slot("remark")
        turn.say(
            f"question.{self.field}",
            question=self.field,
            before=(remark,) if remark else (),
            choices=tuple(
                Choice(
                    id="",
                    key=f"choice.{self.field}.{value}",
                    intent="inform",
                    entities={self.field: value},
                )
                for value in offer
            ),
        )
        turn.set(remark=None)
        return turn.events


class ActionAskItem(_Asks, Action):
    """What is asked for."""

    field = "item"


class ActionAskSubject(_Asks, Action):
    """Whose it is."""

    field = "subject"


class ActionAskDestination(_Asks, Action):
    """Where it should go."""

    field = "destination"


class ActionAskSensitivity(_Asks, Action):
    """Whether sensitive details are in it."""

    field = "sensitivity"


class ActionAskRequester(_Asks, Action):
    """Who asks for an autopsy report."""

    field = "requester"


class ActionPlan(Action):
    """Ends the guided request with the plan."""

    def name(self) -> str:
        """As in domain.yml."""
        return "action_plan"

    def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> list[EventType]:
        """Says the plan for what is known; slots stay for "and for my son?"."""
        turn = Turn(dispatcher, tracker)
        known = turn.known
        plan = resolve(turn.guidance, known)
        is_loss = known.get("subject") == "deceased" or known.get("item") == "autopsy_report"
        topics = turn.request_topics(known)
        remark = tracker.get_slot("remark")
        turn.say(
            Key.REQUEST_PLAN_DECEASED if is_loss else Key.REQUEST_PLAN,
            topics=topics,
            plan=PlanIds.of(plan),
            brief=plan.statements,
            before=(remark,) if remark else (),
            choices=turn.topic_choices("medical_records", {}),
            **turn.autopsy_dates(),
        )
        turn.set(failures=0, remark=None, topic=topics[0])
        return turn.events


class ActionStartRequest(Action):
    """Opens the guided request for a wish that names little."""

    def name(self) -> str:
        """As in domain.yml."""
        return "action_start_request"

    def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> list[EventType]:
        """Begins afresh with what this message says; the form asks the first question."""
        turn = Turn(dispatcher, tracker)
        turn.set_request(turn.said)
        turn.set(answered=[], remark=None, failures=0)
        turn.say(Key.REQUEST_START)
        return turn.events


class ActionContinueRequest(Action):
    """Goes on with a request: "and for my son?", "the bill", or the choice to be guided."""

    def name(self) -> str:
        """As in domain.yml."""
        return "action_continue_request"

    def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> list[EventType]:
        """Adds what is said to the request; the form asks what is still open."""
        turn = Turn(dispatcher, tracker)
        known = merged(turn.known, turn.said)
        if turn.date_said is not None and tracker.get_slot("topic") == "autopsy":
            # The answer on autopsy reports invites a date of death; nothing is asked for it.
            known = {"item": "autopsy_report", "requester": known.get("requester", UNSURE)}
        elif turn.intent == "inform" and not turn.said:
            # It sounds like an answer, but nothing in it is one.
            fail(turn, Key.REPAIR_REPHRASE_IN_REQUEST if turn.in_request else Key.REPAIR_REPHRASE)
            return turn.events if turn.in_request else [*turn.events, FollowupAction(LISTEN)]
        elif turn.intent == "inform" and not turn.known:
            _begin_with(turn)
        turn.set_request(known)
        turn.set(remark=None, failures=0)
        return turn.events


def _begin_with(turn: Turn) -> None:
    """A bare phrase at the beginning ("for my son") is answered as far as it says something."""
    topics = turn.request_topics(turn.said)
    plan = resolve(turn.guidance, turn.said)
    turn.say(f"topic.{topics[0]}", topics=topics, plan=PlanIds.of(plan), show_plan=False)
    turn.set(topic=topics[0], answered=[], failures=0)


class ActionGoBack(Action):
    """Reopens the question answered last, after the guided request has ended."""

    def name(self) -> str:
        """As in domain.yml."""
        return "action_go_back"

    def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> list[EventType]:
        """Forgets the last answer; the form then asks for it again."""
        turn = Turn(dispatcher, tracker)
        _went_back(turn, turn.known)
        return turn.events
