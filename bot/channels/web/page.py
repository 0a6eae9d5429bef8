"""The page: everything works with forms alone, and the server keeps the transcript."""

from __future__ import annotations

from dataclasses import replace

from rasa.shared.core.trackers import DialogueStateTracker
from sanic.request import Request
from sanic.response import HTTPResponse, empty, html

from bot.channels.web.chat import Chat, language_in
from bot.channels.web.http import from_other_site, language_of
from bot.channels.web.payloads import PageForm, PayloadError, read_form
from bot.channels.web.sessions import Notice, Session
from bot.channels.web.transcript import latest_turn, open_choices, transcript
from bot.channels.web.views import render
from bot.content_store import shipped_wording
from bot.keys import Key

_NOTICES: dict[Notice, Key] = {
    "ended": Key.SYSTEM_UNKNOWN_SESSION,
    "started_over": Key.REQUEST_STARTED_OVER,
}


class Page:
    """Shows the conversation and takes what its forms send."""

    def __init__(self, chat: Chat) -> None:
        """Args: the chat."""
        self._chat = chat

    async def get(self, request: Request) -> HTTPResponse:
        """The page with the conversation so far."""
        session = self._chat.session(request)
        if session.state == "replaced":
            session = replace(session, notice="ended")
        return await self._show(request, session)

    async def post(self, request: Request) -> HTTPResponse:
        """Does what a form asks, then sends the browser back to the page.

        Raises:
            PayloadError: The form comes from another site.
        """
        if from_other_site(request, navigation=True):
            raise PayloadError(403, "other_site")
        session = self._chat.session(request)
        try:
            form = read_form(request.headers.get("content-type", ""), request.body or b"")
        except PayloadError as error:
            key = Key.SYSTEM_TOO_LONG if error.status == 413 else Key.SYSTEM_INVALID_REQUEST
            return await self._show(request, session, key, status=error.status)
        origin = self._chat.sessions.check_form(form.token, session)
        if origin == "forged":
            return await self._show(request, session, Key.SYSTEM_INVALID_REQUEST, status=403)
        if origin == "other" and session.state == "continued":
            # Another window has started over. The text is kept, to be sent again on purpose.
            key = Key.SYSTEM_UNKNOWN_SESSION
            return await self._show(request, session, key, form.text, status=403)
        if origin == "other":
            session = replace(session, notice="ended")  # over since the page was opened
        return await self._do(request, session, form)

    async def _do(self, request: Request, session: Session, form: PageForm) -> HTTPResponse:
        if form.do == "start_over":
            language = await self._language(request, session)
            return self._back(request, self._chat.sessions.new(language, notice="started_over"))
        if form.do == "language" and await self._chat.tracker(request, session) is None:
            return self._back(request, replace(session, language=form.language))
        result = await self._chat.answer(
            request,
            session,
            text=form.text if form.do == "send" else None,
            choice=form.choice if form.do == "choose" else None,
            language=form.language,
        )
        if result.recorded:
            return self._back(request, session)
        return await self._show(request, session, Key(result.replies[0].key), form.text)

    async def _show(
        self,
        request: Request,
        session: Session,
        problem: Key | None = None,
        text: str = "",
        status: int = 200,
    ) -> HTTPResponse:
        tracker = await self._chat.tracker(request, session)
        language = self._language_from(request, session, tracker)
        messages = transcript(tracker.events if tracker is not None else ())
        wording = shipped_wording()
        notice = _NOTICES[session.notice] if session.notice is not None else None
        page = render(
            "page.html",
            language,
            request.app,
            messages=messages,
            latest=latest_turn(messages),
            choices=open_choices(messages),
            notice=wording.text(language, notice.value) if notice is not None else None,
            problem=wording.text(language, problem.value) if problem is not None else None,
            text=text,
            token=self._chat.sessions.form_token(session),
        )
        return self._chat.keep(html(page, status=status), session.noticed())

    def _back(self, request: Request, session: Session) -> HTTPResponse:
        """To the page, so that loading it again sends nothing twice."""
        # The route's own path: nothing of the address asked for comes back in the answer.
        path = request.route.path if request.route is not None else ""
        location = f"/{path.strip('/')}#latest"
        return self._chat.keep(empty(status=303, headers={"Location": location}), session)

    async def _language(self, request: Request, session: Session) -> str:
        tracker = await self._chat.tracker(request, session)
        return self._language_from(request, session, tracker)

    @staticmethod
    def _language_from(
        request: Request, session: Session, tracker: DialogueStateTracker | None
    ) -> str:
        return language_in(tracker) or session.language or language_of(request)
