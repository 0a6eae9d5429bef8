"""What every answer of the web chat has in common: safe headers, and errors in plain words."""

from __future__ import annotations

import logging
from urllib.parse import urlsplit

from sanic.exceptions import SanicException
from sanic.request import Request
from sanic.response import BaseHTTPResponse, HTTPResponse, html, json

from bot.channels.web.payloads import PayloadError
from bot.channels.web.views import render
from bot.content_store import shipped_wording
from bot.keys import Key
from bot.language_choice import choose_language
from bot.languages import load_languages
from bot.nlu.language_id import NO_EVIDENCE

logger = logging.getLogger(__name__)

HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; "
        "frame-ancestors 'none'; base-uri 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Resource-Policy": "same-origin",
}
NO_STORE = "no-store"
"""Conversations stay in no cache; what may be kept says so itself."""

_KEYS = {
    "not_found": Key.SYSTEM_NOT_FOUND,
    "too_large": Key.SYSTEM_TOO_LONG,
    "failed": Key.SYSTEM_FAILED,
}
_CODES = {404: "not_found", 405: "method_not_allowed", 413: "too_large"}


async def add_headers(request: Request, response: BaseHTTPResponse) -> None:
    """Response middleware: puts the safe headers on an answer of any kind."""
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)
    response.headers.setdefault("Cache-Control", NO_STORE)


def hint_of(request: Request) -> str | None:
    """The first of the browser's languages that is offered, if any."""
    header: str | None = request.headers.get("accept-language")
    offered = load_languages().offered
    return choose_language(None, NO_EVIDENCE, None, header, offered, default="").language or None


def language_of(request: Request) -> str:
    """The language to speak to somebody of whom only the browser is known."""
    return hint_of(request) or load_languages().offered[0]


def cookie_of(request: Request, name: str) -> str | None:
    """A cookie's value; cookies of others on the same host, however malformed, do no harm."""
    header: str = request.headers.get("cookie", "")
    for part in header.split(";"):
        key, _, value = part.strip().partition("=")
        if key == name:
            return value
    return None


def from_other_site(request: Request, *, navigation: bool) -> bool:
    """Does the browser say that another site made this request?

    Args:
        request: The request.
        navigation: It is a form's. Under our referrer policy a browser gives the origin of these
            as "null", so only what it says besides counts; a token protects them.
    """
    if request.headers.get("sec-fetch-site", "same-origin") not in ("same-origin", "none"):
        return True
    origin: str | None = request.headers.get("origin")
    host: str = request.headers.get("host", "")
    if origin is None or (navigation and origin == "null"):
        return False
    try:
        return urlsplit(origin).netloc.lower() != host.lower()
    except ValueError:
        return True


def message_of(code: str, language: str) -> str:
    """What people are told about an error."""
    key = _KEYS.get(code, Key.SYSTEM_INVALID_REQUEST)
    return shipped_wording().text(language, key.value)


def json_error(request: Request, status: int, code: str) -> HTTPResponse:
    """An error for a programme, with a message for its user."""
    message = message_of(code, language_of(request))
    return json({"error": {"code": code, "message": message}}, status=status)


def error_page(request: Request, status: int, code: str) -> HTTPResponse:
    """An error for a person: what happened, the phone lines and the way back."""
    language = language_of(request)
    page = render("error.html", language, request.app, message=message_of(code, language))
    return html(page, status=status)


def on_exception(request: Request, error: Exception) -> HTTPResponse:
    """Exception handler: tells nothing of what went wrong inside but its kind, to the log."""
    if isinstance(error, PayloadError):
        status, code = error.status, error.code
    elif isinstance(error, SanicException):
        status = error.status_code or 500
        code = _CODES.get(status, "invalid_request" if status < 500 else "failed")
    else:
        logger.error("a request failed: %s", type(error).__name__)
        status, code = 500, "failed"
    programme = (request.path or "").startswith("/webhooks/")
    answer = json_error if programme else error_page
    response = answer(request, status, code)
    allowed = (getattr(error, "headers", None) or {}).get("Allow")
    if allowed:
        response.headers["Allow"] = allowed
    return response
