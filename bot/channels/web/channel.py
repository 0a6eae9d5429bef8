"""The Rasa input channel of the web chat."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from typing import Any

from rasa.core.channels.channel import InputChannel, UserMessage
from sanic import Blueprint, Sanic
from sanic.request import Request
from sanic.response import HTTPResponse, json, text

from bot.channels.web import http
from bot.channels.web.api import Api
from bot.channels.web.assets import shipped_assets
from bot.channels.web.chat import CHANNEL, Chat
from bot.channels.web.files import Files
from bot.channels.web.page import Page
from bot.channels.web.payloads import MAX_FORM
from bot.channels.web.settings import WebSettings
from bot.readiness import Readiness


class WebChannel(InputChannel):
    """The page and its JSON messages under /webhooks/web; senders come from signed sessions."""

    def __init__(self, settings: WebSettings) -> None:
        """Args: how to sign and send cookies, who may embed the chat, the limits."""
        self.settings = settings
        self._page: Page | None = None
        self._readiness = Readiness()
        self.headers = http.SafeHeaders(settings)

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
        """The routes below /webhooks/web.

        Raises:
            bot.content_loader.ContentError: The brand cannot be used.
        """
        chat = Chat(self.settings, on_new_message)
        self._page = Page(chat)
        routes = Blueprint(CHANNEL)
        add_page(routes, self._page, "/", "page")
        add_page(routes, self._page, "/embed", "embed")
        self._add_api(routes, Api(chat))
        add_files(routes, Files(shipped_assets()))
        self._add_checks(routes)
        routes.middleware(self.headers.add, "response")
        routes.exception(Exception)(http.on_exception)
        routes.listener("before_server_start")(_limit_bodies)
        routes.listener("after_server_start")(self._probe)
        return routes

    def at_root(self) -> Blueprint:
        """What stands at `/` as well, for a server of our own: page, checks, the embed script.

        Raises:
            RuntimeError: :meth:`blueprint` was not called before.
        """
        if self._page is None:
            raise RuntimeError("register the channel before mounting its page")
        files = Files(shipped_assets())
        routes = Blueprint("root")
        add_page(routes, self._page, "/", "page")
        self._add_checks(routes)
        add_route(routes, "/embed.js", files.embed, "embed_script")
        if self.settings.demo:
            add_route(routes, http.DEMO, files.demo, "demo")
        return routes

    def _add_api(self, routes: Blueprint, api: Api) -> None:
        add_route(routes, "/messages", api.post, "messages", ["POST"])
        add_route(routes, "/conversation", api.conversation, "conversation", ["GET"])
        add_route(routes, "/conversation", api.delete, "delete", ["DELETE"])
        if self.settings.origins:
            for path in ("/messages", "/conversation"):
                add_route(routes, path, api.preflight, f"preflight{path[1:]}", ["OPTIONS"])

    def _add_checks(self, routes: Blueprint) -> None:
        add_route(routes, "/health", _health, "health")
        add_route(routes, "/ready", self._ready, "ready")

    async def _ready(self, request: Request) -> HTTPResponse:
        status = await self._readiness.status(request.app.ctx.agent)
        if status.reason is None:
            return json({"ready": True})
        answer = {"ready": False, "reason": status.reason, "languages": status.languages}
        return json(answer, status=503)

    async def _probe(self, app: Sanic, *_: Any) -> None:
        app.add_task(self._readiness.status(app.ctx.agent))


def add_page(routes: Blueprint, page: Page, path: str, name: str) -> None:
    """Adds a page's two routes."""
    add_route(routes, path, page.get, name)
    add_route(routes, path, page.post, f"{name}_submit", ["POST"])


def add_files(routes: Blueprint, files: Files) -> None:
    """Adds the routes of style sheets, scripts and pictures."""
    add_route(routes, "/static/<version:str>/<name:str>", files.asset, "asset")
    add_route(routes, "/style.css", files.style, "style")
    add_route(routes, "/brand.css", files.brand, "brand")
    add_route(routes, "/logo", files.logo, "logo")


def add_route(
    routes: Blueprint,
    path: str,
    handler: Callable[..., Awaitable[HTTPResponse]],
    name: str,
    methods: Sequence[str] = ("GET", "HEAD"),
) -> None:
    """Adds a route; Sanic writes to the functions it is given, so each route has its own."""

    async def handle(request: Request, **parts: str) -> HTTPResponse:
        return await handler(request, **parts)

    routes.add_route(handle, path, methods=methods, name=name)


async def _health(request: Request) -> HTTPResponse:
    return text("ok")


async def _limit_bodies(app: Sanic, *_: Any) -> None:
    # Sanic's own limit is 100 MB, read before any handler runs.
    app.config.REQUEST_MAX_SIZE = min(app.config.REQUEST_MAX_SIZE, MAX_FORM)
