"""Which database is used, what is said where it cannot be, and that PostgreSQL works as SQLite."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.database import SETTING, DatabaseError, database_url, open_engine, parse_url
from bot.stores import ConflictError, ConversationStore, sqlite_store
from tests import postgresql
from tests.components.test_stores import DOMAIN, talk, turn

PASSWORD = "quagga-password"


@pytest.fixture(scope="module")
def server() -> Iterator[postgresql.Server]:
    with postgresql.running() as server:
        yield server


def test_the_default_is_a_file_in_var_and_an_option_counts_more_than_the_environment(
    tmp_path: Path,
) -> None:
    assert database_url(environment={}).database.endswith("/roi.db")
    given = {SETTING: "postgresql://roi@db.example.org/roi"}
    assert database_url(environment=given).host == "db.example.org"
    asked = database_url(tmp_path / "a.db", given)
    assert (asked.drivername, asked.database) == ("sqlite", str(tmp_path / "a.db"))


@pytest.mark.parametrize(
    "address",
    [
        f"postgres://roi:{PASSWORD}@db.example.org/roi",
        f"mysql://roi:{PASSWORD}@db.example.org/roi",
        f"postgresql+nodriver://roi:{PASSWORD}@db.example.org/roi",
        f"postgresql://roi:{PASSWORD}@db.example.org",
        f"postgresql://roi:{PASSWORD}@db.example.org:port/roi",
        f"sqlite+aiosqlite:///{PASSWORD}.db",
        PASSWORD,
    ],
)
def test_an_address_that_is_none_is_refused_without_what_may_be_a_password(address: str) -> None:
    with pytest.raises(DatabaseError, match=f"{SETTING}.*write postgresql://") as refused:
        parse_url(address)
    assert PASSWORD not in str(refused.value) and "\n" not in str(refused.value)


@pytest.mark.parametrize(
    "address",
    [
        f"postgresql://roi:{PASSWORD}@127.0.0.1:1/roi",
        f"postgresql://roi@127.0.0.1:1/roi?password={PASSWORD}",
        f"postgresql://roi:{PASSWORD}@host.invalid/roi",
        "sqlite:////proc/no/such/folder/roi.db",
        "sqlite:////",
    ],
)
def test_a_database_that_cannot_be_reached_is_one_line_without_password(address: str) -> None:
    with pytest.raises(DatabaseError, match="^the database .* cannot be used") as refused:
        open_engine(address)
    assert PASSWORD not in str(refused.value) and "\n" not in str(refused.value)


def test_a_file_that_is_no_database_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "roi.db").write_text("not a database, but long enough to be taken for one\n" * 99)
    with pytest.raises(DatabaseError, match="file is not a database"):
        sqlite_store(tmp_path / "roi.db")


async def test_a_long_conversation_on_postgresql(server: postgresql.Server) -> None:
    store = ConversationStore(DOMAIN, server.url)
    await talk(store, range(60), "web:long")
    tracker = await store.retrieve("web:long")
    assert tracker is not None
    assert (tracker.get_slot("item"), tracker.get_slot("topic")) == ("bill", "topic 59")
    full = await store.retrieve_full_tracker("web:long")
    assert full is not None and len(full.events) == 5 + 60 * len(turn(0))
    await store.delete("web:long")
    assert await store.retrieve_full_tracker("web:long") is None


def test_workers_that_start_at_the_same_time_make_the_tables_once(
    server: postgresql.Server, tmp_path: Path
) -> None:
    for url in (server.new_database(), f"sqlite:///{tmp_path / 'new.db'}"):

        async def start(url: str = url) -> list[ConversationStore]:
            opening = [asyncio.to_thread(ConversationStore, DOMAIN, url) for _ in range(8)]
            return await asyncio.gather(*opening)

        assert len(asyncio.run(start())) == 8


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
async def test_two_turns_from_the_same_state_are_not_both_stored(
    server: postgresql.Server, tmp_path: Path, kind: str
) -> None:
    url = server.url if kind == "postgresql" else f"sqlite:///{tmp_path / 'roi.db'}"
    one, two = ConversationStore(DOMAIN, url), ConversationStore(DOMAIN, url)
    await talk(one, range(1), "web:two")
    first, second = await one.retrieve("web:two"), await two.retrieve("web:two")
    assert first is not None and second is not None
    first.update_with_events(turn(1), DOMAIN)
    second.update_with_events(turn(2), DOMAIN)
    await one.save(first)
    with pytest.raises(ConflictError):
        await two.save(second)
    full = await two.retrieve_full_tracker("web:two")
    assert full is not None and full.latest_message is not None
    assert full.latest_message.text == "message 1"
