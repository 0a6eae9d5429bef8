"""Which language to answer in: decided once a turn, changed on request."""

from __future__ import annotations

from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.events import EventType, FollowupAction
from rasa_sdk.executor import CollectingDispatcher

from actions.turn import LISTEN, Turn
from bot.choices import language_choice
from bot.guidance.resolver import plan_of_answer
from bot.keys import Key
from bot.language_choice import LanguageDecision, choose_language, offered_form
from bot.language_names import requested_language
from bot.languages import load_languages
from bot.nlu.language_id import NO_EVIDENCE, LanguageEvidence
from bot.say import PlanIds


class ActionUpdateLanguage(Action):
    """Fills the slot `language`; Rasa runs it for each message before anything else."""

    def name(self) -> str:
        """As in domain.yml, where the slot's mapping names it."""
        return "action_update_language"

    def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> list[EventType]:
        """Decides the language; the turn's first answer confirms a switch (see actions/turn.py)."""
        turn = Turn(dispatcher, tracker)
        metadata = turn.message.get("metadata") or {}
        explicit = metadata.get("language")
        decision = _decide(turn, explicit, metadata.get("language_hint"))
        if decision.language != tracker.get_slot("language"):
            turn.set(language=decision.language)
        if explicit is not None:
            turn.set(language_chosen=True)
        return turn.events


def _decide(turn: Turn, explicit: str | None, hint: str | None) -> LanguageDecision:
    found = turn.message.get("language")
    evidence = LanguageEvidence(**found) if isinstance(found, dict) else NO_EVIDENCE
    offered = load_languages().answered
    return choose_language(
        explicit,
        evidence,
        turn.tracker.get_slot("language"),
        hint,
        offered,
        default=offered[0],
        current_is_chosen=bool(turn.tracker.get_slot("language_chosen")),
    )


class ActionChangeLanguage(Action):
    """Goes on in the language asked for, or asks which."""

    def name(self) -> str:
        """As in domain.yml."""
        return "action_change_language"

    def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> list[EventType]:
        """A language that is not offered gets the interpreter line."""
        turn = Turn(dispatcher, tracker)
        languages = load_languages()
        wanted = _chosen_here(turn) or requested_language(
            str(turn.message.get("text") or ""), languages
        )
        turn.set(failures=0)
        if wanted is None:
            choices = tuple(map(language_choice, languages.answered))
            turn.say(Key.LANGUAGE_CHOOSE, choices=choices)
            # In the guided request its question would follow; its choices would replace these.
            return [*turn.events, FollowupAction(LISTEN)]
        answered_in = offered_form(wanted, languages.answered)
        if answered_in is not None:
            turn.set(language=answered_in, language_chosen=True)
            turn.say(Key.LANGUAGE_SWITCHED, language=answered_in)
        else:
            _hand_to_interpreter(turn, wanted)
        return turn.events


def _chosen_here(turn: Turn) -> str | None:
    """The language of a choice that was picked; no entity of that name is ever found in text."""
    for entity in turn.message.get("entities") or []:
        if entity.get("entity") == "language":
            return str(entity.get("value"))
    return None


class ActionUnsupportedLanguage(Action):
    """Names the interpreter line to somebody who writes in a language that is not offered."""

    def name(self) -> str:
        """As in domain.yml."""
        return "action_unsupported_language"

    def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> list[EventType]:
        """Says it in their language and then in that of the conversation."""
        turn = Turn(dispatcher, tracker)
        _hand_to_interpreter(turn, (turn.message.get("language") or {}).get("code"))
        return turn.events


def _hand_to_interpreter(turn: Turn, language: str | None) -> None:
    offered = load_languages().answered
    answer = turn.guidance.topics["interpreter"].answer
    turn.say(
        Key.LANGUAGE_NOT_OFFERED,
        topics=("interpreter",),
        handoff="interpreter",
        plan=PlanIds.of(plan_of_answer(answer)) if answer is not None else None,
        show_plan=False,
        notice=language,
        # In the guided request its question follows, and its choices would replace these.
        choices=() if turn.in_request else tuple(map(language_choice, offered)),
    )
