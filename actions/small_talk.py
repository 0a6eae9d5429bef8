"""Greetings, thanks and questions about the assistant itself."""

from __future__ import annotations

from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.events import EventType
from rasa_sdk.executor import CollectingDispatcher

from actions.turn import Turn
from bot.say import Choice

_OFFERED_ON_GREETING = ("medical_records", "itemized_bill", "radiology_images", "human")


class ActionSmallTalk(Action):
    """Answers the intent of the same name as its wording."""

    def name(self) -> str:
        """As in domain.yml."""
        return "action_small_talk"

    def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> list[EventType]:
        """Says it, and on a greeting or a cry for help offers the commonest topics."""
        turn = Turn(dispatcher, tracker)
        offers = turn.intent in ("greet", "help") and not turn.in_request
        choices = tuple(
            Choice(id="", key=f"topic_title.{topic}", intent=topic)
            for topic in (_OFFERED_ON_GREETING if offers else ())
        )
        turn.say(f"talk.{turn.intent}", choices=choices)
        turn.set(failures=0)
        return turn.events
