"""What every answer of the web chat has in common: safe headers, and errors in plain words."""

from __future__ import annotations

import logging
from collections.abc import Collection
from urllib.parse import urlsplit

from sanic.exceptions import SanicException
from sanic.request import Request
from sanic.response import BaseHTTPResponse, HTTPResponse, html, json

from bot.channels.web.payloads import PayloadError
from bot.channels.web.settings import WebSettings
from bot.channels.web.views import render
from bot.content_store import shipped_wording
from bot.keys import Key
from bot.language_choice import choose_language
from bot.languages import load_languages
from bot.nlu.language_id import NO_EVIDENCE

logger = logging.getLogger(__name__)

ROOT = "/webhooks/web"
EMBED = f"{ROOT}/embed"
DEMO = "/demo"
API = (f"{ROOT}/messages", f"{ROOT}/conversation")
"""The addresses of the JSON messages, which configured other sites may use too."""

_PAGES = (ROOT, EMBED)
_RULES = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'"
)
_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}
_HTTPS_ONLY = "max-age=31536000"
NO_STORE = "no-store"
"""Conversations stay in no cache; what may be kept says so itself."""

_KEYS = {
    "not_found": Key.SYSTEM_NOT_FOUND,
    "too_large": Key.SYSTEM_TOO_LONG,
    "failed": Key.SYSTEM_FAILED,
    "too_many": Key.SYSTEM_TOO_MANY,
}
_CODES = {404: "not_found", 405: "method_not_allowed", 413: "too_large"}


class SafeHeaders:
    """Puts the safe headers on answers of any kind."""

    def __init__(self, settings: WebSettings) -> None:
        """Args: which sites may embed the chat and use its messages; whether HTTPS is on."""
        self._origins = settings.origins
        self._secure = settings.secure
        self._demo = DEMO if settings.demo else None
        own = ("'self'",) if settings.demo else ()
        self._embedders = " ".join((*own, *settings.origins)) or "'none'"

    async def add(self, request: Request, response: BaseHTTPResponse) -> None:
        """Response middleware."""
        path = (request.path or "").rstrip("/")
        headers = response.headers
        headers.setdefault("Content-Security-Policy", self._policy(path))
        for name, value in _HEADERS.items():
            headers.setdefault(name, value)
        headers.setdefault("Cache-Control", NO_STORE)
        if self._secure:
            headers["Strict-Transport-Security"] = _HTTPS_ONLY
        if self._origins and path in API:
            headers["Vary"] = "Origin"
            origin = request.headers.get("origin")
            if origin in self._origins:
                headers["Access-Control-Allow-Origin"] = origin
                headers["Access-Control-Allow-Credentials"] = "true"
                headers["Access-Control-Expose-Headers"] = "Retry-After"

    def _policy(self, path: str) -> str:
        embedders = self._embedders if path == EMBED else "'none'"
        frames = "; frame-src 'self'" if path == self._demo else ""
        return f"{_RULES}; frame-ancestors {embedders}{frames}"


def hint_of(request: Request) -> str | None:
    """The first of the browser's languages that is offered, if any."""
    header: str | None = request.headers.get("accept-language")
    offered = load_languages().answered
    return choose_language(None, NO_EVIDENCE, None, header, offered, default="").language or None


def language_of(request: Request) -> str:
    """The language to speak to somebody of whom only the browser is known."""
    return hint_of(request) or load_languages().answered[0]


def cookie_of(request: Request, name: str) -> str | None:
    """A cookie's value; cookies of others on the same host, however malformed, do no harm."""
    header: str = request.headers.get("cookie", "")
    for part in header.split(";"):
        key, _, value = part.strip().partition("=")
        if key == name:
            return value
    return None


def from_other_site(request: Request, *, navigation: bool, allowed: Collection[str] = ()) -> bool:
    """Does the browser say that another site made this request?

    Args:
        request: The request.
        allowed: Origins of other sites that may.
        navigation: It is a form's. Under our referrer policy a browser gives the origin of these
            as "null", so only what it says besides counts; a token protects them.
    """
    origin: str | None = request.headers.get("origin")
    if origin in allowed:
        return False
    if request.headers.get("sec-fetch-site", "same-origin") not in ("same-origin", "none"):
        return True
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


def json_error(
    request: Request, status: int, code: str, language: str | None = None
) -> HTTPResponse:
    """An error for a programme, with a message for its user in the language known of them."""
    message = message_of(code, language or language_of(request))
    return json({"error": {"code": code, "message": message}}, status=status)


def error_page(
    request: Request, status: int, code: str, language: str | None = None
) -> HTTPResponse:
    """An error for a person: what happened, the phone lines and the way back."""
    language = language or language_of(request)
    page = render("error.html", language, request.app, message=message_of(code, language))
    return html(page, status=status)


def on_exception(request: Request, error: Exception) -> HTTPResponse:
    """Exception handler: tells nothing of what went wrong inside but its kind, to the log."""
    language = None
    headers: dict[str, str] = {}
    if isinstance(error, PayloadError):
        status, code, language = error.status, error.code, error.language
        headers = error.headers
    elif isinstance(error, SanicException):
        status = error.status_code or 500
        code = _CODES.get(status, "invalid_request" if status < 500 else "failed")
        allowed = (getattr(error, "headers", None) or {}).get("Allow")
        headers = {"Allow": allowed} if allowed else {}
    else:
        logger.error("a request failed: %s", type(error).__name__)
        status, code = 500, "failed"
    path = request.path or ""
    programme = path.startswith("/webhooks/") and path.rstrip("/") not in _PAGES
    answer = json_error if programme else error_page
    response = answer(request, status, code, language)
    response.headers.update(headers)
    return response
