"""The conversation so far as the page shows it, read from Rasa's events."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from rasa.shared.core.events import BotUttered, Event, SessionStarted, UserUttered

from bot.languages import direction_in

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
        number: When it was said, in microseconds; it names the message and orders it.
        choices: Id and title of what it offers.
        topics: The topics it answers.
        handoff: The people it hands over to.
        plan: The plan with its wording.
        parts: Its text in parts, each with its `kind` and `language`, where it was said in parts.
        notice: The interpreter notice it begins with.
    """

    speaker: Literal["person", "assistant"]
    text: str
    language: str | None
    direction: str
    number: int
    choices: tuple[tuple[str, str], ...] = ()
    topics: tuple[str, ...] = ()
    handoff: str | None = None
    plan: Mapping[str, Any] | None = None
    parts: tuple[Mapping[str, str], ...] = ()
    notice: Mapping[str, str] | None = None


def transcript(events: Iterable[Event]) -> tuple[Message, ...]:
    """The messages of the present session, oldest first."""
    messages: list[Message] = []
    for event in events:
        number = _number(event, messages)
        if isinstance(event, SessionStarted):
            messages.clear()  # a day has passed; what was said before is over
        elif isinstance(event, UserUttered) and event.text:
            messages.append(_person(number, event.text, event.parse_data or {}))
        elif isinstance(event, BotUttered) and event.text:
            said = _assistant(number, event.text, event.data or {}, event.metadata or {})
            messages.append(said)
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


def _number(event: Event, before: list[Message]) -> int:
    said = int((event.timestamp or 0) * 1_000_000)
    return max(said, before[-1].number + 1) if before else said


def _person(number: int, text: str, understood: Mapping[str, Any]) -> Message:
    found = understood.get("language")
    language = None
    if isinstance(found, dict) and (found.get("clear") or found.get("sentence")):
        language = found.get("code")
    return Message("person", text, language, "auto", number)


def _assistant(
    number: int, text: str, data: Mapping[str, Any], metadata: Mapping[str, Any]
) -> Message:
    ours = metadata.get("roi") or {}
    language = ours.get("language")
    return Message(
        "assistant",
        text,
        language,
        direction_in(language or ""),
        number,
        choices=tuple((button["payload"], button["title"]) for button in data.get("buttons") or ()),
        topics=tuple(ours.get("topics") or ()),
        handoff=ours.get("handoff"),
        plan=ours.get("plan"),
        parts=tuple(ours.get("parts") or ()),
        notice=ours.get("notice"),
    )
