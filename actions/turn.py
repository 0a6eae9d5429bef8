"""One turn as the actions see it: what was said, what is known, and how to answer."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timezone
from typing import Any

from rasa_sdk import Tracker
from rasa_sdk.events import EventType, SlotSet
from rasa_sdk.executor import CollectingDispatcher

from bot.choices import language_choice, number_choices
from bot.content_store import shipped_guidance, shipped_wording
from bot.guidance.answer import about, follow_ups, topics_by_item
from bot.guidance.calendar import business_days_after
from bot.guidance.load import Guidance
from bot.guidance.resolver import next_question
from bot.keys import Key
from bot.language_choice import offered_form
from bot.language_names import named_languages
from bot.languages import load_languages
from bot.say import Choice, Say

FORM = "request_form"
# Below this, a topic named in answer to a question of ours may not turn the request into another.
SURE = 0.5
LISTEN = "action_listen"
CHANGE_LANGUAGE = "change_language"


class Turn:
    """Reads the tracker and collects what an action says and sets."""

    def __init__(self, dispatcher: CollectingDispatcher, tracker: Tracker) -> None:
        """Args: as Rasa gives them to an action."""
        self.tracker = tracker
        self.guidance: Guidance = shipped_guidance()
        self.events: list[EventType] = []
        self._dispatcher = dispatcher
        self._has_spoken = False

    # -- what was said ---------------------------------------------------------------------

    @property
    def message(self) -> dict[str, Any]:
        """What understanding made of the person's message."""
        latest: dict[str, Any] = self.tracker.latest_message or {}
        return latest

    @property
    def intent(self) -> str:
        """The intent to act on."""
        return str((self.message.get("intent") or {}).get("name") or "")

    @property
    def questions(self) -> tuple[str, ...]:
        """The topics of a message that asks two things; empty for one that asks one."""
        topics = self.message.get("questions") or ()
        return tuple(str(topic) for topic in topics if topic in self.guidance.topics)

    @property
    def is_guess(self) -> bool:
        """Is the intent doubtful, and nothing named that would bear it out?"""
        confidence = float((self.message.get("intent") or {}).get("confidence") or 0.0)
        return confidence < SURE and not self.said

    @property
    def said(self) -> dict[str, str]:
        """The request's fields that this message names; the first of several items."""
        fields: dict[str, str] = {}
        for entity in self.message.get("entities") or []:
            name, value = entity.get("entity"), entity.get("value")
            if name in self.guidance.routes.fields and _is_value(self.guidance, name, value):
                fields.setdefault(name, value)
        return fields

    @property
    def items(self) -> list[str]:
        """All items that this message names, in order."""
        entities = self.message.get("entities") or []
        return [str(e.get("value")) for e in entities if e.get("entity") == "item"]

    @property
    def date_said(self) -> date | None:
        """A date in this message. It is used in this turn and kept in no slot."""
        for entity in self.message.get("entities") or []:
            if entity.get("entity") == "date":
                return date.fromisoformat(str(entity.get("value")))
        return None

    @property
    def only_details(self) -> bool:
        """Was there nothing in the message but personal details, which have been taken out?"""
        return (self.message.get("metadata") or {}).get("details") == "all"

    # -- what is known ---------------------------------------------------------------------

    @property
    def language(self) -> str:
        """The language to answer in."""
        offered = load_languages().answered
        language = self.tracker.get_slot("language")
        return language if language in offered else offered[0]

    @property
    def known(self) -> dict[str, str]:
        """The request as it stands."""
        values = {name: self.tracker.get_slot(name) for name in self.guidance.routes.fields}
        return {
            name: value
            for name, value in values.items()
            if value is not None and _is_value(self.guidance, name, value)
        }

    @property
    def in_request(self) -> bool:
        """Is the guided request open?"""
        return bool(self.tracker.active_loop.get("name") == FORM)

    @property
    def answers_question(self) -> bool:
        """Does the form look at a message of the person (and not come back from a digression)?"""
        for event in reversed(self.tracker.events):
            if event.get("event") == "action" and event.get("name") != FORM:
                return bool(event.get("name") == LISTEN)
        return False

    @property
    def failures(self) -> int:
        """How many messages in a row were not understood."""
        return int(self.tracker.get_slot("failures") or 0)

    # -- answering -------------------------------------------------------------------------

    def set(self, **slots: Any) -> None:
        """Sets slots; one that keeps its value costs no event."""
        for name, value in slots.items():
            pending = [e["value"] for e in self.events if e.get("name") == name]
            now = pending[-1] if pending else self.tracker.get_slot(name)
            if value != now:
                self.events.append(SlotSet(name, value))

    def set_request(self, known: Mapping[str, str]) -> None:
        """Makes the request just this."""
        self.set(**{name: known.get(name) for name in self.guidance.routes.fields})

    def say(self, key: str | Key, *, choices: tuple[Choice, ...] = (), **details: Any) -> None:
        """Says something; its choices become the ones that can be chosen."""
        language = details.pop("language", self.language)
        before, after = tuple(details.pop("before", ())), tuple(details.pop("after", ()))
        if self._owes_switch_notice():
            before = (Key.LANGUAGE_SWITCHED.value, *before)
        self._has_spoken = True
        if details.get("handoff") == "interpreter" and "notice" not in details:
            details["notice"], offered = self._interpreter_for(language)
            choices = (*offered, *choices)
        if self._owes_details_notice(details.get("handoff")):
            if key != Key.DETAILS_NOT_NEEDED:
                after = (*after, Key.DETAILS_NOT_NEEDED.value)
            self.set(details_noticed=True)
        if details.get("topics") and self._owes_draft_notice(language):
            after = (*after, Key.LANGUAGE_DRAFT_NOTICE.value)
            self.set(draft_noticed=True)
        if choices:
            choices = number_choices(choices, str(self.message.get("message_id") or ""))
            self.set(choices=[choice.dict() for choice in choices])
        name = key.value if isinstance(key, Key) else key
        say = Say(
            key=name, language=language, choices=choices, before=before, after=after, **details
        )
        self._dispatcher.utter_message(response=name, say=say.as_json())

    def topic_choices(self, topic: str, known: Mapping[str, str]) -> tuple[Choice, ...]:
        """The topics to offer after an answer."""
        asks_more = bool(known) and next_question(self.guidance, known) is not None
        return tuple(
            Choice(id="", key=f"topic_title.{name}", intent=name)
            for name in follow_ups(self.guidance, topic, asks_more)
        )

    def request_topics(self, known: Mapping[str, str]) -> tuple[str, ...]:
        """The topics that a request is about."""
        by_item = topics_by_item(self.guidance)
        topic = by_item.get(known.get("item", "records"), "medical_records")
        return about(self.guidance, topic, {"item": "records", **known}, ())

    def autopsy_dates(self) -> dict[str, date]:
        """The date of death that was said, and from when the report can be asked for."""
        death = self.date_said
        if death is None or death > datetime.now(timezone.utc).date():
            return {}
        days = self.guidance.directory.facts["autopsy_business_days"].value
        return {"death": death, "requestable_from": business_days_after(death, days)}

    def _interpreter_for(self, language: str) -> tuple[str | None, tuple[Choice, ...]]:
        """What somebody gets who names a language: its notice, or the choice to go on in it."""
        languages = load_languages()
        named = named_languages(str(self.message.get("text") or ""), languages)
        for code in named:
            if offered_form(code, languages.answered) is None:
                return code, ()
        answered_in = (offered_form(code, languages.answered) for code in named)
        others = [code for code in answered_in if code is not None and code != language]
        return None, () if self.in_request else tuple(map(language_choice, others))

    def _owes_switch_notice(self) -> bool:
        """Is this the first answer to a message that changed the language by being in another?

        Rasa drops what a slot's action says (ActionExtractSlots keeps its slots only), so
        action_update_language cannot confirm the switch itself.
        """
        asked_for = (self.message.get("metadata") or {}).get("language") is not None
        if self._has_spoken or asked_for or self.intent == CHANGE_LANGUAGE:
            return False
        switched_to: str | None = None
        in_this_turn = True
        for event in reversed(self.tracker.events):
            kind = event.get("event")
            if kind == "slot" and event.get("name") == "language":
                if not in_this_turn:
                    return event.get("value") not in (None, switched_to)
                switched_to = switched_to or event.get("value")
            elif in_this_turn and (kind == "bot" or (kind == "user" and switched_to is None)):
                return False
            elif kind == "user":
                in_this_turn = False
        return False

    def _owes_details_notice(self, handoff: str | None) -> bool:
        """Were personal details taken out, and the person not told yet? Danger comes first."""
        if handoff == "emergency" or not (self.message.get("metadata") or {}).get("details"):
            return False
        just_now = any(event.get("name") == "details_noticed" for event in self.events)
        return not just_now and not self.tracker.get_slot("details_noticed")

    def _owes_draft_notice(self, language: str) -> bool:
        just_now = any(event.get("name") == "draft_noticed" for event in self.events)
        noticed = just_now or bool(self.tracker.get_slot("draft_noticed"))
        return shipped_wording().is_draft(language) and not noticed


def _is_value(guidance: Guidance, field: str, value: Any) -> bool:
    spec = guidance.routes.fields[field]
    return value in spec.values or value in spec.groups
