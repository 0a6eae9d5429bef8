"""Dates that an answer states and the store does not keep, for the page that shows the answer.

The page is made from what is stored. An answer on an autopsy report is shown whole right after it
was given, and for ten minutes or until the next message where the page is loaded again: its dates
travel in a sealed cookie of the person's own browser. The server keeps them nowhere.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from rasa.shared.core.events import BotUttered, Event, UserUttered
from sanic.request import Request
from sanic.response import HTTPResponse

from bot.channels.web.http import cookie_of
from bot.channels.web.sessions import Session
from bot.conversation import TurnResult
from bot.nlg import LocalizedResponseGenerator
from bot.privacy.sealing import seal, unseal
from bot.say import Say

_MINUTES = 10
_NAME = "roi_shown"

Dates = dict[str, str]


class Shown:
    """Sends the dates of the last answer to the browser and reads them back."""

    def __init__(self, secret: str, attributes: str) -> None:
        """Args: the server's secret, and what the session's cookie says of where it travels."""
        self._secret, self._attributes = secret, attributes

    def read(self, request: Request, session: Session) -> Dates | None:
        """The dates of the last answer, if the browser still has them."""
        cookie = cookie_of(request, _NAME)
        opened = unseal(cookie, self._secret, session.id, _MINUTES * 60) if cookie else None
        loaded = json.loads(opened) if opened is not None else None
        return {str(name): str(value) for name, value in loaded.items()} if loaded else None

    def keep(
        self, request: Request, response: HTTPResponse, session: Session, dates: Dates | None
    ) -> None:
        """Sends along the dates of an answer, or takes back those of the answer before."""
        if not dates and cookie_of(request, _NAME) is None:
            return
        value = seal(json.dumps(dates), self._secret, session.id) if dates else ""
        age = _MINUTES * 60 if dates else 0
        cookie = f"{_NAME}={value}; Path=/; HttpOnly; {self._attributes}; Max-Age={age}"
        response.headers.add("Set-Cookie", cookie)


def dates_of(result: TurnResult) -> Dates | None:
    """The dates that an answer states."""
    return next((reply.dates for reply in result.replies if reply.dates), None)


def with_dates(
    events: Sequence[Event], dates: Dates | None, nlg: LocalizedResponseGenerator, channel: str
) -> list[Event]:
    """The events with the last answer as it was given.

    Args:
        events: As they are stored.
        dates: Those of the last answer; without them nothing changes.
        nlg: Words the answer again.
        channel: The channel's name.
    """
    last = max((i for i, e in enumerate(events) if isinstance(e, UserUttered)), default=-1)
    if not dates:
        return list(events)
    return [
        _worded(event, dates, nlg, channel) if index > last else event
        for index, event in enumerate(events)
    ]


def _worded(event: Event, dates: Dates, nlg: LocalizedResponseGenerator, channel: str) -> Event:
    said: Any = (event.metadata or {}).get("say") if isinstance(event, BotUttered) else None
    if said is None:
        return event
    message = nlg.message(Say.parse_obj({**said, **dates}), channel)
    metadata = {**event.metadata, "roi": message["roi"]}
    return BotUttered(message["text"], event.data, metadata, event.timestamp)
