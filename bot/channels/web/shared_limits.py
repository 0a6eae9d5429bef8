"""Limits that hold for all workers together, where they share a Redis server."""

from __future__ import annotations

import hashlib
import hmac
import logging
from typing import Protocol

from redis.exceptions import RedisError

from bot.channels.web.limits import RateLimiter
from bot.redis_server import client, redis_url

logger = logging.getLogger(__name__)

# The bucket of RateLimiter, kept as the moment at which it is full again (GCRA): one number for
# each asker, which Redis forgets at that moment. All in thousandths of a second.
_COUNT = """
local size = tonumber(ARGV[1])
local each = 60000 / size
local time = redis.call('TIME')
local now = time[1] * 1000 + time[2] / 1000
local full = math.max(tonumber(redis.call('GET', KEYS[1]) or '0'), now) + each
local wait = full - now - 60000
if wait > 0.001 then return tostring(wait) end
redis.call('SET', KEYS[1], string.format('%.3f', full), 'PX', math.ceil(full - now))
return '0'
"""


class Limiter(Protocol):
    """Says how long somebody has to wait."""

    async def wait(self, asker: str) -> float:
        """Counts a request: 0 if it may be made, else the seconds until the next may."""


class LocalLimiter:
    """Counts what this worker sees."""

    def __init__(self, per_minute: int) -> None:
        """Args: the requests that one asker may make."""
        self._limiter = RateLimiter(per_minute)

    async def wait(self, asker: str) -> float:
        """Counts a request."""
        return self._limiter.wait(asker)


class SharedLimiter:
    """Counts what all workers see; while Redis is away, what this one sees."""

    def __init__(self, name: str, per_minute: int, url: str, secret: str) -> None:
        """Prepares the counting.

        Args:
            name: Tells limits of different kinds apart.
            per_minute: The requests that one asker may make.
            url: The address of the Redis server.
            secret: The server's; who asks stands in Redis only as a keyed hash.
        """
        # Nobody is kept waiting for a limit, so unlike with locks there is only one try.
        self._count = client(url).register_script(_COUNT)
        self._name, self._size, self._secret = name, per_minute, secret.encode()
        self._local = RateLimiter(per_minute)

    async def wait(self, asker: str) -> float:
        """Counts a request."""
        try:
            return float(await self._count([self._key(asker)], [self._size])) / 1000
        except (RedisError, OSError) as error:
            logger.warning("limits are counted in this worker only: %s", type(error).__name__)
            return self._local.wait(asker)

    def _key(self, asker: str) -> str:
        named = f"roi.limit:{self._name}:{asker}".encode()
        return f"roi:limit:{hmac.new(self._secret, named, hashlib.sha256).hexdigest()}"


def limiter(name: str, per_minute: int, secret: str, url: str | None = None) -> Limiter:
    """A limiter for all workers where Redis is configured, else for this one.

    Args:
        name: Tells limits of different kinds apart.
        per_minute: The requests that one asker may make.
        secret: The server's.
        url: The address of the Redis server; from the environment if not given.
    """
    address = url or redis_url()
    return SharedLimiter(name, per_minute, address, secret) if address else LocalLimiter(per_minute)
