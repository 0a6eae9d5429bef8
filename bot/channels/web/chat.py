"""What page and JSON messages share: the session of a request and the answer to a message."""

from __future__ import annotations

import json
import logging
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

from rasa.core.channels.channel import UserMessage
from rasa.shared.core.events import Event
from rasa.shared.core.trackers import DialogueStateTracker
from sanic.request import Request
from sanic.response import HTTPResponse
from sqlalchemy.exc import SQLAlchemyError

from bot.channels.web.http import cookie_of, hint_of, language_of
from bot.channels.web.kept import FailedTurnError, packed, unpacked
from bot.channels.web.limits import address_of
from bot.channels.web.payloads import PayloadError, TooManyError
from bot.channels.web.sessions import Session, Sessions
from bot.channels.web.settings import WebSettings
from bot.channels.web.shared_limits import Limiter, limiter
from bot.channels.web.shown import Dates, Shown, with_dates
from bot.channels.web.spoken import Spoken
from bot.channels.web.transcript import SHOWN
from bot.conversation import Conversation, TurnResult
from bot.keys import Key
from bot.languages import load_languages
from bot.metrics import process_metrics
from bot.order import Waiting, queues
from bot.state import SharedState
from bot.stores import ConversationStore, store_of

logger = logging.getLogger(__name__)

CHANNEL = "web"

KEEP = timedelta(hours=1)
"""How long a message that is sent again gets the answer it had."""

PAGES = 5
"""How many times as often as messages the page itself may be asked for."""

ENDED = "web.ended"
"""The flag of a session that is over, although its cookie may still be somewhere."""

Handler = Callable[[UserMessage], Awaitable[Any]]


class Chat:
    """Knows whose conversation a request belongs to and takes turns in it."""

    def __init__(self, settings: WebSettings, handler: Handler) -> None:
        """Args: the settings, and what Rasa gave the channel to handle messages with."""
        self.settings = settings
        self.sessions = Sessions(
            settings.secret, settings.old_secrets, max_age=settings.keep.total_seconds()
        )
        self.shown = Shown(settings.secret, self._where())
        self._handler = handler
        self._spoken = Spoken()
        self._queues = queues()

        def limit(name: str, per_minute: int) -> Limiter:
            return limiter(name, per_minute, settings.secret)

        self._by_session = limit("session", settings.per_session)
        self._by_address = limit("address", settings.per_address)
        self._new_by_address = limit("beginning", settings.new_per_address)
        self._pages_by_address = limit("page", settings.per_address * PAGES)
        # The prefix makes browsers refuse such a cookie from a neighbouring host.
        self.cookie_name = "__Host-roi_session" if settings.secure else "roi_session"

    async def session(self, request: Request) -> Session:
        """The session that the request's cookie names, else a new one.

        Raises:
            PayloadError: The database cannot be asked whether it has ended.
        """
        session = self._named(request)
        try:
            if session.state == "continued" and await self._has_ended(request, session):
                return self.sessions.new(state="replaced")
        except SQLAlchemyError as error:
            logger.error("a session could not be looked up: %s", type(error).__name__)
            language = self._spoken.last(session.id) or session.language
            raise PayloadError(500, "failed", language=language) from error
        return session

    def _named(self, request: Request) -> Session:
        """What the request's cookie says, looked at once."""
        known: Session | None = getattr(request.ctx, "roi_session", None)
        if known is None:
            known = self.sessions.read(cookie_of(request, self.cookie_name))
            request.ctx.roi_session = known
        return known

    def keep(self, response: HTTPResponse, session: Session) -> HTTPResponse:
        """Sends the session along with an answer; its day begins anew."""
        cookie = f"{self.cookie_name}={self.sessions.cookie(session)}"
        age = int(self.settings.keep.total_seconds())
        response.headers["Set-Cookie"] = (
            f"{cookie}; Path=/; HttpOnly; Max-Age={age}; {self._where()}"
        )
        return response

    def _where(self) -> str:
        """How cookies travel."""
        # Lax keeps the conversation behind a link to the chat, which Strict would lose. Inside a
        # page of another site only None is sent, and soon only if it is also partitioned (kept
        # apart for each site that embeds us), a word that Sanic 21 does not know.
        where = "SameSite=None; Partitioned" if self.settings.embedded else "SameSite=Lax"
        return f"{where}; Secure" if self.settings.secure else where

    async def tracker(self, request: Request, session: Session) -> DialogueStateTracker | None:
        """The conversation's present state; None before its first message."""
        tracker: DialogueStateTracker | None = await _store(request).retrieve(
            self.sender(request, session)
        )
        return tracker

    async def events(
        self, request: Request, session: Session, dates: Dates | None = None
    ) -> list[Event]:
        """What was said last, oldest first; as quick in a long conversation as in a short one.

        Args:
            request: Where it is asked for.
            session: Whose it is.
            dates: Those of the last answer, which are not stored.
        """
        said = await _store(request).said(self.sender(request, session), SHOWN)
        return with_dates(said, dates, request.app.ctx.agent.nlg, CHANNEL)

    async def language(self, request: Request, session: Session) -> str:
        """The language to speak to the person in."""
        tracker = await self.tracker(request, session)
        return language_in(tracker) or session.language or language_of(request)

    async def admit(self, request: Request, session: Session) -> None:
        """Counts a request that changes or reads a conversation.

        Raises:
            TooManyError: The session or the address has made too many.
        """
        by = "address"
        wait = await self._by_address.wait(address_of(request, self.settings.proxies))
        if not wait:
            by, wait = "session", await self._by_session.wait(session.id)
        if wait:
            process_metrics().limited(by)
            raise TooManyError(wait, await self.language(request, session))

    @contextmanager
    def arrival(self, request: Request) -> Iterator[Waiting | None]:
        """Keeps the request's place among the messages of its conversation, from now on.

        Args:
            request: Just arrived: nothing has been awaited yet.
        """
        session = self._named(request)
        if session.state != "continued":
            yield None  # nothing can have come before
            return
        place = self._queues.join(self.sender(request, session))
        try:
            yield place
        finally:
            place.leave()

    async def admit_beginning(self, request: Request, session: Session) -> None:
        """Counts a message that begins a conversation; any other passes.

        Raises:
            TooManyError: Too many conversations have begun from the address.
        """
        if self._spoken.last(session.id) is not None:
            return  # it has had an answer from this worker
        if await _store(request).last_seen(self.sender(request, session)) is None:
            address = address_of(request, self.settings.proxies)
            wait = await self._new_by_address.wait(address)
            if wait:
                process_metrics().limited("beginning")
                raise TooManyError(wait, await self.language(request, session))

    async def admit_page(self, request: Request) -> None:
        """Counts a page asked for.

        Raises:
            TooManyError: The address has asked for too many.
        """
        wait = await self._pages_by_address.wait(address_of(request, self.settings.proxies))
        if wait:
            process_metrics().limited("page")
            raise TooManyError(wait, language_of(request))

    async def answer(
        self,
        request: Request,
        session: Session,
        *,
        text: str | None = None,
        choice: str | None = None,
        language: str | None = None,
        key: str | None = None,
        place: Waiting | None = None,
    ) -> TurnResult:
        """Answers a message; whatever fails, the answer is the phone lines.

        Args:
            request: Where it came from.
            session: Whose it is.
            text: What was typed, or
            choice: what was picked.
            language: The language chosen with it.
            key: Names this message: sent again, it gets the same answer and changes nothing.
            place: From :meth:`arrival`: those before it are answered first.
        """
        # Another message under a key that was used before is another message.
        named = json.dumps([key, text, choice, language])

        async def take_turn() -> TurnResult:
            message_id = None
            if key is not None:
                sender = self.sender(request, session)
                message_id = self.state(request).message_id(sender, named)
            return await self._turn(request, session, text, choice, language, message_id)

        async def produce() -> str:
            result = await take_turn()
            if _has_failed(result):
                raise FailedTurnError(result)  # sent again, it is tried again
            return packed(result)

        try:
            if place is not None:
                await place.reached()
            if key is None:
                return await take_turn()
            sender = self.sender(request, session)
            return unpacked(await self.state(request).once(sender, named, produce, keep=KEEP))
        except FailedTurnError as error:
            return error.result
        except Exception as error:
            return self._failed(request, error, session, language)

    async def delete(self, request: Request, session: Session) -> Session:
        """Deletes a conversation and all that is kept of it, and ends its session.

        Args:
            request: Where that was asked.
            session: Whose conversation.

        Returns:
            A new session in the same language.
        """
        language = await self.language(request, session)
        # First, so that a message that is still being answered leaves nothing behind either.
        await self.state(request).set_flag(ENDED, session.id, keep=self.settings.keep)
        async with request.app.ctx.agent.lock_store.lock(self.sender(request, session)):
            await self._remove(request, session)
        return self.sessions.new(language)

    def sender(self, request: Request, session: Session) -> str:
        """The conversation's id in Rasa; no other channel makes ids of this form."""
        return self.state(request).sender(CHANNEL, session.id)

    def state(self, request: Request) -> SharedState:
        """What the workers share."""
        return _store(request).shared_state(self.settings.secret, self.settings.old_secrets)

    async def _turn(
        self,
        request: Request,
        session: Session,
        text: str | None,
        choice: str | None,
        language: str | None,
        message_id: str | None,
    ) -> TurnResult:
        conversation = Conversation(request.app.ctx.agent, self._handler)
        hint = hint_of(request)
        try:
            chosen = language or await self._chosen_before(request, session)
            result = await conversation.turn(
                self.sender(request, session),
                CHANNEL,
                text=text,
                choice=choice,
                language=chosen,
                hint=hint,
                message_id=message_id,
            )
            self._spoken.note(session.id, result.language)
            # A turn whose conversation is deleted meanwhile cannot store anything, or its deletion
            # waits for it. One that comes after finds nothing, and would begin it once more.
            if result.begins and await self._has_ended(request, session):
                await self._remove(request, session)
        except Exception as error:
            return self._failed(request, error, session, language)
        return result

    def _failed(
        self, request: Request, error: Exception, session: Session, language: str | None
    ) -> TurnResult:
        # Neither the message nor the exception's text, which may hold it, goes into a log.
        logger.error("a turn failed: %s", type(error).__name__)
        conversation = Conversation(request.app.ctx.agent, self._handler)
        known = language or self._spoken.last(session.id) or session.language
        return conversation.failed(CHANNEL, known or hint_of(request))

    async def _remove(self, request: Request, session: Session) -> None:
        await _store(request).delete(self.sender(request, session))
        await self.state(request).forget(self.sender(request, session))

    async def _has_ended(self, request: Request, session: Session) -> bool:
        return await self.state(request).has_flag(ENDED, session.id)

    async def _chosen_before(self, request: Request, session: Session) -> str | None:
        """The language chosen on the page before the conversation has one of its own."""
        if session.language is None:
            return None
        tracker = await self.tracker(request, session)
        return session.language if language_in(tracker) is None else None


def language_in(tracker: DialogueStateTracker | None) -> str | None:
    """The language of a conversation, if it has one."""
    language = tracker.get_slot("language") if tracker is not None else None
    return str(language) if language in load_languages().answered else None


def _store(request: Request) -> ConversationStore:
    return store_of(request.app.ctx.agent)


def _has_failed(result: TurnResult) -> bool:
    return not result.recorded and result.replies[-1].key == Key.SYSTEM_FAILED.value
