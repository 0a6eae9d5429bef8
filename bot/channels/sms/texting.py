"""Answers text messages in time, in order and once, and stays silent where it was asked to."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import Any

from rasa.core.agent import Agent
from rasa.core.channels.channel import UserMessage

from bot.channels.sms.answers import OPTED_OUT, Answers
from bot.channels.sms.message import CHANNEL, TextMessage
from bot.channels.sms.payloads import Incoming
from bot.channels.sms.settings import SmsSettings
from bot.channels.sms.words import Command, SmsWords
from bot.channels.web.shared_limits import limiter
from bot.metrics import process_metrics
from bot.order import Waiting, queues
from bot.state import StillBusyError
from bot.stores import store_of

logger = logging.getLogger(__name__)

WAIT = 8.0
"""Seconds that an answer may take; Twilio waits 15."""

_WAIT_FOR_ANOTHER = 4.0
"""Seconds more for an answer that another worker is making."""

_ONCE_FOR_ALL = "sms.commands"
"""The scope of stop and start: forgetting a conversation must not let an old "stop" come again."""

_FROM_TWILIO: dict[str, Command] = {"STOP": "stop", "START": "start", "HELP": "help"}


class Texting:
    """Takes messages in and gives the text of the reply; an empty one is silence."""

    def __init__(
        self,
        settings: SmsSettings,
        words: SmsWords,
        handler: Callable[[UserMessage], Awaitable[Any]],
        wait: float = WAIT,
    ) -> None:
        """Prepares the answering.

        Args:
            settings: The channel's.
            words: Stop, start, help and the like.
            handler: What Rasa gave the channel to handle messages with.
            wait: Seconds that an answer may take.
        """
        self._settings, self._words, self._wait = settings, words, wait
        self._answers = Answers(words, handler, settings.keep)
        self._by_number = limiter("number", settings.per_number, settings.secret)
        self._queues = queues()
        self._running: set[asyncio.Task[str]] = set()

    async def reply(self, agent: Agent, incoming: Incoming) -> str:
        """The reply to a message; the same one each time that it is delivered.

        Args:
            agent: The assistant.
            incoming: What Twilio delivered.

        Returns:
            The text; empty where nothing is to be sent. Whatever fails, a phone line is named.
        """
        if incoming.status != "received" or incoming.came_from == "machine":
            return ""  # reports of deliveries, and machines that would answer us for ever
        message = self._message(agent, incoming)
        try:
            if incoming.came_from == "app":
                return "" if message.command == "stop" else await self._answers.refusal(message)
            return await self._once(message)
        except (StillBusyError, asyncio.TimeoutError):
            return "" if message.command == "stop" else await self._said_late(message)
        except Exception as error:
            logger.error("a text message could not be answered: %s", type(error).__name__)
            return (
                "" if message.command == "stop" else self._answers.failed(message.likely_language)
            )

    def _message(self, agent: Agent, incoming: Incoming) -> TextMessage:
        command = _FROM_TWILIO.get(incoming.opt_out or "") or self._words.command(incoming.body)
        settings = self._settings
        state = store_of(agent).shared_state(settings.secret, settings.old_secrets)
        return TextMessage(
            agent=agent,
            state=state,
            sender=state.sender(CHANNEL, incoming.sender),
            incoming=incoming,
            command=command,
            hint=self._words.language_hint(incoming.sender.rpartition(":")[2]),
        )

    async def _once(self, message: TextMessage) -> str:
        place = self._queues.join(message.sender)
        taken = False

        async def produce() -> str:
            nonlocal taken
            taken = True
            return await self._in_time(message, place)

        scope = _ONCE_FOR_ALL if message.command in ("stop", "start") else message.sender
        try:
            answering = message.state.once(
                scope, message.incoming.sid, produce, keep=self._settings.keep
            )
            return await asyncio.wait_for(answering, self._wait + _WAIT_FOR_ANOTHER)
        finally:
            if not taken:  # it has been answered before
                place.leave()

    async def _in_time(self, message: TextMessage, place: Waiting) -> str:
        """The answer if it is ready in time; else another, and it is kept for "more"."""
        task = asyncio.ensure_future(self._in_order(message, place))
        self._running.add(task)
        task.add_done_callback(self._running.discard)
        done, _ = await asyncio.wait({task}, timeout=self._wait)
        if done:
            return task.result()
        message.is_late = True
        logger.warning("a text message was not answered within %.0f seconds", self._wait)
        return "" if message.command == "stop" else await self._said_late(message)

    async def _in_order(self, message: TextMessage, place: Waiting) -> str:
        try:
            if message.command == "stop":
                # At once: what is still being answered must not be sent any more.
                await message.state.set_flag(OPTED_OUT, message.sender)
            await place.reached()
            if await self._is_too_much(message):
                return await self._answers.too_many(message)
            pages = await self._answers.pages(message)
            kept = pages if message.is_late else pages[1:]
            await self._answers.keep(message, kept)
            if message.is_late and kept != pages:  # it became late just now
                await self._answers.keep(message, pages)
            return pages[0] if pages else ""
        except Exception as error:
            # Neither the message nor the exception's text, which may hold it, goes into a log.
            logger.error("a text message could not be answered: %s", type(error).__name__)
            return (
                "" if message.command == "stop" else self._answers.failed(message.likely_language)
            )
        finally:
            place.leave()

    async def _is_too_much(self, message: TextMessage) -> bool:
        """Has the number sent more than it gets answers to? Stop, start and help always count."""
        is_free = message.command in ("stop", "start", "help")
        if is_free or not await self._by_number.wait(message.sender):
            return False
        process_metrics().limited("number")
        return True

    async def _said_late(self, message: TextMessage) -> str:
        try:
            language = await asyncio.wait_for(self._answers.language(message), 1.0)
        except Exception:
            logger.warning("the language of a conversation could not be read")
            language = message.likely_language
        return self._answers.late(language)
