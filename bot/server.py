"""The web server: one process, our channels only, nothing else of Rasa's reachable."""

from __future__ import annotations

import asyncio
import gc
import socket
from collections.abc import Sequence

from rasa.core.agent import Agent
from rasa.core.channels.channel import InputChannel, register
from sanic import Sanic

from bot.channels.web import WebChannel
from bot.channels.web.http import on_exception
from bot.channels.web.payloads import MAX_FORM
from bot.http.connections import ConnectionLimits, GuardedProtocol
from bot.http.strict import StrictRequest
from bot.listener import url_of

_BACKLOG = 100
_GRACE = 10.0
"""Seconds that requests under way get when the server stops."""


def build_app(agent: Agent, channel: WebChannel, others: Sequence[InputChannel] = ()) -> Sanic:
    """The application: the channels under /webhooks/, the web chat's page at the root.

    Args:
        agent: The loaded assistant.
        channel: The web chat.
        others: Further channels, such as text messages.

    Raises:
        bot.database.DatabaseError: The database cannot be used.
        bot.server_secrets.SettingsError: The database belongs to another secret.
    """
    channel.prepare(agent)
    app = Sanic("roi", configure_logging=False, request_class=StrictRequest)
    app.config.ACCESS_LOG = False
    app.config.REQUEST_MAX_SIZE = MAX_FORM
    app.config.GRACEFUL_SHUTDOWN_TIMEOUT = _GRACE
    app.config.FALLBACK_ERROR_FORMAT = "text"
    app.ctx.agent = agent
    app.ctx.connection_limits = ConnectionLimits.behind(channel.settings.proxies)
    register([channel, *others], app, route="/webhooks/")
    app.blueprint(channel.at_root())
    app.register_middleware(channel.headers.add, "response")
    app.error_handler.add(Exception, on_exception)
    return app


def serve(app: Sanic, listener: socket.socket) -> None:
    """Answers until the process is asked to stop.

    Args:
        app: The application.
        listener: The address to answer at.
    """

    async def warm_up(app: Sanic, _: asyncio.AbstractEventLoop) -> None:
        # The first message must not wait, and a model that cannot understand must not start.
        await app.ctx.agent.parse_message("hello")
        # What stands in memory now stays; looking through all of it for garbage would hold up
        # every thousandth turn for a third of a second.
        gc.freeze()

    async def say_ready(app: Sanic, _: asyncio.AbstractEventLoop) -> None:
        print(f"ready at {url_of(listener)} (Ctrl+C stops)", flush=True)

    app.register_listener(warm_up, "before_server_start")
    app.register_listener(say_ready, "after_server_start")
    app.run(
        sock=listener,
        protocol=GuardedProtocol,
        workers=1,
        access_log=False,
        motd=False,
        debug=False,
        backlog=_BACKLOG,
    )
