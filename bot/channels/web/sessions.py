"""Sessions of the web chat: an unguessable id from the server, in a signed cookie, for a day."""

from __future__ import annotations

import hashlib
import secrets
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

from itsdangerous import BadData, URLSafeSerializer, URLSafeTimedSerializer
from pydantic import BaseModel, Extra, StrictStr, ValidationError

MAX_AGE = 24 * 60 * 60
"""Seconds without a message after which a conversation is over, where nothing else is set."""

Notice = Literal["ended", "started_over", "deleted"]
State = Literal["new", "continued", "replaced"]


class _Cookie(BaseModel):
    class Config:
        extra = Extra.forbid

    id: StrictStr
    language: StrictStr | None = None
    notice: Notice | None = None


@dataclass(frozen=True)
class Session:
    """Whose conversation a request belongs to.

    Attributes:
        id: Unguessable; it never leaves the cookie, and the database knows only a hash of it.
        language: Chosen on the page; holds until the conversation has a language of its own.
        notice: What the page explains when it is shown next.
        state: Just made; carried on; or made because the cookie was expired or forged.
    """

    id: str
    language: str | None = None
    notice: Notice | None = None
    state: State = "continued"

    def noticed(self) -> Session:
        """The session after its notice has been shown."""
        return replace(self, notice=None)


class Sessions:
    """Issues and reads sessions, and the tokens that bind a form to one."""

    def __init__(
        self,
        secret: str,
        old_secrets: Sequence[str] = (),
        *,
        max_age: float = MAX_AGE,
        clock: Callable[[], float] = time.time,
    ) -> None:
        """Prepares signing and reading.

        Args:
            secret: To sign with.
            old_secrets: Former ones; what was signed with them still counts.
            max_age: Seconds that a session holds without a message.
            clock: Seconds since 1970.
        """
        signing = {"key_derivation": "hmac", "digest_method": hashlib.sha256}
        secrets_ = [*reversed(old_secrets), secret]  # the library signs with the last
        self._cookies = URLSafeTimedSerializer(secrets_, "roi.session", signer_kwargs=signing)
        self._forms = URLSafeSerializer(secrets_, "roi.form", signer_kwargs=signing)
        self._max_age, self._clock = max_age, clock

    @staticmethod
    def new(
        language: str | None = None, notice: Notice | None = None, state: State = "new"
    ) -> Session:
        """A session that nobody has had before."""
        return Session(secrets.token_urlsafe(32), language, notice, state)

    def read(self, cookie: str | None) -> Session:
        """The session of a cookie; a new one where there is none that can be trusted."""
        if cookie is None:
            return self.new()
        try:
            payload, signed = self._cookies.loads(cookie, return_timestamp=True)
            held = _Cookie.parse_obj(payload)
        except (BadData, ValidationError, UnicodeEncodeError):  # of bytes that are no text
            return self.new(state="replaced")
        # The library refuses what a clock that has since been set back by a second has signed.
        if abs(self._clock() - signed.timestamp()) > self._max_age:
            return self.new(state="replaced")
        return Session(held.id, held.language, held.notice)

    def cookie(self, session: Session) -> str:
        """The session, signed, its day beginning now."""
        held = _Cookie(id=session.id, language=session.language, notice=session.notice)
        return str(self._cookies.dumps(held.dict(exclude_none=True)))

    def form_token(self, session: Session) -> str:
        """What a form carries to show that it comes from this session's page."""
        return str(self._forms.dumps(_digest(session)))

    def check_form(self, token: str, session: Session) -> Literal["valid", "other", "forged"]:
        """Was the form made by us, and for this session?

        Args:
            token: From the form.
            session: From the cookie.

        Returns:
            `other` if it was made for another session, `forged` if not by us.
        """
        try:
            held: Any = self._forms.loads(token)
        except (BadData, UnicodeEncodeError):
            return "forged"
        return "valid" if held == _digest(session) else "other"


def _digest(session: Session) -> str:
    # The id itself must not stand in the page.
    return hashlib.sha256(f"roi.form:{session.id}".encode()).hexdigest()[:32]
