"""What a text message is answered with, as pages that each fit a reply."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

from rasa.core.channels.channel import UserMessage
from rasa.shared.core.trackers import DialogueStateTracker

from bot.channels.sms.message import CHANNEL, TextMessage
from bot.channels.sms.rendering import Pages, pages_of
from bot.channels.sms.words import SmsWords
from bot.content_store import shipped_wording
from bot.conversation import Conversation, Reply
from bot.keys import Key
from bot.language_choice import choose_language
from bot.languages import load_languages
from bot.nlu.language_id import LanguageEvidence
from bot.privacy.redactor import shipped_redactor
from bot.text import clean

OPTED_OUT = "sms.opted_out"
_TOLD = "sms.too_many"
_PAGES, _INTRODUCED = "pages", "introduced"

Handler = Callable[[UserMessage], Awaitable[Any]]


class Answers:
    """Knows stop, start, help and more; everything else is a turn of the conversation."""

    def __init__(self, words: SmsWords, handler: Handler, keep: timedelta) -> None:
        """Prepares answers.

        Args:
            words: The channel's.
            handler: What Rasa gave it to handle messages with.
            keep: How long a conversation is kept, and so are its pages.
        """
        self._words, self._handler, self._keep = words, handler, keep

    async def pages(self, message: TextMessage) -> Pages:
        """The answer; none where silence is the answer.

        Args:
            message: Those before it have been answered.
        """
        state, sender = message.state, message.sender
        if message.command == "stop":
            await message.store.delete(sender)
            await state.forget(sender)
            return ()
        opted_out = await state.has_flag(OPTED_OUT, sender)
        if message.command == "start" or (message.command == "resume" and opted_out):
            await state.clear_flag(OPTED_OUT, sender)
            return await self._welcome(message)
        if message.command == "help":
            language = await self.language(message)
            return self._paged(language, self._text(language, Key.SMS_HELP))
        if opted_out:
            return ()
        pages = await self._conversation(message)
        # A "stop" that came meanwhile waits for this turn to end, and silence begins with it.
        return () if await state.has_flag(OPTED_OUT, sender) else pages

    async def keep(self, message: TextMessage, pages: Pages) -> None:
        """Keeps pages until they are asked for; earlier ones stay where there are none."""
        asked_for_them = message.command == "more"
        if pages or asked_for_them:
            await message.state.put(message.sender, _PAGES, json.dumps(pages), keep=self._keep)

    async def language(self, message: TextMessage) -> str:
        """The language of the conversation, else of a word such as "ayuda", else of the country."""
        offered = load_languages().answered
        tracker = await message.store.retrieve(message.sender)
        spoken = tracker.get_slot("language") if tracker is not None else None
        named = [c for c in self._words.languages_of(message.incoming.body) if c in offered]
        # Everybody texts HELP and STOP, whatever they speak.
        telling = [code for code in named if code != offered[0]] if offered[0] in named else named
        if spoken in offered and (not telling or spoken in named):
            return str(spoken)
        if telling and offered[0] not in named:
            return telling[0]
        return message.likely_language

    def late(self, language: str) -> str:
        """What is said in time where the answer is not ready."""
        return self._paged(language, self._text(language, Key.SMS_LATE))[0]

    def failed(self, language: str) -> str:
        """What is said where there is no answer."""
        return self._paged(language, self._text(language, Key.SYSTEM_FAILED))[0]

    async def too_many(self, message: TextMessage) -> str:
        """What a number gets that sends too much: one line, then silence for a minute.

        A phone that answers by itself would otherwise talk with us without end.
        """
        state, sender = message.state, message.sender
        if await state.has_flag(OPTED_OUT, sender) or await state.has_flag(_TOLD, sender):
            return ""
        await state.set_flag(_TOLD, sender, keep=timedelta(minutes=1))
        language = await self.language(message)
        return self._paged(language, self._text(language, Key.SYSTEM_TOO_MANY))[0]

    async def refusal(self, message: TextMessage) -> str:
        """What somebody gets who writes from another app; nothing of it is kept."""
        language = await self._language_of_text(message)
        return self._paged(language, self._text(language, Key.SMS_ONLY_TEXTS))[0]

    async def _conversation(self, message: TextMessage) -> Pages:
        tracker = await message.store.retrieve(message.sender)
        if message.command == "more":
            pages = await self._kept(message)
            if pages:
                return pages
            if tracker is None or tracker.active_loop_name is None:
                language = await self.language(message)
                return self._paged(language, self._text(language, Key.SMS_NO_MORE))
        incoming = message.incoming
        if incoming.media and not incoming.body.strip():
            return await self._introduced(message, await self.language(message), ())
        text = incoming.body
        if _offers_choices(tracker):
            text = self._words.number(text) or text
        conversation = Conversation(message.agent, self._handler)
        result = await conversation.turn(
            message.sender, CHANNEL, text=text, hint=message.hint, message_id=message.id
        )
        return await self._introduced(message, result.language, result.replies)

    async def _introduced(
        self, message: TextMessage, language: str, replies: tuple[Reply, ...]
    ) -> Pages:
        """The answer with what the first one of a conversation says besides."""
        texts = [reply.text for reply in replies]
        if any(reply.handoff == "emergency" for reply in replies):
            return self._paged(language, *texts)  # nothing stands before 911 and 988
        if message.incoming.media:
            texts.insert(0, self._text(language, Key.SMS_NO_PICTURES))
        if await message.state.get(message.sender, _INTRODUCED) is None:
            if replies and replies[0].key == Key.TALK_GREET.value:
                texts[0] = self._text(language, Key.SMS_ASK)  # the greeting would say it twice
            texts.insert(0, self._text(language, Key.SMS_INTRO))
            await self._note_introduction(message)
        return self._paged(language, *texts)

    async def _welcome(self, message: TextMessage) -> Pages:
        language = await self.language(message)
        await self._note_introduction(message)
        keys = (Key.SMS_INTRO, Key.SMS_ASK)
        return self._paged(language, *(self._text(language, key) for key in keys))

    async def _note_introduction(self, message: TextMessage) -> None:
        await message.state.put(message.sender, _INTRODUCED, "yes", keep=self._keep)

    async def _kept(self, message: TextMessage) -> Pages:
        kept = await message.state.get(message.sender, _PAGES)
        return tuple(json.loads(kept)) if kept else ()

    async def _language_of_text(self, message: TextMessage) -> str:
        offered = load_languages().answered
        cleaned = clean(message.incoming.body)
        found: Any = None
        if cleaned.problem is None:
            text = shipped_redactor().redact(cleaned.text).text
            found = (await message.agent.parse_message(text)).get("language")
        evidence = LanguageEvidence(**found) if isinstance(found, dict) else LanguageEvidence()
        return choose_language(
            None, evidence, None, message.hint, offered, default=offered[0]
        ).language

    def _text(self, language: str, key: Key) -> str:
        return shipped_wording().text(language, key.value, short=True)

    def _paged(self, language: str, *texts: str) -> Pages:
        return pages_of(texts, language, self._words)


def _offers_choices(tracker: DialogueStateTracker | None) -> bool:
    return tracker is not None and bool(tracker.get_slot("choices"))
