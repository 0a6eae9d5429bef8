"""The Rasa input channel of the web chat."""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

from rasa.core.agent import Agent
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
from bot.metrics import process_metrics
from bot.purging import Retention
from bot.readiness import Readiness
from bot.state import SharedState
from bot.stores import store_of
from bot.strict import sessions_end_after, without_fallbacks


class WebChannel(InputChannel):
    """The page and its JSON messages under /webhooks/web; senders come from signed sessions."""

    def __init__(self, settings: WebSettings) -> None:
        """Args: how to sign and send cookies, who may embed the chat, the limits."""
        self.settings = settings
        self._page: Page | None = None
        self._readiness = Readiness()
        self._jobs: list[asyncio.Future[Any]] = []
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
        routes.listener("after_server_start")(self._begin)
        routes.listener("before_server_stop")(self._end)
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
        process_metrics().ready(status.reason is None)
        if status.reason is None:
            return json({"ready": True})
        answer = {"ready": False, "reason": status.reason, "languages": status.languages}
        return json(answer, status=503)

    def prepare(self, agent: Agent) -> SharedState:
        """Opens what the workers share.

        Raises:
            bot.database.DatabaseError: The database cannot be used.
            bot.server_secrets.SettingsError: The database belongs to another secret.
        """
        settings = self.settings
        return store_of(agent).shared_state(settings.secret, settings.old_secrets)

    async def _begin(self, app: Sanic, *_: Any) -> None:
        agent, keep = app.ctx.agent, self.settings.keep
        try:
            store, state = without_fallbacks(agent), self.prepare(agent)
        except (TypeError, RuntimeError) as error:
            # Only under `rasa run`, where Rasa itself would go on with a store in memory, and where
            # nothing that a listener raises is sure to end the process.
            print(f"the assistant cannot start: {error}", file=sys.stderr, flush=True)
            os._exit(1)
        sessions_end_after(agent, keep)
        jobs = Retention(store, state, keep).run(), self._readiness.status(agent)
        self._jobs = [asyncio.ensure_future(job) for job in jobs]

    async def _end(self, *_: Any) -> None:
        for job in self._jobs:
            job.cancel()
        await asyncio.gather(*self._jobs, return_exceptions=True)


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
