"""The Redis server that workers share, where one is configured."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any

import redis
from redis import asyncio as aioredis
from redis.asyncio.retry import Retry
from redis.backoff import ExponentialBackoff
from redis.exceptions import BusyLoadingError, ConnectionError, RedisError, TimeoutError

VARIABLE = "ROI_REDIS_URL"

_ANSWER_WITHIN = 2.0
"""Seconds for one command; Redis takes less than a thousandth of that."""

# A restart of Redis takes a second or two: nine tries, some three seconds, bridge it.
_TRIES = 8
_BACKOFF = ExponentialBackoff(cap=0.5, base=0.05)


class RedisUnreachableError(RuntimeError):
    """Redis is configured and does not answer at the start; the message says how to mend it."""


def redis_url(environment: Mapping[str, str] = os.environ) -> str | None:
    """The configured address, such as `redis://:password@host:6379/0`; None without one."""
    return environment.get(VARIABLE) or None


def check(url: str) -> None:
    """Asks the server whether it is there.

    Args:
        url: Its address.

    Raises:
        RedisUnreachableError: It does not answer, or refuses us.
    """
    try:
        with redis.Redis.from_url(url, socket_timeout=_ANSWER_WITHIN) as client:
            client.ping()
    except (RedisError, ValueError, OSError) as error:
        # The address is not shown: it may hold a password.
        raise RedisUnreachableError(
            f"Redis at {VARIABLE} does not answer ({type(error).__name__}); start it, or correct "
            "the address; a single server needs none: unset the variable"
        ) from error


def client(url: str, tries: int = _TRIES) -> Any:
    """Connections that wait for a server that is being restarted.

    Args:
        url: The server's address.
        tries: How often a command that failed is tried again.
    """
    return aioredis.Redis.from_url(
        url,
        decode_responses=True,
        socket_timeout=_ANSWER_WITHIN,
        socket_connect_timeout=_ANSWER_WITHIN,
        retry=Retry(_BACKOFF, tries),
        retry_on_error=[ConnectionError, TimeoutError, BusyLoadingError],
    )
