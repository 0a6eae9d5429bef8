"""The Rasa input channel of text messages: Twilio's webhook, answered with TwiML."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable
from typing import Any

from rasa.core.channels.channel import InputChannel, UserMessage
from sanic import Blueprint
from sanic.request import Request
from sanic.response import HTTPResponse, text
from twilio.twiml.messaging_response import MessagingResponse

from bot.channels.sms.message import CHANNEL
from bot.channels.sms.payloads import Webhook
from bot.channels.sms.settings import SmsSettings
from bot.channels.sms.texting import WAIT, Texting
from bot.channels.sms.words import shipped_words
from bot.channels.web.payloads import PayloadError

logger = logging.getLogger(__name__)


class SmsChannel(InputChannel):
    """`POST /webhooks/sms/webhook`; a sender is a keyed hash of the number."""

    def __init__(self, settings: SmsSettings, wait: float = WAIT) -> None:
        """Args: the settings, and how many seconds an answer may take."""
        self._settings, self._wait = settings, wait

    @classmethod
    def name(cls) -> str:
        """The channel's name; it is part of every conversation's id."""
        return CHANNEL

    @classmethod
    def from_credentials(cls, credentials: dict[str, Any] | None) -> SmsChannel:
        """Made from the environment; secrets do not stand in credentials.yml.

        Raises:
            bot.channels.web.settings.SettingsError: A setting is missing or cannot be used.
        """
        return cls(SmsSettings.load())

    def blueprint(self, on_new_message: Callable[[UserMessage], Awaitable[Any]]) -> Blueprint:
        """The routes below /webhooks/sms.

        Raises:
            bot.content_loader.ContentError: The words of the channel cannot be used.
        """
        webhook = Webhook(self._settings.token, self._settings.url)
        texting = Texting(self._settings, shipped_words(), on_new_message, self._wait)
        routes = Blueprint(CHANNEL)

        @routes.post("/webhook", name="webhook")
        async def receive(request: Request) -> HTTPResponse:
            incoming = webhook.read(
                request.headers.get("content-type", ""),
                request.body or b"",
                request.query_string,
                request.headers.get("x-twilio-signature"),
            )
            return twiml(await texting.reply(request.app.ctx.agent, incoming))

        @routes.get("/health", name="health")
        async def health(request: Request) -> HTTPResponse:
            return text("ok")

        routes.exception(PayloadError)(refuse)
        return routes


def twiml(reply: str) -> HTTPResponse:
    """A reply as Twilio reads it; an empty one sends nothing."""
    response = MessagingResponse()
    if reply:
        response.message(reply)
    return text(str(response), content_type="text/xml; charset=utf-8")


def refuse(request: Request, error: PayloadError) -> HTTPResponse:
    """The answer to what is not a message from Twilio; nothing of it has been processed."""
    logger.warning("a webhook request was refused: %s (%d)", error.code, error.status)
    return text(error.code, status=error.status)
