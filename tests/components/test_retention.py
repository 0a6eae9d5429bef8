"""Conversations that are over go, and nothing of them stays in the files; the others stay."""

from __future__ import annotations

import asyncio
import json
import random
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from rasa.shared.core.events import BotUttered, SlotSet, UserUttered
from rasa.shared.core.trackers import EventVerbosity

from bot import conversation_rows
from bot.purging import Retention, purge
from bot.state import SharedState
from bot.stores import ConversationStore
from tests import postgresql
from tests.components.test_stores import DOMAIN, talk, turn

SECRET = "only-for-these-tests-" * 3
DAY = timedelta(hours=24)


class Clock:
    def __init__(self) -> None:
        self.now = 2_000_000_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'roi.db'}"
    else:
        with postgresql.running() as server:
            yield server.url


def opened(url: str, clock: Clock) -> tuple[ConversationStore, SharedState]:
    return ConversationStore(DOMAIN, url, clock=clock), SharedState(url, SECRET, clock=clock)


async def test_what_is_over_goes_and_what_is_not_stays(url: str, clock: Clock) -> None:
    store, state = opened(url, clock)
    for number in range(45):  # more than two batches
        await talk(store, range(2), f"web:old-{number}")
    await state.put("web:old-1", "pages", "a page", keep=DAY)
    await state.set_flag("sms.opted_out", "somebody")
    clock.now += 23 * 3600
    await talk(store, range(2), "web:young")
    await talk(store, range(2, 3), "web:old-0")  # somebody comes back in time
    clock.now += 3601
    done = await purge(store, state, DAY)
    assert (done.conversations, done.others) == (44, 1)
    assert done.events == 44 * (5 + 2 * len(turn(0)))
    assert sorted(await store.keys()) == ["web:old-0", "web:young"]
    kept = await store.retrieve("web:old-0")
    assert kept is not None and kept.get_slot("topic") == "topic 2"
    assert await store.retrieve_full_tracker("web:old-1") is None
    assert await state.has_flag("sms.opted_out", "somebody"), "no texts means none, for good"
    assert not (await purge(store, state, DAY)).anything


async def test_nothing_of_a_conversation_that_is_over_stays_in_the_files(
    tmp_path: Path, clock: Clock
) -> None:
    store, state = opened(f"sqlite:///{tmp_path / 'roi.db'}", clock)
    chance = random.Random(7)
    for number in range(60):  # texts of all lengths: rows move between pages, some take several
        for _ in range(3):
            sender = f"web:zebra-{number}"
            tracker = await store.retrieve(sender) or store.init_tracker(sender)
            text = f"quagga-{number}-" * chance.randint(1, 600)
            tracker.update_with_events([UserUttered(text), BotUttered(f"zebra {text}")], DOMAIN)
            await store.save(tracker)
        await state.put(f"web:zebra-{number}", "pages", "okapi " * 40, keep=DAY)
    clock.now += 3600
    await talk(store, range(3), "web:young")
    with closing(sqlite3.connect(tmp_path / "roi.db")) as database:
        sealed = [row[0].encode() for row in database.execute("SELECT answer FROM roi_state")]
    marks = {b"quagga", b"zebra", *sealed}
    assert len(sealed) == 60 and found(tmp_path, marks) == marks
    clock.now += 23 * 3600
    assert (await purge(store, state, DAY)).conversations == 60
    assert not found(tmp_path, marks)
    assert await store.keys() == ["web:young"]


def found(folder: Path, marks: set[bytes]) -> set[bytes]:
    kept = b"".join(path.read_bytes() for path in folder.iterdir())
    return {mark for mark in marks if mark in kept}


async def test_people_are_answered_while_many_conversations_are_deleted(
    tmp_path: Path, clock: Clock
) -> None:
    store, state = opened(f"sqlite:///{tmp_path / 'roi.db'}", clock)
    for number in range(120):
        await talk(store, range(4), f"web:old-{number}")
    clock.now += 25 * 3600
    job = asyncio.ensure_future(purge(store, state, DAY))
    waited, turns = [], 0
    while not job.done():
        began = time.perf_counter()
        await talk(store, range(turns, turns + 1), "web:young")
        waited.append(time.perf_counter() - began)
        turns += 1
    assert job.result().conversations == 120
    assert turns >= 5, "several turns came in between"
    assert sorted(waited)[len(waited) // 2] < 0.5


async def test_one_worker_at_a_time_purges(url: str, clock: Clock) -> None:
    first, second = opened(url, clock), opened(url, clock)
    await talk(first[0], range(1), "web:old")
    clock.now += 25 * 3600
    jobs = [Retention(store, state, DAY, clock=clock) for store, state in (first, second)]
    done = await asyncio.gather(*(job.once() for job in jobs))
    assert sorted(each.conversations for each in done) == [0, 1]


async def test_a_clock_that_jumps_deletes_nothing_before_it_can_be_set_right(
    tmp_path: Path, clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    store, state = opened(f"sqlite:///{tmp_path / 'roi.db'}", clock)
    running = [0.0]
    job = Retention(store, state, DAY, clock=clock, monotonic=lambda: running[0])
    await talk(store, range(1), "web:young")
    clock.now += 365 * 86_400.0
    assert not (await job.once()).anything
    assert "the clock has jumped" in caplog.text
    clock.now -= 365 * 86_400.0  # set right
    running[0] += 3600
    clock.now += 3600
    assert not (await job.once()).anything
    assert await store.keys() == ["web:young"]
    running[0] += 86_400
    clock.now += 86_400
    assert (await job.once()).conversations == 1


async def test_a_conversation_from_a_clock_far_ahead_is_kept_a_day_and_no_longer(
    tmp_path: Path, clock: Clock
) -> None:
    store, state = opened(f"sqlite:///{tmp_path / 'roi.db'}", clock)
    right = clock.now
    clock.now += 1e8
    await talk(store, range(1), "web:ahead")
    clock.now = right
    assert not (await purge(store, state, DAY)).anything
    clock.now += DAY.total_seconds()
    assert (await purge(store, state, DAY)).conversations == 1


async def test_a_conversation_that_goes_on_and_on_keeps_its_state_and_its_end(
    url: str, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(conversation_rows, "STORED", 200)
    store, _ = opened(url, clock)
    await talk(store, range(130))
    full = await store.retrieve_full_tracker("web:a")
    most = 200 + conversation_rows.TRIM_EVERY * len(turn(0)) + 5
    assert full is not None and 200 <= len(full.events) <= most
    assert full.get_slot("item") == "bill", "set in the first turn"
    assert full.active_loop_name == "request_form"
    said = [e.text for e in await store.said("web:a", 20) if isinstance(e, UserUttered)]
    assert said[-1] == "message 129"


async def test_a_database_of_before_goes_on(url: str, clock: Clock) -> None:
    """Its list of conversations had no column for what the next turn needs."""
    store, _ = opened(url, clock)
    await talk(store, range(9))
    before = await store.retrieve("web:a")
    with store.engine.begin() as connection:
        connection.execute(sa.text("ALTER TABLE roi_conversations DROP COLUMN recent"))
    again, _ = opened(url, clock)
    after = await again.retrieve("web:a")
    assert before is not None and after is not None
    assert after.current_state(EventVerbosity.ALL) == before.current_state(EventVerbosity.ALL)
    await talk(again, range(9, 10))
    latest = await again.retrieve("web:a")
    assert latest is not None and latest.get_slot("topic") == "topic 9"


async def test_a_turn_stored_by_a_worker_of_before_counts(url: str, clock: Clock) -> None:
    store, _ = opened(url, clock)
    await talk(store, range(2))
    event = SlotSet("topic", "theirs").as_dict()
    row = {"name": "topic", "data": json.dumps(event), "at": event["timestamp"]}
    with store.engine.begin() as connection:
        connection.execute(sa.text("UPDATE roi_conversations SET turn = turn + 1"))
        connection.execute(
            sa.text(
                "INSERT INTO events (sender_id, type_name, action_name, timestamp, data)"
                " VALUES ('web:a', 'slot', :name, :at, :data)"
            ),
            row,
        )
    found = await store.retrieve("web:a")
    assert found is not None and found.get_slot("topic") == "theirs"


async def test_what_a_version_before_kept_for_the_next_turn_does_not_count(
    url: str, clock: Clock
) -> None:
    """It cut the history by other rules; all events are there."""
    store, _ = opened(url, clock)
    await talk(store, range(9))
    before = await store.retrieve("web:a")
    stale = json.dumps({"turn": 9, "events": [SlotSet("topic", "stale").as_dict()]})
    with store.engine.begin() as connection:
        assert connection.execute(sa.text("SELECT turn FROM roi_conversations")).scalar() == 9
        connection.execute(sa.text("UPDATE roi_conversations SET recent = :old"), {"old": stale})
    after = await store.retrieve("web:a")
    assert before is not None and after is not None
    assert after.current_state(EventVerbosity.ALL) == before.current_state(EventVerbosity.ALL)
    await talk(store, range(9, 10))
    with store.engine.connect() as connection:
        stored = connection.execute(sa.text("SELECT recent FROM roi_conversations")).scalar()
    latest = await store.retrieve("web:a")
    assert "stale" not in stored and latest is not None and latest.get_slot("topic") == "topic 9"


async def test_conversations_of_before_the_list_expire_as_well(
    tmp_path: Path, clock: Clock
) -> None:
    store, state = opened(f"sqlite:///{tmp_path / 'roi.db'}", clock)
    await talk(store, range(1), "web:old")
    with closing(sqlite3.connect(tmp_path / "roi.db")) as file:
        file.execute("delete from roi_conversations")
        file.commit()
    again, _ = opened(f"sqlite:///{tmp_path / 'roi.db'}", clock)
    assert await again.keys() == ["web:old"]
    await talk(again, range(1, 2), "web:old")
    clock.now += 25 * 3600
    assert (await purge(again, state, DAY)).conversations == 1


async def test_a_stored_event_that_cannot_be_read_ends_no_process(
    tmp_path: Path, clock: Clock
) -> None:
    store, _ = opened(f"sqlite:///{tmp_path / 'roi.db'}", clock)
    await talk(store, range(1), "web:a")
    with closing(sqlite3.connect(tmp_path / "roi.db")) as file:
        file.execute("update roi_conversations set recent = '{'")
        file.execute("update events set data = '{' where type_name = 'slot'")
        file.commit()
    for reading in (store.retrieve("web:a"), store.retrieve_full_tracker("web:a")):
        with pytest.raises(ValueError, match="Expecting"):  # Rasa's own store would call sys.exit
            await reading
