"""The Redis server that workers share, where one is configured."""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, TypeVar

import redis
from redis import asyncio as aioredis
from redis.exceptions import BusyLoadingError, ConnectionError, RedisError, TimeoutError

VARIABLE = "ROI_REDIS_URL"

_ANSWER_WITHIN = 2.0
"""Seconds for one command; Redis takes less than a thousandth of that."""

_BRIDGED = 4.0
"""Seconds that are waited for a server that has gone away; a restart takes one or two."""

_FIRST_PAUSE, _LAST_PAUSE = 0.05, 0.5

_Result = TypeVar("_Result")


class RedisUnreachableError(RuntimeError):
    """Redis is configured and does not answer at the start; the message says how to mend it."""


def redis_url(environment: Mapping[str, str] = os.environ) -> str | None:
    """The configured address, such as `redis://:password@host:6379/0`; None without one."""
    return environment.get(VARIABLE) or None


def check_redis(url: str | None = None) -> None:
    """Asks the server whether it is there; without one there is nothing to ask.

    Args:
        url: Its address; the configured one if not given.

    Raises:
        RedisUnreachableError: It does not answer, or refuses us.
    """
    url = url or redis_url()
    if url is None:
        return
    try:
        with redis.Redis.from_url(url, socket_timeout=_ANSWER_WITHIN) as client:
            client.ping()
    except (RedisError, ValueError, OSError) as error:
        # The address is not shown: it may hold a password.
        raise RedisUnreachableError(
            f"Redis at {VARIABLE} does not answer ({type(error).__name__}); start it, or correct "
            "the address; a single server needs none: unset the variable"
        ) from error


def client(url: str) -> Any:
    """Connections to a server; each command is tried once.

    Args:
        url: The server's address.
    """
    return aioredis.Redis.from_url(
        url,
        decode_responses=True,
        socket_timeout=_ANSWER_WITHIN,
        socket_connect_timeout=_ANSWER_WITHIN,
    )


async def patiently(command: Callable[[], Awaitable[_Result]]) -> _Result:
    """Runs a command again until the server is back, for some seconds.

    The library's own way of trying again gives up at once where a new connection is refused, and
    multiplies its tries where an old one has been cut.

    Args:
        command: Runs it; doing so twice must be the same as once.

    Raises:
        redis.exceptions.RedisError: The server has not come back.
    """
    give_up, pause = time.monotonic() + _BRIDGED, _FIRST_PAUSE
    while True:
        try:
            return await command()
        except (ConnectionError, TimeoutError, BusyLoadingError):
            if time.monotonic() > give_up:
                raise
        await asyncio.sleep(pause)
        pause = min(2 * pause, _LAST_PAUSE)
