"""Requests that can be read in one way only.

Sanic 21 takes what proxies in front of it may read otherwise: two lengths, a space before a colon,
folded lines, numbers such as `+5`. Whoever makes two servers disagree about where a request ends
can slip one in under another's name (request smuggling), so all of that is refused here.
"""

from __future__ import annotations

import re
from typing import Any

from httptools.parser.errors import HttpParserInvalidURLError
from sanic.exceptions import InvalidUsage, SanicException
from sanic.http import Http
from sanic.request import Request

MAX_ADDRESS = 2_000
"""Characters of an address; ours have less than a hundred."""

MAX_HEADERS = 64

_METHOD = re.compile(rb"[A-Z]{3,10}")
_ADDRESS = re.compile(rb"/[\x21-\x7e]*")
_HEADER = re.compile(rb"([!#$%&'*+.^_`|~0-9A-Za-z-]+):[ \t]*([\t\x20-\x7e\x80-\xff]*)")
_HOST = re.compile(rb"([A-Za-z0-9_.-]+|\[[0-9A-Fa-f:.]+\])(:[0-9]{1,5})?")
_LENGTH = re.compile(rb"[0-9]{1,9}")
_ONCE = (b"host", b"content-length", b"content-type", b"cookie", b"origin", b"idempotency-key")
_NO_REQUEST = "NONE"
"""The method that Sanic gives the request it makes up in order to answer what is none."""


class StrictRequest(Request):
    """A request whose head has been checked before anything else looks at it."""

    __slots__ = ()

    def __init__(self, url_bytes: bytes, *arguments: Any, **named: Any) -> None:
        """Args: as Sanic gives them.

        Raises:
            SanicException: The request is refused, with the status that says why.
        """
        made_up = named.get("method") == _NO_REQUEST
        if not made_up:
            _check(named.get("head", b""))
        try:
            super().__init__(url_bytes, *arguments, **named)
        except HttpParserInvalidURLError as error:
            if not made_up:
                raise InvalidUsage("the address cannot be read") from error
            super().__init__(b"*", *arguments, **named)


class StrictHttp(Http):
    """Sanic's reading of requests, with an answer to every one that is refused."""

    async def error_response(self, exception: Exception) -> None:
        """Answers a fault; an address that is no UTF-8 is the asker's."""
        if self.request is None and isinstance(exception, UnicodeError):
            exception = InvalidUsage("the address cannot be read")
        await super().error_response(exception)

    def create_empty_request(self) -> None:
        """Makes up a request to answer, where there is none that could be read."""
        if self.url is not None and not self.url.isascii():
            self.url = None  # Sanic would fail over it once more and say nothing at all
        super().create_empty_request()


def _check(head: bytes) -> None:
    first, *lines = head.split(b"\r\n")
    method, address, version = first.split(b" ")
    if len(address) > MAX_ADDRESS:
        raise SanicException("the address is too long", status_code=414)
    if not _METHOD.fullmatch(method) or not _ADDRESS.fullmatch(address):
        raise InvalidUsage("the request line cannot be read")
    if len(lines) > MAX_HEADERS:
        raise SanicException("there are too many headers", status_code=431)
    headers = [_HEADER.fullmatch(line) for line in lines]
    if not all(headers):
        raise InvalidUsage("a header cannot be read")
    named = [(found[1].lower(), found[2].rstrip(b" \t")) for found in headers if found]
    _check_headers(named, needs_host=version != b"HTTP/1.0")


def _check_headers(named: list[tuple[bytes, bytes]], *, needs_host: bool) -> None:
    values = dict(named)
    if len(values) < len(named):
        names = [name for name, _ in named]
        if any(names.count(name) > 1 for name in _ONCE):
            raise InvalidUsage("a header stands twice that may stand once")
    if needs_host and b"host" not in values:
        raise InvalidUsage("the host is missing")
    if b"host" in values and not _HOST.fullmatch(values[b"host"]):
        raise InvalidUsage("the host cannot be read")
    if b"transfer-encoding" in values:
        # No browser sends a form or a message so, nor does Twilio.
        raise SanicException("say the length of the body", status_code=411)
    if b"content-length" in values and not _LENGTH.fullmatch(values[b"content-length"]):
        raise InvalidUsage("the length cannot be read")
    if values.get(b"upgrade", b"").lower() == b"websocket":
        raise InvalidUsage("there are no web sockets here")  # Sanic would lift all its deadlines
