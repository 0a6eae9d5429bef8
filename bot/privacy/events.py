"""The second guard before anything is stored or published: events without personal details.

Number, order and kind of the events stay. What a person wrote has been redacted before it was
understood; here it is looked at again, and the dates that a turn used are dropped: from the
entities, from the text where they stand, and from the answer that states them.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from functools import lru_cache
from typing import Any

from rasa.shared.core.events import Event

from bot.content_store import shipped_guidance
from bot.languages import load_languages
from bot.localized import day_text, locale_of
from bot.privacy.redactor import PLACEHOLDER, shipped_redactor
from bot.say import Say

_DATE = "date"

# What a machine made: ids look like the numbers of people, and no text stands in these.
_NOT_TEXT = frozenset({
    "id", "message_id", "model_id", "assistant_id", "payload", "key", "event", "name", "intent",
    "input_channel", "timestamp", "sender_id", "language", "language_hint", "spoken",
    "utter_action", "policy", "code", "entity", "extractor",
})  # fmt: skip


def without_details(events: Iterable[Event]) -> list[dict[str, Any]]:
    """Events as they may be kept, each as Rasa's `as_dict` gives it; those given stay as they are.

    Args:
        events: In their order.
    """
    return [published(event.as_dict()) for event in events]


def published(event: Mapping[str, Any]) -> dict[str, Any]:
    """One event as it may be published.

    Args:
        event: As Rasa gives it to an event broker.
    """
    data = dict(event)
    kind = data.get("event")
    if kind == "user":
        return _of_person(data)
    if kind == "bot":
        return _of_assistant(data)
    return {name: _redacted(value, name) for name, value in data.items()}


class GuardedBroker:
    """An event broker that gets every event without personal details."""

    def __init__(self, broker: Any) -> None:
        """Args: the configured broker."""
        self._broker = broker

    def publish(self, event: dict[str, Any]) -> None:
        """Publishes an event."""
        self._broker.publish(published(event))

    def __getattr__(self, name: str) -> Any:
        """Whatever else a broker does, it does itself."""
        return getattr(self._broker, name)


def _of_person(event: dict[str, Any]) -> dict[str, Any]:
    parsed = dict(event.get("parse_data") or {})
    entities = [dict(entity) for entity in parsed.get("entities") or ()]
    dates = [entity for entity in entities if entity.get("entity") == _DATE]
    text = _redacted(_cut(event.get("text"), dates), "text")
    if "text" in parsed:
        same = parsed["text"] == event.get("text")
        parsed["text"] = text if same else _redacted(_cut(parsed["text"], dates), "text")
    for entity in entities:
        is_date = entity.get("entity") == _DATE
        entity["value"] = PLACEHOLDER if is_date else _redacted(entity.get("value"), "value")
        if is_date:
            entity.pop("start", None)
            entity.pop("end", None)
    if "entities" in parsed:
        parsed["entities"] = entities
    others = {n: v for n, v in parsed.items() if n not in ("text", "entities")}
    parsed |= {name: _redacted(value, name) for name, value in others.items()}
    rest = {n: v for n, v in event.items() if n not in ("text", "parse_data")}
    told = {name: _redacted(value, name) for name, value in rest.items()}
    return {**event, **told, "text": text, "parse_data": parsed}


def _cut(text: Any, dates: Iterable[Mapping[str, Any]]) -> Any:
    """The text without "three weeks ago" and the like: with its time, that tells a date too."""
    if not isinstance(text, str):
        return text
    places = [(d["start"], d["end"]) for d in dates if d.get("start") is not None]
    for start, end in sorted(places, reverse=True):
        text = text[:start] + PLACEHOLDER + text[end:]
    return text


def _of_assistant(event: dict[str, Any]) -> dict[str, Any]:
    metadata = dict(event.get("metadata") or {})
    said = metadata.get("say")
    stated = _stated(said) if isinstance(said, dict) else ()
    if isinstance(said, dict):
        metadata["say"] = {n: v for n, v in said.items() if n not in Say.DATES}
    if isinstance(metadata.get("roi"), dict):
        metadata["roi"] = {n: v for n, v in metadata["roi"].items() if n != "dates"}
    # Our own wording holds nobody's name.
    whole = {**event, "metadata": metadata}
    return {n: _redacted(v, n, stated=stated, names=False) for n, v in whole.items()}


def _stated(said: dict[str, Any]) -> tuple[str, ...]:
    """The dates of an answer as it writes them, in its language or in English."""
    if not any(said.get(name) for name in Say.DATES):
        return ()
    say = Say.parse_obj(said)
    days = [day for day in (say.death, say.requestable_from) if day is not None]
    written = {day_text(day, locale_of(code)) for day in days for code in (say.language, "en")}
    return tuple(sorted(written, key=len, reverse=True))


_NUMBERS, _LISTS = (bool, int, float), (list, tuple)

# Every detail but a name has a digit in it or an @; our own wording holds nobody's name.
_MAY_HOLD = re.compile(r"[\d@]")


@lru_cache(maxsize=4096)
def _of_ours(text: str) -> str:
    """A text of ours; the same are stored all day, and a plan with its pieces would take 6 ms."""
    if _MAY_HOLD.search(text) is None:
        return text
    return shipped_redactor().redact(text, names=False).text


@lru_cache(maxsize=1)
def _values() -> frozenset[str]:
    """What slots hold: "records", "other_adult", "fees", "pt"."""
    guidance = shipped_guidance()
    fields = guidance.routes.fields.values()
    of_fields = (value for field in fields for value in (*field.values, *field.groups))
    return frozenset((*of_fields, *guidance.topics, *load_languages().answered))


def _redacted(value: Any, name: str, *, stated: Collection[str] = (), names: bool = True) -> Any:
    """A value of any depth with all its texts redacted."""
    if value is None or isinstance(value, _NUMBERS):
        return value
    if isinstance(value, str):
        if name in _NOT_TEXT or value in _values():
            return value
        for date in stated:
            value = value.replace(date, PLACEHOLDER)
        return shipped_redactor().redact(value).text if names else _of_ours(value)
    if isinstance(value, dict):
        return {n: _redacted(v, str(n), stated=stated, names=names) for n, v in value.items()}
    if isinstance(value, _LISTS):
        return [_redacted(each, name, stated=stated, names=names) for each in value]
    return value
