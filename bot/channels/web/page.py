"""The page: everything works with forms alone, and the server keeps the transcript."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, replace

from sanic.request import Request
from sanic.response import HTTPResponse, empty, html

from bot.channels.web.chat import Chat
from bot.channels.web.http import EMBED, from_other_site
from bot.channels.web.payloads import PageForm, PayloadError, TooManyError, read_form
from bot.channels.web.sessions import Notice, Session
from bot.channels.web.shown import Dates, dates_of
from bot.channels.web.transcript import Message, latest_turn, open_choices, transcript
from bot.channels.web.views import render
from bot.content_store import shipped_wording
from bot.keys import Key
from bot.languages import load_languages
from bot.order import Waiting

SEEN = "X-Roi-Seen"
"""Header of the page's script: the number of the last message it shows; it gets only later ones."""

_NOTICES: dict[Notice, Key] = {
    "ended": Key.SYSTEM_UNKNOWN_SESSION,
    "started_over": Key.REQUEST_STARTED_OVER,
    "deleted": Key.PAGE_DELETED,
}


@dataclass(frozen=True)
class Refused:
    """Why what a form sent was not taken.

    Attributes:
        key: What is said about it.
        text: What was typed; it stays in its field.
        status: For HTTP.
        wait: Seconds until it may be sent again.
    """

    key: Key
    text: str = ""
    status: int = 200
    wait: int | None = None


class Page:
    """Shows the conversation and takes what its forms send."""

    def __init__(self, chat: Chat) -> None:
        """Args: the chat."""
        self._chat = chat

    async def get(self, request: Request) -> HTTPResponse:
        """The page with the conversation so far.

        Raises:
            TooManyError: The address has asked for too many pages.
        """
        await self._chat.admit_page(request)
        session = await self._chat.session(request)
        if session.state == "replaced":
            session = replace(session, notice="ended")
        wanted = request.args.get("language")
        if wanted in load_languages().answered and session.state != "continued":
            session = replace(session, language=wanted)  # the language of the page around us
        return await self._show(request, session, dates=self._chat.shown.read(request, session))

    async def post(self, request: Request) -> HTTPResponse:
        """Does what a form asks, then sends the browser back to the page.

        Raises:
            PayloadError: The form comes from another site.
        """
        if from_other_site(request, navigation=True):
            raise PayloadError(403, "other_site")
        with self._chat.arrival(request) as place:
            return await self._take(request, place)

    async def _take(self, request: Request, place: Waiting | None) -> HTTPResponse:
        session = await self._chat.session(request)
        try:
            form = read_form(request.headers.get("content-type", ""), request.body or b"")
        except PayloadError as error:
            key = Key.SYSTEM_TOO_LONG if error.status == 413 else Key.SYSTEM_INVALID_REQUEST
            return await self._show(request, session, Refused(key, status=error.status))
        origin = self._chat.sessions.check_form(form.token, session)
        if origin == "forged":
            refused = Refused(Key.SYSTEM_INVALID_REQUEST, status=403)
            return await self._show(request, session, refused)
        if origin == "other" and session.state == "continued":
            # Another window has started over. The text is kept, to be sent again on purpose.
            refused = Refused(Key.SYSTEM_UNKNOWN_SESSION, form.text, 403)
            return await self._show(request, session, refused)
        if origin == "other":
            session = replace(session, notice="ended")  # over since the page was opened
        try:
            await self._chat.admit(request, session)
            if form.do in ("send", "choose"):
                await self._chat.admit_beginning(request, session)
        except TooManyError as error:
            refused = Refused(Key.SYSTEM_TOO_MANY, form.text, error.status, error.wait)
            return await self._show(request, session, refused)
        return await self._do(request, session, form, place)

    async def _do(
        self, request: Request, session: Session, form: PageForm, place: Waiting | None
    ) -> HTTPResponse:
        if form.do == "start_over":
            language = await self._chat.language(request, session)
            session = self._chat.sessions.new(language, notice="started_over")
            return await self._back(request, session)
        if form.do == "delete":
            session = await self._chat.delete(request, session)
            return await self._back(request, replace(session, notice="deleted"))
        if form.do == "language" and await self._chat.tracker(request, session) is None:
            return await self._back(request, replace(session, language=form.language))
        result = await self._chat.answer(
            request,
            session,
            text=form.text if form.do == "send" else None,
            choice=form.choice if form.do == "choose" else None,
            language=form.language,
            key=form.key,
            place=place,
        )
        if result.recorded:
            dates = dates_of(result)
            response = await self._back(request, session, dates)
            self._chat.shown.keep(request, response, session, dates)
            return response
        return await self._show(request, session, Refused(Key(result.replies[0].key), form.text))

    async def _show(
        self,
        request: Request,
        session: Session,
        refused: Refused | None = None,
        dates: Dates | None = None,
    ) -> HTTPResponse:
        language = await self._chat.language(request, session)
        messages = transcript(await self._chat.events(request, session, dates))
        notice = _NOTICES[session.notice] if session.notice is not None else None
        page = render(
            "page.html",
            language,
            request.app,
            framed=_is_framed(request),
            messages=messages,
            after=_seen(request, messages),
            latest=messages[latest_turn(messages)].number if messages else None,
            choices=open_choices(messages),
            notice=_said(language, notice),
            problem=_said(language, refused.key if refused is not None else None),
            text=refused.text if refused is not None else "",
            token=self._chat.sessions.form_token(session),
            key=secrets.token_urlsafe(16),
        )
        response = html(page, status=refused.status if refused is not None else 200)
        if refused is not None and refused.wait is not None:
            response.headers["Retry-After"] = str(refused.wait)
        return self._chat.keep(response, session.noticed())

    async def _back(
        self, request: Request, session: Session, dates: Dates | None = None
    ) -> HTTPResponse:
        """To the page, so that loading it again sends nothing twice."""
        if SEEN in request.headers:
            # The script saves the way there.
            return await self._show(request, session, dates=dates)
        # The route's own path: nothing of the address asked for comes back in the answer.
        path = request.route.path if request.route is not None else ""
        location = f"/{path.strip('/')}#latest"
        return self._chat.keep(empty(status=303, headers={"Location": location}), session)


def _said(language: str, key: Key | None) -> str | None:
    return shipped_wording().text(language, key.value) if key is not None else None


def _is_framed(request: Request) -> bool:
    return (request.path or "").rstrip("/") == EMBED


def _seen(request: Request, messages: tuple[Message, ...]) -> int:
    """The number of the message that the script has already; 0 if it must be given all."""
    seen: str = request.headers.get(SEEN, "")
    return next((m.number for m in messages if str(m.number) == seen), 0)
