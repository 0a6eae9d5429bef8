"""One turn of a conversation, the same for every channel."""

from __future__ import annotations

import uuid
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace
from typing import Any

from rasa.core.agent import Agent
from rasa.core.channels.channel import OutputChannel, UserMessage
from rasa.shared.core.events import BotUttered, UserUttered
from rasa.shared.core.trackers import DialogueStateTracker

from bot.choices import chosen_by_id, chosen_by_text, language_choice
from bot.counts import counted
from bot.keys import Key
from bot.language_choice import hinted, offered_form
from bot.languages import load_languages
from bot.locks import make_reentrant
from bot.nlg import LocalizedResponseGenerator
from bot.privacy.passing import passing
from bot.privacy.redactor import Redaction, shipped_redactor
from bot.say import Choice, Say
from bot.stores import already_read
from bot.text import clean

_PROBLEM_KEYS = {
    "empty": Key.SYSTEM_EMPTY,
    "too_long": Key.SYSTEM_TOO_LONG,
    "unreadable": Key.SYSTEM_UNREADABLE,
}


@dataclass(frozen=True)
class Reply:
    """One message of the assistant.

    Attributes:
        text: As rendered for the channel.
        language: The language it is in.
        choices: Ids and titles of what can be chosen.
        topics: The topics it answers.
        handoff: The people it hands over to.
        plan: The plan with its wording.
        key: The wording it was made from.
        notice: The interpreter notice that `text` begins with, if it does: its `text`, `language`
            and `direction`.
        dates: The dates that `text` states and that nothing may keep: fields of a
            :class:`bot.say.Say`.
    """

    text: str
    language: str
    choices: tuple[tuple[str, str], ...] = ()
    topics: tuple[str, ...] = ()
    handoff: str | None = None
    plan: dict[str, Any] | None = None
    key: str = ""
    notice: dict[str, str] | None = None
    dates: dict[str, str] | None = None


@dataclass(frozen=True)
class TurnResult:
    """What one message brought.

    Attributes:
        replies: What to show; never empty.
        language: The language answered in.
        recorded: It is part of the conversation; what was refused before understanding is not.
        begins: Nothing had been stored of the conversation.
    """

    replies: tuple[Reply, ...]
    language: str
    recorded: bool = True
    begins: bool = field(default=False, compare=False)  # it is no part of the answer


class CollectingOutput(OutputChannel):
    """Collects whole messages; the channel's name decides how they are worded."""

    def __init__(self, channel: str) -> None:
        """Args: the channel's name."""
        self._channel = channel
        self.messages: list[dict[str, Any]] = []

    def name(self) -> str:
        """The channel's name, which the response generator is told."""
        return self._channel

    async def send_response(self, recipient_id: str, message: dict[str, Any]) -> None:
        """Keeps a message as the response generator made it."""
        self.messages.append(message)


Handler = Callable[[UserMessage], Awaitable[Any]]


class Conversation:
    """Takes what a person sent on some channel through cleaning, choices and Rasa."""

    def __init__(self, agent: Agent, handler: Handler | None = None) -> None:
        """Args: the loaded agent, and what handles a message if not the agent itself."""
        self._agent = agent
        self._handle = handler or agent.handle_message
        if not isinstance(agent.nlg, LocalizedResponseGenerator):
            raise TypeError("the agent must be loaded with the localized response generator")
        make_reentrant(agent)
        self._nlg = agent.nlg

    async def turn(
        self,
        sender: str,
        channel: str,
        *,
        text: str | None = None,
        choice: str | None = None,
        language: str | None = None,
        hint: str | None = None,
        message_id: str | None = None,
    ) -> TurnResult:
        """Answers one message.

        Args:
            sender: The conversation's id, issued by the channel.
            channel: The channel's name.
            text: What the person typed, or
            choice: the id of the choice picked, or neither to only change the language.
            language: An offered language that the person chose with this message.
            hint: What the channel knows of the person's language.
            message_id: Names the message. If the conversation holds it already, because the worker
                that took it died before it could answer, its answer is given again.

        Returns:
            The replies; whatever fails, there is one with the phone line.
        """
        with counted(channel, sender) as counting:
            # From here on, so that a choice is one of those that the person sees at this moment.
            async with self._agent.lock_store.lock(sender):
                tracker = await self._agent.tracker_store.retrieve(sender)
                result = await self._turn(
                    tracker, sender, channel, text, choice, language, hint, message_id
                )
            result = replace(result, begins=tracker is None)
            counting.note(result.language, result.replies, recorded=result.recorded)
            return result

    async def _turn(
        self,
        tracker: DialogueStateTracker | None,
        sender: str,
        channel: str,
        text: str | None,
        choice: str | None,
        language: str | None,
        hint: str | None,
        message_id: str | None,
    ) -> TurnResult:
        answered = _answered_before(tracker, message_id)
        if answered:
            return TurnResult(answered, answered[-1].language)
        before = _language_before(tracker, language, hint)
        spoken = before or load_languages().answered[0]
        choices = _choices(tracker)
        picked: Choice | None = None
        typed = Redaction("")
        if choice is not None:
            picked = chosen_by_id(choice, choices)
            if picked is None:
                return self._system(Key.SYSTEM_UNKNOWN_CHOICE, spoken, channel)
        elif text is None and language is not None:
            picked = language_choice(language)
        else:
            cleaned = clean(text or "")
            if cleaned.problem is not None:
                return self._system(_PROBLEM_KEYS[cleaned.problem], spoken, channel)
            # From here on nobody sees what the person told about themselves or somebody else.
            typed = shipped_redactor().redact(cleaned.text)
            picked = chosen_by_text(typed.text, choices, self._titles(choices, spoken))
        output = CollectingOutput(channel)
        metadata = {
            "language": language,
            "language_hint": hint,
            "goes_on": _goes_on(tracker),
            "spoken": before,
            "details": typed.extent,
        }
        with passing(typed.dates), already_read(tracker):
            await self._handle(
                self._message(sender, output, typed.text, picked, spoken, metadata, message_id)
            )
        replies = tuple(_reply(sent) for sent in output.messages)
        if not replies:
            return self._system(Key.SYSTEM_FAILED, spoken, channel)
        return TurnResult(replies, replies[-1].language)

    async def understood(self, sender: str) -> dict[str, Any]:
        """What understanding made of the last message, for staff; empty before the first."""
        tracker = await self._agent.tracker_store.retrieve(sender)
        if tracker is None or tracker.latest_message is None:
            return {}
        data: dict[str, Any] = tracker.latest_message.parse_data
        return data

    def failed(self, channel: str, language: str | None = None) -> TurnResult:
        """The answer where a turn could not be made: the phone lines."""
        return self._system(Key.SYSTEM_FAILED, language or load_languages().answered[0], channel)

    def _message(
        self,
        sender: str,
        output: CollectingOutput,
        typed: str,
        picked: Choice | None,
        spoken: str,
        metadata: dict[str, Any],
        message_id: str | None,
    ) -> UserMessage:
        message_id = message_id or uuid.uuid4().hex
        parse_data = None
        if picked is not None:
            # A choice says what it means; it passes by understanding altogether.
            typed = self._titles((picked,), spoken)[0]
            parse_data = _parsed_choice(typed, picked, message_id, metadata)
        return UserMessage(
            text=typed,
            output_channel=output,
            sender_id=sender,
            parse_data=parse_data,
            input_channel=output.name(),
            message_id=message_id,
            metadata=metadata,
        )

    def _titles(self, choices: tuple[Choice, ...], language: str) -> list[str]:
        say = Say(key=Key.REPAIR_CLARIFY.value, language=language, choices=choices)
        return self._nlg.renderer.choice_titles(say)

    def _system(self, key: Key, language: str, channel: str) -> TurnResult:
        say = Say(key=key.value, language=language)
        reply = _reply(self._nlg.message(say, channel))
        return TurnResult((reply,), language, recorded=False)


def _language_before(
    tracker: DialogueStateTracker | None, language: str | None, hint: str | None
) -> str | None:
    """The language of the conversation before the message is looked at, if it has one."""
    offered = load_languages().answered
    current = tracker.get_slot("language") if tracker is not None else None
    before = offered_form(language, offered) or offered_form(current, offered)
    return before or hinted(hint, offered)


def _parsed_choice(
    text: str, choice: Choice, message_id: str, metadata: dict[str, Any]
) -> dict[str, Any]:
    return {
        "text": text,
        "intent": {"name": choice.intent, "confidence": 1.0},
        "entities": [
            {"entity": name, "value": value, "extractor": "choice"}
            for name, value in choice.entities.items()
        ],
        "message_id": message_id,
        "metadata": metadata,
    }


def _answered_before(
    tracker: DialogueStateTracker | None, message_id: str | None
) -> tuple[Reply, ...]:
    """The answer that a message has had; empty if the conversation does not hold the message."""
    replies: list[Reply] = []
    is_found = False
    for event in tracker.events if tracker is not None and message_id else ():
        if isinstance(event, UserUttered):
            if is_found:
                break
            is_found = event.message_id == message_id
        elif is_found and isinstance(event, BotUttered):
            said = {**(event.data or {}), "roi": (event.metadata or {}).get("roi")}
            replies.append(_reply({**said, "text": event.text}))
    return tuple(replies)


def _goes_on(tracker: DialogueStateTracker | None) -> bool:
    """Has something been asked or answered that a bare phrase could belong to?"""
    return tracker is not None and bool(tracker.active_loop_name or tracker.get_slot("topic"))


def _choices(tracker: DialogueStateTracker | None) -> tuple[Choice, ...]:
    stored = tracker.get_slot("choices") if tracker is not None else None
    return tuple(Choice.parse_obj(choice) for choice in stored or ())


def _reply(message: dict[str, Any]) -> Reply:
    ours = message.get("roi") or {}
    return Reply(
        text=message.get("text") or "",
        language=ours.get("language") or load_languages().answered[0],
        choices=tuple((b["payload"], b["title"]) for b in message.get("buttons") or ()),
        topics=tuple(ours.get("topics") or ()),
        handoff=ours.get("handoff"),
        plan=ours.get("plan"),
        key=ours.get("key") or "",
        notice=ours.get("notice"),
        dates=ours.get("dates"),
    )
