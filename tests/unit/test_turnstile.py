"""One turn at a time works; others' requests come in between, and nobody waits for ever."""

from __future__ import annotations

import asyncio

import pytest

from bot.turnstile import Turnstile


async def work(turnstile: Turnstile, log: list[str], name: str, ends: bool = False) -> None:
    async with turnstile.passing(ends=ends):
        log.append(f"{name} in")
        await asyncio.sleep(0)
        log.append(f"{name} out")


async def test_one_is_inside_at_a_time_in_order_of_arrival() -> None:
    turnstile, log = Turnstile(), []
    await asyncio.gather(*(work(turnstile, log, name) for name in "abc"))
    assert log == ["a in", "a out", "b in", "b out", "c in", "c out"]


async def test_who_has_begun_goes_first() -> None:
    turnstile, log = Turnstile(), []
    turns = [work(turnstile, log, name, ends) for name, ends in (("a", 0), ("b", 0), ("c", 1))]
    await asyncio.gather(*turns)
    assert [line for line in log if line.endswith("in")] == ["a in", "c in", "b in"]


async def test_others_come_in_between() -> None:
    turnstile, log = Turnstile(), []

    async def busy(name: str) -> None:
        async with turnstile.passing(ends=False):
            log.append(name)  # without a pause, as understanding is

    async def simple() -> None:
        for _ in range(3):
            await asyncio.sleep(0)
            log.append("simple")

    await asyncio.gather(*(busy(str(n)) for n in range(6)), simple())
    assert log.index("simple") < log.index("3")


async def test_who_goes_away_lets_the_next_in() -> None:
    turnstile, log = Turnstile(), []
    first = asyncio.ensure_future(work(turnstile, log, "a"))
    leaving = asyncio.ensure_future(work(turnstile, log, "b"))
    last = asyncio.ensure_future(work(turnstile, log, "c"))
    await asyncio.sleep(0)
    leaving.cancel()
    await asyncio.wait_for(asyncio.gather(first, last), 1)
    assert leaving.cancelled() and log == ["a in", "a out", "c in", "c out"]


async def test_who_goes_away_when_let_in_lets_the_next_in(monkeypatch: pytest.MonkeyPatch) -> None:
    turnstile, log = Turnstile(), []
    first = asyncio.ensure_future(work(turnstile, log, "a"))
    leaving = asyncio.ensure_future(work(turnstile, log, "b"))
    last = asyncio.ensure_future(work(turnstile, log, "c"))
    let_in = turnstile._let_in_next

    def let_in_who_leaves() -> None:
        let_in()
        leaving.cancel()  # its place is given to it, but it has not woken

    monkeypatch.setattr(turnstile, "_let_in_next", let_in_who_leaves)
    await asyncio.wait_for(asyncio.gather(first, last), 1)
    assert leaving.cancelled() and log == ["a in", "a out", "c in", "c out"]
    await asyncio.wait_for(work(turnstile, log, "d"), 1)


async def test_a_fault_inside_lets_the_next_in() -> None:
    turnstile, log = Turnstile(), []

    async def fails() -> None:
        async with turnstile.passing(ends=False):
            await asyncio.sleep(0)
            raise ValueError("zebra")

    failing = asyncio.ensure_future(fails())
    await asyncio.gather(asyncio.wait([failing]), work(turnstile, log, "a"))
    assert log == ["a in", "a out"] and isinstance(failing.exception(), ValueError)
