"""Has the turns of this process counted, logged and sent on, as its settings say."""

from __future__ import annotations

import asyncio

from sanic import Sanic
from sanic.request import Request

from bot import broker, counts, logs
from bot.metrics import process_metrics, serve_metrics


def observe(app: Sanic) -> None:
    """Sets up `/metrics`, logs and broker; to be called once, after logging is configured.

    Args:
        app: The application.

    Raises:
        bot.metrics.MetricsError: The port of the numbers cannot be used.
        bot.logs.LogsError: The logs' form is not known.
    """
    if serve_metrics() is not None:
        counts.listen(process_metrics().turn)
    if logs.is_json():
        logs.write_json()
        counts.listen(logs.log_turn)

    async def note(request: Request) -> None:
        logs.note_request(request.headers.get("x-request-id"))

    async def connect(app: Sanic, _: asyncio.AbstractEventLoop) -> None:
        app.ctx.broker = await broker.connect()
        if app.ctx.broker is not None:
            counts.listen(app.ctx.broker.turn)

    async def close(app: Sanic, _: asyncio.AbstractEventLoop) -> None:
        if app.ctx.broker is not None:
            await app.ctx.broker.close()

    app.register_middleware(note, "request")
    app.register_listener(connect, "before_server_start")
    app.register_listener(close, "after_server_stop")
