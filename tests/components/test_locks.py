"""Locks: one turn at a time in a conversation, in order, whichever worker takes it."""

from __future__ import annotations

import asyncio
import contextvars
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from rasa.core.lock_store import LockError, RedisLockStore

from bot.cluster.programs import free_port
from bot.locks import LocalLocks, RedisLocks, ReentrantLocks
from bot.redis_server import RedisUnreachableError, check_redis
from tests import redis_server

PROJECT = Path(__file__).resolve().parents[2]
needs_redis = pytest.mark.skipif(redis_server.find() is None, reason="no Redis on this machine")


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    with redis_server.running(redis_server.find()) as address:
        yield address


class Turns:
    """Takes turns and notes when two overlap and in which order they came."""

    def __init__(self) -> None:
        self.now, self.most, self.order = 0, 0, []

    async def take(self, locks, number: int, seconds: float = 0.02) -> None:
        async with locks.lock("web:one"):
            self.now += 1
            self.most = max(self.most, self.now)
            self.order.append(number)
            await asyncio.sleep(seconds)
            self.now -= 1


async def _again(locks: ReentrantLocks, turns: Turns, number: int) -> None:
    """As a turn, which Rasa locks once more."""
    async with locks.lock("web:one"):
        await turns.take(locks, number)
        turns.order.append(number)


async def test_who_holds_a_lock_may_take_it_again_and_others_wait_until_the_first_is_left():
    locks, turns = ReentrantLocks(LocalLocks()), Turns()
    await asyncio.gather(*(_again(locks, turns, number) for number in range(5)))
    assert turns.most == 1
    assert turns.order == [number for number in range(5) for _ in range(2)]


async def test_another_conversation_is_locked_for_itself():
    locks = ReentrantLocks(LocalLocks(patience=0.05))

    async def other() -> None:
        async with locks.lock("web:two"):
            raise AssertionError("it is held")

    async with locks.lock("web:one"), locks.lock("web:two"):
        beside = contextvars.Context().run(asyncio.ensure_future, other())
        with pytest.raises(LockError):
            await beside


async def test_of_a_conversation_that_nobody_holds_nothing_is_kept():
    locks = LocalLocks(patience=0.05)
    async with locks.lock("web:one"):
        with pytest.raises(LockError):
            await Turns().take(locks, 1)
        waiting = asyncio.ensure_future(Turns().take(locks, 2))
        await asyncio.sleep(0)
        waiting.cancel()
        with pytest.raises(asyncio.CancelledError):
            await waiting
        assert len(locks) == 1 and not locks._waiting["web:one"], "nor of those who went away"
    assert len(locks) == 0
    await asyncio.wait_for(Turns().take(locks, 3), 1)


@pytest.mark.parametrize(("waiting", "gone"), [(2, 1), (3, 2), (1, 1)])
async def test_a_lock_handed_over_to_somebody_who_is_going_away_goes_on(waiting, gone):
    locks, turns = LocalLocks(), Turns()
    async with locks.lock("web:one"):
        running = [asyncio.ensure_future(turns.take(locks, n)) for n in range(waiting)]
        await asyncio.sleep(0)
    for task in running[:gone]:  # the first of them holds it by now, and does not know yet
        task.cancel()
    done = await asyncio.gather(*running, return_exceptions=True)
    assert [isinstance(end, asyncio.CancelledError) for end in done] == [
        number < gone for number in range(waiting)
    ]
    assert turns.order == list(range(gone, waiting)) and len(locks) == 0


async def test_whoever_comes_as_one_leaves_goes_behind_those_who_wait():
    locks, turns = LocalLocks(), Turns()
    running = []
    async with locks.lock("web:one"):
        running.append(asyncio.ensure_future(turns.take(locks, 1)))
        await asyncio.sleep(0)
    await turns.take(locks, 2)
    await asyncio.gather(*running)
    assert turns.order == [1, 2]


async def test_what_was_begun_within_a_lock_waits_like_others_once_it_is_left():
    locks, turns = ReentrantLocks(LocalLocks()), Turns()
    left = asyncio.Event()

    async def later() -> None:
        await left.wait()
        await turns.take(locks, 2)

    async with locks.lock("web:one"):
        beside = asyncio.ensure_future(later())
        await asyncio.sleep(0)
    holder = asyncio.ensure_future(turns.take(locks, 1, seconds=0.1))
    await asyncio.sleep(0.01)
    left.set()
    await asyncio.gather(holder, beside)
    assert (turns.most, turns.order) == (1, [1, 2])


async def test_a_failure_inside_leaves_the_lock():
    locks = ReentrantLocks(LocalLocks())
    with pytest.raises(ValueError, match="inside"):
        async with locks.lock("web:one"), locks.lock("web:one"):
            raise ValueError("inside")
    await asyncio.wait_for(Turns().take(locks, 1), 1)


@needs_redis
async def test_turns_of_two_workers_never_overlap_and_keep_their_order(url):
    one, two = RedisLocks(url), RedisLocks(url)
    turns, running = Turns(), []
    for number in range(20):
        running.append(asyncio.ensure_future(turns.take((one, two)[number % 2], number)))
        await asyncio.sleep(0.01)  # so that it is clear which came first
    await asyncio.gather(*running)
    assert (turns.most, turns.order) == (1, list(range(20)))
    await one.close(), await two.close()


@needs_redis
async def test_messages_that_arrive_at_the_same_instant_at_one_worker_keep_their_order(url):
    locks, turns = RedisLocks(url), Turns()
    await asyncio.gather(*(turns.take(locks, number, 0.0) for number in range(30)))
    assert turns.order == list(range(30))
    await locks.close()


@needs_redis
async def test_another_conversation_does_not_wait(url):
    locks = RedisLocks(url)
    async with locks.lock("web:one"):
        started = time.monotonic()
        async with locks.lock("web:two"):
            assert time.monotonic() - started < 0.5
    await locks.close()


@needs_redis
@pytest.mark.parametrize("ours", [True, False], ids=["ours", "of Rasa"])
async def test_the_second_of_two_messages_waits_no_whole_second(url, ours):
    locks = RedisLocks(url) if ours else RedisLockStore(port=int(url.split(":")[2][:-2]))
    started = time.monotonic()
    await asyncio.gather(*(Turns().take(locks, number) for number in range(2)))
    took = time.monotonic() - started
    assert (took < 0.5) is ours, "Rasa's store has mended its wait: see bot/locks.py"


async def test_without_redis_it_waits_no_whole_second_either():
    started = time.monotonic()
    locks, turns = LocalLocks(), Turns()
    await asyncio.gather(*(turns.take(locks, number) for number in range(3)))
    assert time.monotonic() - started < 0.5 and turns.order == [0, 1, 2]


@needs_redis
def test_rasas_own_store_gives_two_workers_the_same_ticket(url):
    # What another worker does between the reading and the writing of issue_ticket.
    port = int(url.split(":")[2][:-2])
    one, two = RedisLockStore(port=port), RedisLockStore(port=port)
    read = one.get_or_create_lock("web:x")
    other = two.issue_ticket("web:x")
    assert read.issue_ticket(60.0) == other, "Rasa's store is safe now: see bot/locks.py"


@needs_redis
async def test_a_worker_that_dies_holds_a_conversation_for_a_lease_only(url):
    died = (
        "import asyncio, os, sys\n"
        "from bot.locks import RedisLocks\n"
        "async def main():\n"
        "    await RedisLocks(sys.argv[1], lease=1.0).join('web:dead').reached()\n"
        "    os._exit(7)\n"
        "asyncio.run(main())\n"
    )
    owner = subprocess.run([sys.executable, "-c", died, url], cwd=PROJECT, timeout=60)
    assert owner.returncode == 7
    locks = RedisLocks(url)
    started = time.monotonic()
    async with locks.lock("web:dead"):
        assert time.monotonic() - started < 2.0
    await locks.close()


@needs_redis
async def test_a_slow_turn_keeps_its_place(url):
    one, two = RedisLocks(url, lease=0.3), RedisLocks(url, lease=0.3)
    turns = Turns()
    await asyncio.gather(turns.take(one, 0, 1.2), turns.take(two, 1))
    assert turns.most == 1
    await one.close(), await two.close()


@needs_redis
async def test_a_caller_that_goes_away_while_waiting_holds_nobody_up(url):
    one, two = RedisLocks(url), RedisLocks(url)
    turns = Turns()
    first = asyncio.ensure_future(turns.take(one, 0, 0.3))
    await asyncio.sleep(0.05)
    gone = asyncio.ensure_future(turns.take(two, 1))
    await asyncio.sleep(0.05)
    last = asyncio.ensure_future(turns.take(one, 2))
    gone.cancel()
    await asyncio.gather(first, last)
    assert turns.order == [0, 2]
    await one.close(), await two.close()


@needs_redis
async def test_who_waits_too_long_is_told(url):
    locks = RedisLocks(url, patience=0.2)
    async with locks.lock("web:one"):
        with pytest.raises(LockError):
            await Turns().take(locks, 1)
    await locks.close()


@needs_redis
async def test_a_restart_of_redis_is_waited_for():
    port = free_port()
    programme = redis_server.find()
    with redis_server.running(programme, port) as url:
        locks = RedisLocks(url)
        await Turns().take(locks, 0)

    async def come_back() -> None:
        await asyncio.sleep(0.7)
        with redis_server.running(programme, port):
            await asyncio.wait_for(late, 10)

    late = asyncio.ensure_future(Turns().take(locks, 1))
    await come_back()
    await locks.close()


@needs_redis
async def test_without_redis_an_error_comes_within_seconds():
    locks = RedisLocks(f"redis://127.0.0.1:{free_port()}/0")
    started = time.monotonic()
    with pytest.raises(LockError):
        await Turns().take(locks, 0)
    assert time.monotonic() - started < 8
    await locks.close()


@needs_redis
async def test_nothing_of_a_conversation_stands_in_redis(url):
    locks = RedisLocks(url)
    async with locks.lock("web:zebra"):
        keys = await locks._redis.keys("*")
        assert keys and not [key for key in keys if "zebra" in key]
    assert not [key for key in await locks._redis.keys("roi:*") if "zebra" in key]
    await locks.close()


def test_a_redis_that_cannot_be_reached_is_an_error_with_its_mend_and_without_the_password():
    with pytest.raises(RedisUnreachableError, match="ROI_REDIS_URL") as caught:
        check_redis(f"redis://:quagga@127.0.0.1:{free_port()}/0")
    assert "quagga" not in str(caught.value)


def test_the_assistant_does_not_start_with_a_redis_that_is_not_there(model_path, monkeypatch):
    from bot.runtime import load_agent

    monkeypatch.setenv("ROI_REDIS_URL", f"redis://127.0.0.1:{free_port()}/0")
    with pytest.raises(RedisUnreachableError):
        load_agent(model_path)
