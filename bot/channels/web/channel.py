"""The Rasa input channel of the web chat."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from typing import Any

from rasa.core.channels.channel import InputChannel, UserMessage
from sanic import Blueprint, Sanic
from sanic.request import Request
from sanic.response import HTTPResponse, raw, text

from bot.channels.web import http
from bot.channels.web.api import MessagesApi
from bot.channels.web.chat import CHANNEL, Chat
from bot.channels.web.page import Page
from bot.channels.web.payloads import MAX_FORM
from bot.channels.web.settings import WebSettings
from bot.channels.web.views import STYLE

_YEAR = 365 * 24 * 60 * 60


class WebChannel(InputChannel):
    """The page and its JSON messages under /webhooks/web; senders come from signed sessions."""

    def __init__(self, settings: WebSettings) -> None:
        """Args: how to sign and send cookies."""
        self._settings = settings
        self._page: Page | None = None

    @classmethod
    def name(cls) -> str:
        """The channel's name; it is part of every conversation's id."""
        return CHANNEL

    @classmethod
    def from_credentials(cls, credentials: dict[str, Any] | None) -> WebChannel:
        """Made from the environment; secrets do not stand in credentials.yml.

        Raises:
            SettingsError: The environment cannot be used.
        """
        return cls(WebSettings.load())

    def blueprint(self, on_new_message: Callable[[UserMessage], Awaitable[Any]]) -> Blueprint:
        """The routes below /webhooks/web."""
        chat = Chat(self._settings, on_new_message)
        self._page = Page(chat)
        routes = Blueprint(CHANNEL)
        add_page(routes, self._page)
        add_route(routes, "/messages", MessagesApi(chat).post, "messages", ["POST"])
        add_route(routes, "/style.css", _style, "style")
        add_route(routes, "/health", _health, "health")
        routes.middleware(http.add_headers, "response")
        routes.exception(Exception)(http.on_exception)
        routes.listener("before_server_start")(_limit_bodies)
        return routes

    def at_root(self) -> Blueprint:
        """The page and the health check at `/` as well, for a server of our own.

        Raises:
            RuntimeError: :meth:`blueprint` was not called before.
        """
        if self._page is None:
            raise RuntimeError("register the channel before mounting its page")
        routes = Blueprint("root")
        add_page(routes, self._page)
        add_route(routes, "/health", _health, "health")
        return routes


def add_page(routes: Blueprint, page: Page) -> None:
    """Adds the page's two routes."""
    add_route(routes, "/", page.get, "page")
    add_route(routes, "/", page.post, "submit", ["POST"])


def add_route(
    routes: Blueprint,
    path: str,
    handler: Callable[[Request], Awaitable[HTTPResponse]],
    name: str,
    methods: Sequence[str] = ("GET", "HEAD"),
) -> None:
    """Adds a route; Sanic writes to the functions it is given, so each route has its own."""

    async def handle(request: Request) -> HTTPResponse:
        return await handler(request)

    routes.add_route(handle, path, methods=methods, name=name)


async def _style(request: Request) -> HTTPResponse:
    # Its address names its content, so it can be kept for good.
    headers = {"Cache-Control": f"public, max-age={_YEAR}, immutable"}
    return raw(STYLE.read_bytes(), headers=headers, content_type="text/css; charset=utf-8")


async def _health(request: Request) -> HTTPResponse:
    return text("ok")


async def _limit_bodies(app: Sanic, *_: Any) -> None:
    # Sanic's own limit is 100 MB, read before any handler runs.
    app.config.REQUEST_MAX_SIZE = min(app.config.REQUEST_MAX_SIZE, MAX_FORM)
