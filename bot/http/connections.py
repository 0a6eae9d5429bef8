"""Connections: so many and no more, and none that is kept open by sending or reading slowly.

Sanic 21 counts its time limits from the last byte: one byte a minute holds a connection for ever.
"""

# mypy: disable-error-code="no-untyped-call"
# Sanic's protocols have no types.

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from time import monotonic
from typing import Any

from sanic.exceptions import RequestTimeout, ServiceUnavailable
from sanic.http import Stage
from sanic.server.protocols.http_protocol import HttpProtocol

from bot.http.strict import StrictHttp

HEAD_SECONDS = 10.0
"""For the head of a request, from its first byte."""

BODY_SECONDS = 30.0
"""For head and body; the longest form takes three on a bad mobile line."""

ANSWER_SECONDS = 75.0
"""For request and answer; a message sent twice may wait for its first answer that long."""

READER_SECONDS = 20.0
"""For a reader to take up what holds an answer up."""

_LINGER = 1.0
"""Seconds in which a slow client may take the error, before it is cut off."""


@dataclass(frozen=True)
class ConnectionLimits:
    """How many connections one worker keeps.

    Attributes:
        total: In all; the idle give way to new ones.
        per_address: From one network address; None behind a proxy, whose address all share.
    """

    total: int = 500
    per_address: int | None = 100

    @classmethod
    def behind(cls, proxies: int) -> ConnectionLimits:
        """The limits behind so many proxies of ours."""
        return cls(per_address=None if proxies else cls.per_address)


class GuardedProtocol(HttpProtocol):
    """Sanic's connections with limits; `app.ctx.connection_limits` holds their number."""

    __slots__ = ("_address", "_began", "_stuck")

    def __init__(self, **named: Any) -> None:
        """Args: as Sanic gives them."""
        super().__init__(**named)
        self._http = None  # type: ignore[assignment]
        self._address: str | None = None
        self._began = 0.0
        self._stuck: asyncio.TimerHandle | None = None

    def connection_made(self, transport: Any) -> None:
        """Takes a connection on, or ends it where there are too many."""
        peer = transport.get_extra_info("peername")
        self._address = str(peer[0]) if isinstance(peer, tuple) else None
        if self._may_stay():
            super().connection_made(transport)
        else:
            transport.abort()

    def connection_lost(self, exc: Exception | None) -> None:
        """Forgets a connection."""
        self._read_on()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Takes what arrives; a request begins with its first byte."""
        if self._http is None or (self._http.stage is Stage.IDLE and not self._has_body()):
            self._began = monotonic()
        super().data_received(data)

    async def receive_more(self) -> None:
        """Waits for more, unless the connection has been cut off."""
        if self.transport is None:
            raise asyncio.CancelledError
        await super().receive_more()

    def pause_writing(self) -> None:
        """The other side does not take up what is sent."""
        super().pause_writing()
        self._read_on()
        self._stuck = self.loop.call_later(READER_SECONDS, self.abort)

    def resume_writing(self) -> None:
        """The other side has taken it up."""
        self._read_on()
        super().resume_writing()

    def check_timeouts(self) -> None:
        """Ends a request that takes too long in all; asked every few seconds."""
        late = self._lateness()
        if late is None or self._http is None or self._task is None:
            super().check_timeouts()
            return
        self._http.exception = late
        self._task.cancel()
        # Sanic would wait for the rest of the body all the same.
        self.loop.call_later(_LINGER, self.abort)

    def _setup_connection(self) -> None:
        super()._setup_connection()
        self._http = StrictHttp(self)

    def _lateness(self) -> Exception | None:
        if not self._task or self._http is None:
            return None
        took, stage = monotonic() - self._began, self._http.stage
        if stage is Stage.REQUEST and took > HEAD_SECONDS:
            return RequestTimeout("the head took too long")
        if self._has_body() and took > BODY_SECONDS:
            return RequestTimeout("the body took too long")
        if stage is not Stage.IDLE and took > ANSWER_SECONDS:
            return ServiceUnavailable("the answer took too long")
        return None

    def _has_body(self) -> bool:
        """Is part of a body still to come, be it one that has been refused?"""
        return bool(getattr(self._http, "request_body", None))

    def _may_stay(self) -> bool:
        limits: ConnectionLimits = self.app.ctx.connection_limits
        if limits.per_address is not None:
            same = sum(1 for other in self.connections if other._address == self._address)
            if same >= limits.per_address:
                return False
        if len(self.connections) < limits.total:
            return True
        # Whoever only holds a connection open gives way to somebody who has just come.
        return any(other.close_if_idle() for other in tuple(self.connections))

    def _read_on(self) -> None:
        if self._stuck is not None:
            self._stuck.cancel()
            self._stuck = None
