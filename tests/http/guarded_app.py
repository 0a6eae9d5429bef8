"""A small server with our protocol and short deadlines, so that tests of them take seconds."""

from __future__ import annotations

import asyncio

from sanic import Sanic
from sanic.request import Request
from sanic.response import HTTPResponse, text

from bot.http import connections
from bot.http.connections import ConnectionLimits, GuardedProtocol
from bot.http.strict import StrictRequest
from bot.listener import bind, url_of

HEAD, BODY, ANSWER, READER = 1.5, 3.0, 6.0, 2.0
PER_ADDRESS, TOTAL = 5, 12


async def ok(request: Request) -> HTTPResponse:
    return text("ok")


async def large(request: Request) -> HTTPResponse:
    return text("a" * 20_000_000)


async def never(request: Request) -> HTTPResponse:
    await asyncio.sleep(600)
    return text("ok")


async def open_connections(request: Request) -> HTTPResponse:
    return text(str(len(request.transport.get_protocol().connections)))


def main() -> None:
    connections.HEAD_SECONDS, connections.BODY_SECONDS = HEAD, BODY
    connections.ANSWER_SECONDS, connections.READER_SECONDS = ANSWER, READER
    app = Sanic("guarded", configure_logging=False, request_class=StrictRequest)
    app.ctx.connection_limits = ConnectionLimits(total=TOTAL, per_address=PER_ADDRESS)
    app.config.GRACEFUL_SHUTDOWN_TIMEOUT = 5.0
    app.add_route(ok, "/", methods=["GET", "POST"])
    app.add_route(large, "/large")
    app.add_route(never, "/never")
    app.add_route(open_connections, "/connections")
    with bind("127.0.0.1", 0) as listener:

        async def say_ready(*_: object) -> None:
            print(f"ready at {url_of(listener)}", flush=True)

        app.register_listener(say_ready, "after_server_start")
        app.run(sock=listener, protocol=GuardedProtocol, access_log=False, motd=False)


if __name__ == "__main__":
    main()
