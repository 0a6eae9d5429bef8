"""The conversation so far as the page shows it, read from Rasa's events."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from rasa.shared.core.events import BotUttered, Event, SessionStarted, UserUttered

from bot.languages import load_languages

SHOWN = 200
"""Messages shown at most; the newest stay."""


@dataclass(frozen=True)
class Message:
    """One message of the transcript.

    Attributes:
        speaker: Who said it.
        text: As it was said; line breaks count.
        language: The language it is in; None where a person's text does not show it.
        direction: `auto` for what people type.
        choices: Id and title of what it offers.
    """

    speaker: Literal["person", "assistant"]
    text: str
    language: str | None
    direction: str
    choices: tuple[tuple[str, str], ...] = ()


def transcript(events: Iterable[Event]) -> tuple[Message, ...]:
    """The messages of the present session, oldest first."""
    messages: list[Message] = []
    for event in events:
        if isinstance(event, SessionStarted):
            messages.clear()  # a day has passed; what was said before is over
        elif isinstance(event, UserUttered) and event.text:
            messages.append(_person(event.text, event.parse_data or {}))
        elif isinstance(event, BotUttered) and event.text:
            messages.append(_assistant(event.text, event.data or {}, event.metadata or {}))
    return tuple(messages[-SHOWN:])


def latest_turn(messages: tuple[Message, ...]) -> int:
    """The index of the message that began the last turn; 0 in an empty transcript."""
    spoken = [index for index, message in enumerate(messages) if message.speaker == "person"]
    return spoken[-1] if spoken else 0


def open_choices(messages: tuple[Message, ...]) -> tuple[tuple[str, str], ...]:
    """What the last turn offers."""
    for message in reversed(messages[latest_turn(messages) :]):
        if message.choices:
            return message.choices
    return ()


def direction_of(language: str | None) -> str:
    """The direction that a language is written in."""
    known = load_languages().get(language) if language else None
    return known.direction if known is not None else "ltr"


def _person(text: str, understood: Mapping[str, Any]) -> Message:
    found = understood.get("language")
    language = None
    if isinstance(found, dict) and (found.get("clear") or found.get("sentence")):
        language = found.get("code")
    return Message("person", text, language, "auto")


def _assistant(text: str, data: Mapping[str, Any], metadata: Mapping[str, Any]) -> Message:
    language = (metadata.get("roi") or {}).get("language")
    return Message(
        "assistant",
        text,
        language,
        direction_of(language),
        tuple((button["payload"], button["title"]) for button in data.get("buttons") or ()),
    )
