"""Shared state: an answer is given once, by whichever worker; keys cannot be read from the file."""

from __future__ import annotations

import asyncio
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest

from bot.server_secrets import SettingsError
from bot.state import SharedState, StillBusyError
from tests import postgresql

SECRET = "only-for-these-tests-" * 3
HOUR = timedelta(hours=1)
PROJECT = Path(__file__).resolve().parents[2]


class Clock:
    def __init__(self) -> None:
        self.now = 1_000_000.0

    def __call__(self) -> float:
        return self.now


class Producer:
    """Counts how often it is asked to make an answer."""

    def __init__(self, answer: str = "the answer", pause: float = 0.0) -> None:
        self.calls, self.answer, self.pause = 0, answer, pause

    async def __call__(self) -> str:
        self.calls += 1
        await asyncio.sleep(self.pause)
        return f"{self.answer} {self.calls}"


@pytest.fixture
def url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path / 'roi.db'}"


@pytest.fixture
def state(url: str) -> Iterator[SharedState]:
    made = SharedState(url, SECRET)
    yield made
    made.close()


@pytest.fixture
def other(url: str) -> Iterator[SharedState]:
    """The same store in another worker."""
    made = SharedState(url, SECRET)
    yield made
    made.close()


async def test_a_second_caller_gets_the_first_answer(state, other):
    produce = Producer()
    assert await state.once("a", "k", produce, keep=HOUR) == "the answer 1"
    assert await state.once("a", "k", produce, keep=HOUR) == "the answer 1"
    assert await other.once("a", "k", produce, keep=HOUR) == "the answer 1"
    assert produce.calls == 1


async def test_scope_and_key_tell_answers_apart(state):
    produce = Producer()
    pairs = [("a", "bc"), ("ab", "c"), ("a", "b:c"), ("a:b", "c")]
    answers = [await state.once(scope, key, produce, keep=HOUR) for scope, key in pairs]
    assert len(set(answers)) == len(pairs)


async def test_callers_at_the_same_time_make_it_once(state, other):
    produce = Producer(pause=0.2)
    calls = [s.once("a", "k", produce, keep=HOUR) for s in (state, other) * 10]
    assert set(await asyncio.gather(*calls)) == {"the answer 1"}
    assert produce.calls == 1


async def test_in_memory_callers_at_the_same_time_make_it_once():
    state, produce = SharedState("sqlite://", SECRET), Producer(pause=0.1)
    calls = [state.once("a", "k", produce, keep=HOUR) for _ in range(20)]
    assert set(await asyncio.gather(*calls)) == {"the answer 1"}
    state.close()


RACER = """
import asyncio, sys
from datetime import timedelta
from pathlib import Path
from bot.state import SharedState

async def main(url, secret, log):
    state = SharedState(url, secret)
    async def produce():
        with open(log, "a") as file:
            file.write("made\\n")
        await asyncio.sleep(0.05)
        return "from " + sys.argv[4]
    answers = [await state.once("a", str(n), produce, keep=timedelta(hours=1)) for n in range(30)]
    print("|".join(answers))
    state.close()

asyncio.run(main(*sys.argv[1:4]))
"""


def test_processes_that_race_agree_on_every_answer(url, tmp_path):
    log = tmp_path / "log"
    racers = [
        subprocess.Popen(
            [sys.executable, "-c", RACER, url, SECRET, str(log), name],
            cwd=PROJECT,
            stdout=subprocess.PIPE,
            text=True,
        )
        for name in ("one", "two", "three")
    ]
    outputs = {racer.communicate(timeout=120)[0] for racer in racers}
    assert len(outputs) == 1 and all(racer.returncode == 0 for racer in racers)
    assert log.read_text().count("made") == 30


async def test_an_answer_survives_a_restart(url, state):
    produce = Producer()
    await state.once("a", "k", produce, keep=HOUR)
    await state.set_flag("sms", "+16175550123")
    state.close()
    again = SharedState(url, SECRET)
    assert await again.once("a", "k", produce, keep=HOUR) == "the answer 1"
    assert await again.has_flag("sms", "+16175550123")
    again.close()


async def test_an_answer_is_over_after_its_time(url):
    clock, produce = Clock(), Producer()
    state = SharedState(url, SECRET, clock=clock)
    await state.once("a", "k", produce, keep=HOUR)
    clock.now += 3599
    assert await state.once("a", "k", produce, keep=HOUR) == "the answer 1"
    clock.now += 2
    assert await state.once("a", "k", produce, keep=HOUR) == "the answer 2"
    state.close()


async def test_a_claim_whose_owner_died_is_taken_again(url):
    # The owner dies in the middle of making its answer, so nothing renews or releases its claim.
    died = (
        "import asyncio, os, sys\n"
        "from datetime import timedelta\n"
        "from bot.state import SharedState\n"
        "async def die(): os._exit(7)\n"
        "state = SharedState(sys.argv[1], sys.argv[2])\n"
        "asyncio.run(state.once('a', 'k', die, keep=timedelta(hours=1)))\n"
    )
    owner = subprocess.run([sys.executable, "-c", died, url, SECRET], cwd=PROJECT, timeout=60)
    assert owner.returncode == 7
    soon = SharedState(url, SECRET, patience=timedelta(seconds=0.2))
    with pytest.raises(StillBusyError):
        await soon.once("a", "k", Producer(), keep=HOUR)
    soon.close()
    clock = Clock()
    clock.now = datetime.now(timezone.utc).timestamp() + 31
    later = SharedState(url, SECRET, clock=clock)
    assert await later.once("a", "k", Producer(), keep=HOUR) == "the answer 1"
    later.close()


async def test_a_slow_owner_that_lives_keeps_its_claim(url):
    lease = timedelta(seconds=0.3)
    one, two = SharedState(url, SECRET, lease=lease), SharedState(url, SECRET, lease=lease)
    produce = Producer(pause=1.2)
    first = asyncio.ensure_future(one.once("a", "k", produce, keep=HOUR))
    await asyncio.sleep(0.1)
    assert await two.once("a", "k", produce, keep=HOUR) == await first == "the answer 1"
    one.close(), two.close()


async def test_a_failure_releases_the_claim(state, other):
    async def fail() -> str:
        raise ValueError("zebra")

    with pytest.raises(ValueError, match="zebra"):
        await state.once("a", "k", fail, keep=HOUR)
    assert await other.once("a", "k", Producer(), keep=HOUR) == "the answer 1"


async def test_a_caller_that_goes_away_leaves_its_answer_for_the_retry(state):
    produce = Producer(pause=0.2)
    gone = asyncio.ensure_future(state.once("a", "k", produce, keep=HOUR))
    await asyncio.sleep(0.1)
    gone.cancel()
    assert await state.once("a", "k", produce, keep=HOUR) == "the answer 1"
    assert produce.calls == 1


def sealed_in(folder: Path) -> set[bytes]:
    """The answers as they stand in the database."""
    with closing(sqlite3.connect(next(folder.glob("*.db")))) as database:
        rows = database.execute("SELECT answer FROM roi_state WHERE answer IS NOT NULL")
        return {row[0].encode() for row in rows}


async def test_forgetting_a_scope_leaves_the_others_and_no_trace(state, tmp_path):
    async def answer() -> str:
        return "zebra quagga"

    produce = Producer()
    await state.once("a", "k", answer, keep=HOUR)
    await state.once("b", "k", produce, keep=HOUR)
    assert b"zebra" not in everything_in(tmp_path), "answers are sealed"
    sealed = sealed_in(tmp_path)
    assert len(sealed) == 2 and all(answer in everything_in(tmp_path) for answer in sealed)
    await state.forget("a")
    (left,) = sealed_in(tmp_path)
    assert {answer in everything_in(tmp_path) for answer in sealed - {left}} == {False}
    assert await state.once("b", "k", produce, keep=HOUR) == "the answer 1"
    assert await state.once("a", "k", produce, keep=HOUR) == "the answer 2"


async def test_flags_are_set_and_cleared(state, other):
    assert not await state.has_flag("sms", "x")
    await state.set_flag("sms", "x")
    await state.set_flag("sms", "x")
    assert await other.has_flag("sms", "x")
    assert not await other.has_flag("web", "x")
    await other.clear_flag("sms", "x")
    await other.clear_flag("sms", "x")
    assert not await state.has_flag("sms", "x")


async def test_a_flag_may_be_set_for_a_time(url):
    clock = Clock()
    state = SharedState(url, SECRET, clock=clock)
    await state.set_flag("web", "x", keep=HOUR)
    clock.now += 3000
    await state.set_flag("web", "x", keep=HOUR)
    clock.now += 3000
    assert await state.has_flag("web", "x")
    clock.now += 601
    assert not await state.has_flag("web", "x")
    state.close()


async def test_purging_removes_what_is_over_and_no_flag(url, tmp_path):
    clock = Clock()
    state = SharedState(url, SECRET, clock=clock)
    await state.once("a", "short", Producer("zebra"), keep=timedelta(minutes=5))
    await state.once("a", "long", Producer(), keep=HOUR)
    await state.set_flag("sms", "x")
    clock.now += 600
    assert await state.purge(longest=HOUR) == 1
    assert rows(tmp_path) == 2
    assert b"zebra" not in everything_in(tmp_path)
    assert await state.has_flag("sms", "x")
    state.close()


async def test_what_a_clock_far_ahead_has_left_is_over_in_time(url):
    clock = Clock()
    clock.now += 1e8
    ahead = SharedState(url, SECRET, clock=clock)
    died = asyncio.ensure_future(ahead.once("a", "claimed", Producer(pause=9), keep=HOUR))
    await ahead.put("a", "k", "value", keep=HOUR)
    await asyncio.sleep(0.1)
    died.cancel()
    clock = Clock()  # set right
    state = SharedState(url, SECRET, clock=clock)
    assert await state.once("a", "claimed", Producer(), keep=HOUR) == "the answer 1"
    await state.purge(longest=HOUR)
    clock.now += HOUR.total_seconds() + 1
    assert await state.get("a", "k") is None
    (left,) = ahead._running
    left.cancel()
    await asyncio.wait([left])
    ahead.close(), state.close()


async def test_no_key_stands_in_the_file(state, tmp_path):
    await state.once("web:zebra", "quagga", Producer(), keep=HOUR)
    await state.set_flag("sms", "+16175550123")
    state.close()
    kept = everything_in(tmp_path)
    assert not [mark for mark in (b"zebra", b"quagga", b"6175550123") if mark in kept]


async def test_a_database_of_another_secret_is_refused(url, state):
    with pytest.raises(SettingsError, match="ROI_SECRET_OLD"):
        SharedState(url, "another-secret-" * 4)


async def test_a_change_of_the_secret_changes_nobodys_id(url, state):
    new, newer = "a-new-secret-" * 4, "a-newer-secret-" * 4
    sender = state.sender("sms", "+16175550123")
    await state.set_flag("sms", sender)
    both = SharedState(url, new, old_secrets=[SECRET])
    assert both.sender("sms", "+16175550123") == sender
    later = SharedState(url, newer, old_secrets=[new])
    assert later.sender("sms", "+16175550123") == sender
    assert await later.has_flag("sms", sender)
    with pytest.raises(SettingsError):
        SharedState(url, SECRET)  # no longer among the secrets, it opens nothing any more
    both.close(), later.close()


async def test_the_key_stands_in_no_file_but_locked(url, state, tmp_path):
    sender = state.sender("web", "zebra")
    again = SharedState("sqlite://", SECRET)
    assert again.sender("web", "zebra") != sender, "each database has a key of its own"
    assert SECRET.encode() not in everything_in(tmp_path)
    assert state._key not in everything_in(tmp_path)
    again.close()


async def test_workers_on_postgresql_make_it_once():
    with postgresql.running() as server:
        one, two = SharedState(server.url, SECRET), SharedState(server.url, SECRET)
        produce = Producer(pause=0.2)
        calls = [s.once("a", "k", produce, keep=HOUR) for s in (one, two) * 5]
        assert set(await asyncio.gather(*calls)) == {"the answer 1"}
        await one.forget("a")
        assert await two.once("a", "k", produce, keep=HOUR) == "the answer 2"
        await one.set_flag("sms", "x")
        await one.set_flag("sms", "x")
        assert await two.has_flag("sms", "x")
        one.close(), two.close()


async def test_a_call_that_is_garbage_collected_submits_nothing(state):
    """Within the collector a thread may hold the lock that submitting to threads waits for."""
    call = state._produce("name", "owner", Producer(pause=60), HOUR, "purpose")
    call.send(None)
    call.close()  # raises where the call awaits anything more


def rows(folder: Path) -> int:
    with closing(sqlite3.connect(folder / "roi.db")) as database:
        return int(database.execute("select count(*) from roi_state").fetchone()[0])


def everything_in(folder: Path) -> bytes:
    return b"".join(path.read_bytes() for path in folder.iterdir())


async def test_a_value_is_kept_replaced_and_forgotten_with_its_scope(state, other):
    assert await state.get("a", "k") is None
    await state.put("a", "k", "first", keep=HOUR)
    await state.put("a", "k", "second", keep=HOUR)
    await state.put("b", "k", "another", keep=HOUR)
    assert await other.get("a", "k") == "second"
    await other.forget("a")
    assert (await state.get("a", "k"), await state.get("b", "k")) == (None, "another")


async def test_a_value_is_gone_when_its_time_is_over(url):
    clock = Clock()
    state = SharedState(url, SECRET, clock=clock)
    await state.put("a", "k", "value", keep=HOUR)
    clock.now += HOUR.total_seconds() + 1
    assert await state.get("a", "k") is None
    state.close()
