"""The JSON messages: `POST messages`, `GET` and `DELETE conversation`; see docs/web-api.yml."""

from __future__ import annotations

from typing import Any

from sanic.request import Request
from sanic.response import HTTPResponse, empty, json

from bot.channels.web.chat import Chat
from bot.channels.web.http import from_other_site
from bot.channels.web.payloads import PayloadError, checked_key, read_message
from bot.channels.web.sessions import Session
from bot.channels.web.shown import dates_of
from bot.channels.web.transcript import Message, latest_turn, transcript
from bot.content_store import shipped_wording
from bot.conversation import Reply
from bot.keys import Key
from bot.languages import direction_in

_PREFLIGHT_AGE = 600


class Api:
    """Takes messages and gives the answers; gives the conversation back, or deletes it."""

    def __init__(self, chat: Chat) -> None:
        """Args: the chat."""
        self._chat = chat

    async def post(self, request: Request) -> HTTPResponse:
        """Answers one message.

        Raises:
            PayloadError: The request cannot be read or taken.
        """
        self._refuse_other_sites(request)
        asked = read_message(request.headers.get("content-type", ""), request.body or b"")
        key = checked_key(request.headers.get("idempotency-key"))
        with self._chat.arrival(request) as place:
            session = await self._admitted(request)
            await self._chat.admit_beginning(request, session)
            result = await self._chat.answer(
                request,
                session,
                text=asked.text,
                choice=asked.choice,
                language=asked.language,
                key=key,
                place=place,
            )
        messages = [_reply(reply) for reply in result.replies]
        answer = {**_head(session, result.language), "messages": messages}
        response = self._chat.keep(json(answer), session)
        if result.recorded:
            self._chat.shown.keep(request, response, session, dates_of(result))
        return response

    async def conversation(self, request: Request) -> HTTPResponse:
        """The conversation so far, for a page that is loaded again.

        Raises:
            PayloadError: The request comes from another site, or too often.
        """
        self._refuse_other_sites(request)
        session = await self._admitted(request)
        dates = self._chat.shown.read(request, session)
        said = transcript(await self._chat.events(request, session, dates))
        latest = latest_turn(said)
        messages = [_said(message, number >= latest) for number, message in enumerate(said)]
        language = await self._chat.language(request, session)
        response = json({**_head(session, language), "messages": messages})
        return self._chat.keep(response, session) if session.state == "continued" else response

    async def delete(self, request: Request) -> HTTPResponse:
        """Deletes the conversation and ends its session.

        Raises:
            PayloadError: The request comes from another site, or too often.
        """
        self._refuse_other_sites(request)
        session = await self._admitted(request)
        after = await self._chat.delete(request, session)
        language = after.language or ""
        message = shipped_wording().text(language, Key.PAGE_DELETED.value)
        deleted = {"deleted": True, "language": language, "message": message}
        return self._chat.keep(json(deleted), after)

    async def preflight(self, request: Request) -> HTTPResponse:
        """Tells a browser what a configured other site may send.

        Raises:
            PayloadError: The site is not configured.
        """
        if request.headers.get("origin") not in self._chat.settings.origins:
            raise PayloadError(403, "other_site")
        headers = {
            "Access-Control-Allow-Methods": "GET, POST, DELETE",
            "Access-Control-Allow-Headers": "Content-Type, Idempotency-Key",
            "Access-Control-Max-Age": str(_PREFLIGHT_AGE),
        }
        return empty(204, headers)

    def _refuse_other_sites(self, request: Request) -> None:
        allowed = self._chat.settings.origins
        if from_other_site(request, navigation=False, allowed=allowed):
            raise PayloadError(403, "other_site")

    async def _admitted(self, request: Request) -> Session:
        session = await self._chat.session(request)
        await self._chat.admit(request, session)
        return session


def _head(session: Session, language: str) -> dict[str, Any]:
    state = "continued" if session.state == "continued" else "new"
    return {"session": state, "language": language}


def _reply(reply: Reply) -> dict[str, Any]:
    return {
        "text": reply.text,
        "language": reply.language,
        "dir": direction_in(reply.language),
        "topics": list(reply.topics),
        "handoff": reply.handoff,
        "plan": reply.plan,
        "choices": [{"id": choice_id, "title": title} for choice_id, title in reply.choices],
    }


def _said(message: Message, is_open: bool) -> dict[str, Any]:
    choices = message.choices if is_open else ()  # all others are over
    return {
        "speaker": message.speaker,
        "text": message.text,
        "language": message.language,
        "dir": message.direction,
        "topics": list(message.topics),
        "handoff": message.handoff,
        "plan": message.plan,
        "choices": [{"id": choice_id, "title": title} for choice_id, title in choices],
    }
