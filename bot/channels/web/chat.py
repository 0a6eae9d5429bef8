"""What page and JSON messages share: the session of a request and the answer to a message."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable
from typing import Any

from rasa.core.channels.channel import UserMessage
from rasa.shared.core.trackers import DialogueStateTracker
from sanic.request import Request
from sanic.response import HTTPResponse

from bot.channels.web.http import cookie_of, hint_of
from bot.channels.web.sessions import MAX_AGE, Session, Sessions
from bot.channels.web.settings import WebSettings
from bot.conversation import Conversation, TurnResult
from bot.languages import load_languages

logger = logging.getLogger(__name__)

CHANNEL = "web"

Handler = Callable[[UserMessage], Awaitable[Any]]


class Chat:
    """Knows whose conversation a request belongs to and takes turns in it."""

    def __init__(self, settings: WebSettings, handler: Handler) -> None:
        """Args: the settings, and what Rasa gave the channel to handle messages with."""
        self.sessions = Sessions(settings.secret)
        self._secure = settings.secure
        self._handler = handler
        # The prefix makes browsers refuse such a cookie from a neighbouring host.
        self.cookie_name = "__Host-roi_session" if settings.secure else "roi_session"

    def session(self, request: Request) -> Session:
        """The session that the request's cookie names, else a new one."""
        return self.sessions.read(cookie_of(request, self.cookie_name))

    def keep(self, response: HTTPResponse, session: Session) -> HTTPResponse:
        """Sends the session along with an answer; its day begins anew."""
        response.cookies[self.cookie_name] = self.sessions.cookie(session)
        cookie = response.cookies[self.cookie_name]
        cookie["path"] = "/"
        cookie["httponly"] = True
        cookie["samesite"] = "Lax"  # Strict would lose the conversation behind a link to the chat
        cookie["max-age"] = MAX_AGE
        if self._secure:
            cookie["secure"] = True
        return response

    async def tracker(self, request: Request, session: Session) -> DialogueStateTracker | None:
        """The whole conversation so far; None before its first message."""
        store = request.app.ctx.agent.tracker_store
        tracker: DialogueStateTracker | None = await store.retrieve_full_tracker(session.sender)
        return tracker

    async def answer(
        self,
        request: Request,
        session: Session,
        *,
        text: str | None = None,
        choice: str | None = None,
        language: str | None = None,
    ) -> TurnResult:
        """Answers a message; whatever fails, the answer is the phone lines.

        Args:
            request: Where it came from.
            session: Whose it is.
            text: What was typed, or
            choice: what was picked.
            language: The language chosen with it.
        """
        conversation = Conversation(request.app.ctx.agent, self._handler)
        hint = hint_of(request)
        try:
            chosen = language or await self._chosen_before(request, session)
            return await conversation.turn(
                session.sender, CHANNEL, text=text, choice=choice, language=chosen, hint=hint
            )
        except Exception as error:
            # Neither the message nor the exception's text, which may hold it, goes into a log.
            logger.error("a turn failed: %s", type(error).__name__)
            return conversation.failed(CHANNEL, language or session.language or hint)

    async def _chosen_before(self, request: Request, session: Session) -> str | None:
        """The language chosen on the page before the conversation has one of its own."""
        if session.language is None:
            return None
        tracker = await request.app.ctx.agent.tracker_store.retrieve(session.sender)
        return session.language if language_in(tracker) is None else None


def language_in(tracker: DialogueStateTracker | None) -> str | None:
    """The language of a conversation, if it has one."""
    language = tracker.get_slot("language") if tracker is not None else None
    return str(language) if language in load_languages().offered else None
