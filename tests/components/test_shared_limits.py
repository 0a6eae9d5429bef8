"""Limits: many workers allow together what one allows, as long as they share a Redis server."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from bot.channels.web.shared_limits import LocalLimiter, SharedLimiter, limiter
from bot.cluster.programs import free_port
from bot.redis_server import client
from tests import redis_server

SECRET = "only-for-these-tests-" * 3
needs_redis = pytest.mark.skipif(redis_server.find() is None, reason="no Redis on this machine")


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    with redis_server.running(redis_server.find()) as address:
        yield address


@needs_redis
async def test_two_workers_allow_together_what_is_allowed(url):
    workers = [SharedLimiter("address", 6, url, SECRET) for _ in range(2)]
    waits = [await workers[number % 2].wait("192.0.2.1") for number in range(8)]
    assert waits[:6] == [0.0] * 6
    assert all(9 < wait <= 10 for wait in waits[6:]), "one in ten seconds is given back"


@needs_redis
async def test_another_asker_and_another_limit_are_counted_apart(url):
    addresses, sessions = (SharedLimiter(name, 1, url, SECRET) for name in ("a", "b"))
    assert await addresses.wait("one") == 0 < await addresses.wait("one")
    assert await addresses.wait("two") == 0 == await sessions.wait("one")


@needs_redis
async def test_who_asks_does_not_stand_in_redis_and_is_forgotten(url):
    await SharedLimiter("address", 60, url, SECRET).wait("192.0.2.77")
    keys = await client(url).keys("roi:limit:*")
    assert keys and not [key for key in keys if "192.0.2.77" in key]
    left = [await client(url).ttl(key) for key in keys]
    assert all(seconds <= 60 and seconds != -1 for seconds in left), "-1 means: kept for good"


async def test_while_redis_is_away_each_worker_counts_for_itself(caplog):
    away = SharedLimiter("address", 2, f"redis://127.0.0.1:{free_port()}", SECRET)
    waits = [await away.wait("192.0.2.1") for _ in range(3)]
    assert waits[:2] == [0.0, 0.0] and waits[2] > 0
    assert "192.0.2.1" not in caplog.text


def test_without_redis_a_worker_counts_for_itself(monkeypatch):
    monkeypatch.delenv("ROI_REDIS_URL", raising=False)
    assert isinstance(limiter("address", 1, SECRET), LocalLimiter)
