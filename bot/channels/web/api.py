"""JSON messages: `POST messages`, described in docs/web-chat.md."""

from __future__ import annotations

from typing import Any

from sanic.request import Request
from sanic.response import HTTPResponse, json

from bot.channels.web.chat import Chat
from bot.channels.web.http import from_other_site
from bot.channels.web.payloads import PayloadError, read_message
from bot.channels.web.transcript import direction_of
from bot.conversation import Reply


class MessagesApi:
    """Takes a message and gives the answers to it."""

    def __init__(self, chat: Chat) -> None:
        """Args: the chat."""
        self._chat = chat

    async def post(self, request: Request) -> HTTPResponse:
        """Answers one message.

        Raises:
            PayloadError: The request cannot be read or comes from another site.
        """
        if from_other_site(request, navigation=False):
            raise PayloadError(403, "other_site")
        asked = read_message(request.headers.get("content-type", ""), request.body or b"")
        session = self._chat.session(request)
        result = await self._chat.answer(
            request, session, text=asked.text, choice=asked.choice, language=asked.language
        )
        answer = {
            "session": "continued" if session.state == "continued" else "new",
            "language": result.language,
            "messages": [_message(reply) for reply in result.replies],
        }
        return self._chat.keep(json(answer), session)


def _message(reply: Reply) -> dict[str, Any]:
    return {
        "text": reply.text,
        "language": reply.language,
        "dir": direction_of(reply.language),
        "topics": list(reply.topics),
        "handoff": reply.handoff,
        "plan": reply.plan,
        "choices": [{"id": choice_id, "title": title} for choice_id, title in reply.choices],
    }
