"""What workers share beside the conversations: answers given once, values kept for a time, flags.

It stands in the conversations' database, so it survives a restart. Keys are stored only as a keyed
hash: a phone number or session id cannot be read from it, nor guessed without the server's secret.
Values are sealed (:mod:`bot.privacy.sealing`).
"""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import logging
import secrets
import time
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import datetime, timedelta, timezone
from functools import partial
from typing import Any, TypeVar

import sqlalchemy as sa
from sqlalchemy.engine import Engine
from sqlalchemy.exc import DBAPIError, IntegrityError

from bot.database import forget_leftovers, tune
from bot.privacy.sealing import seal, unseal

logger = logging.getLogger(__name__)

LEASE = timedelta(seconds=30)
"""How long a claim holds that nobody renews: its owner has died by then."""

PATIENCE = timedelta(seconds=45)
"""How long a second caller waits for the first; longer than a lease, so that it can take over."""

_PURGE_EVERY = timedelta(minutes=10)
_FIRST_LOOK, _LAST_LOOK = 0.01, 0.25

_TABLE = sa.Table(
    "roi_state",
    sa.MetaData(),
    sa.Column("name", sa.String(64), primary_key=True),
    sa.Column("scope", sa.String(64), nullable=False, index=True),
    sa.Column("owner", sa.String(32)),
    sa.Column("answer", sa.Text),
    sa.Column("expires", sa.Float, index=True),
)
_ROW = _TABLE.c

_Result = TypeVar("_Result")


class StillBusyError(RuntimeError):
    """Whoever claimed a key first has not finished in time."""


class SharedState:
    """Answers that are given once for a key, and flags, shared by all workers."""

    def __init__(
        self,
        url: str,
        secret: str,
        *,
        lease: timedelta = LEASE,
        patience: timedelta = PATIENCE,
        clock: Callable[[], float] = time.time,
    ) -> None:
        """Opens the store and makes its table where there is none.

        Args:
            url: SQLAlchemy's address of the database; `sqlite://` keeps it in memory.
            secret: The server's; keys are hashed with it.
            lease: How long a claim holds unrenewed.
            patience: How long a second caller waits.
            clock: Seconds since 1970; the same for all workers.

        Raises:
            sqlalchemy.exc.SQLAlchemyError: The database cannot be opened.
        """
        self._engine = _engine(url)
        # SQLite takes one writer at a time; its connection in memory bears one thread at a time.
        sqlite = self._engine.dialect.name == "sqlite"
        self._threads = ThreadPoolExecutor(1 if sqlite else 4, thread_name_prefix="roi-state")
        self._key, self._secret = secret, secret.encode()
        self._lease, self._patience, self._clock = lease.total_seconds(), patience, clock
        self._running: set[asyncio.Task[str]] = set()
        self._next_purge = clock() + _PURGE_EVERY.total_seconds()
        _make_table(self._engine)

    async def once(
        self, scope: str, key: str, produce: Callable[[], Awaitable[str]], *, keep: timedelta
    ) -> str:
        """The answer for a key: the stored one, else what `produce` makes now.

        A caller that goes away does not stop `produce`: its answer is there for the next try.

        Args:
            scope: Whose key it is; :meth:`forget` removes a scope's answers.
            key: Names the answer within the scope.
            produce: Makes it; if it fails, nothing is stored and the next caller may try.
            keep: How long the answer stays.

        Raises:
            StillBusyError: Another caller is making it and has not finished.
        """
        await self._purge_now_and_then()
        name, owner = self._name("once", scope, key), secrets.token_hex(16)
        give_up = time.monotonic() + self._patience.total_seconds()
        pause = _FIRST_LOOK
        while True:
            free, answer = await self._in_thread(self._look, name, f"once:{scope}:{key}")
            if answer is not None:
                return answer
            if free and await self._in_thread(self._claim, name, self._hashed(scope), owner):
                break
            if time.monotonic() > give_up:
                raise StillBusyError("the first caller has not finished")
            await asyncio.sleep(pause)
            pause = min(pause * 2, _LAST_LOOK)
        task = asyncio.ensure_future(
            self._produce(name, owner, produce, keep, f"once:{scope}:{key}")
        )
        self._running.add(task)
        task.add_done_callback(self._finished)
        return await asyncio.shield(task)

    async def put(self, scope: str, key: str, value: str, *, keep: timedelta) -> None:
        """Keeps a value, in place of the one before.

        Args:
            scope: Whose value it is; :meth:`forget` removes it with the scope's answers.
            key: Names the value within the scope.
            value: What to keep.
            keep: How long it stays.
        """
        expires = self._clock() + keep.total_seconds()
        row = {"name": self._name("value", scope, key), "scope": self._hashed(scope)}
        sealed = seal(value, self._key, f"value:{scope}:{key}")
        await self._in_thread(self._put, {**row, "answer": sealed, "expires": expires})

    async def get(self, scope: str, key: str) -> str | None:
        """The value kept under a key; None where there is none, or no longer."""
        name = self._name("value", scope, key)
        _, value = await self._in_thread(self._look, name, f"value:{scope}:{key}")
        return value

    async def forget(self, scope: str) -> None:
        """Removes a scope's answers, really: nothing of them stays in the database's files."""
        await self._in_thread(self._forget, self._hashed(scope))

    async def set_flag(self, scope: str, key: str, *, keep: timedelta | None = None) -> None:
        """Sets a flag.

        Args:
            scope: What it is about.
            key: Whom it is about.
            keep: How long it stays; for good if not given.
        """
        name, hashed = self._name("flag", scope, key), self._hashed(f"flag:{scope}")
        expires = self._clock() + keep.total_seconds() if keep is not None else None
        row = {"name": name, "scope": hashed, "expires": expires}
        if not await self._in_thread(self._insert, row):
            again = sa.update(_TABLE).where(_ROW.name == name).values(expires=expires)
            await self._in_thread(self._run, again)

    async def clear_flag(self, scope: str, key: str) -> None:
        """Clears a flag if it is set."""
        name = self._name("flag", scope, key)
        await self._in_thread(self._run, sa.delete(_TABLE).where(_ROW.name == name))

    async def has_flag(self, scope: str, key: str) -> bool:
        """Is a flag set?"""
        return await self._in_thread(self._has, self._name("flag", scope, key))

    async def purge(self, now: datetime) -> None:
        """Removes what is over at a moment: old answers and claims of the dead."""
        await self._in_thread(self._run, sa.delete(_TABLE).where(_ROW.expires <= now.timestamp()))

    def close(self) -> None:
        """Closes the connections."""
        self._threads.shutdown()
        self._engine.dispose()

    async def _purge_now_and_then(self) -> None:
        now = self._clock()
        if now >= self._next_purge:
            self._next_purge = now + _PURGE_EVERY.total_seconds()
            await self.purge(datetime.fromtimestamp(now, timezone.utc))

    async def _produce(
        self,
        name: str,
        owner: str,
        produce: Callable[[], Awaitable[str]],
        keep: timedelta,
        purpose: str,
    ) -> str:
        mine = sa.and_(_ROW.name == name, _ROW.owner == owner)
        renewal = asyncio.ensure_future(self._renew(mine))
        try:
            answer = await produce()
        except BaseException:
            await self._in_thread(self._run, sa.delete(_TABLE).where(mine))
            raise
        finally:
            renewal.cancel()
        stored = {
            "answer": seal(answer, self._key, purpose),
            "owner": None,
            "expires": self._clock() + keep.total_seconds(),
        }
        await self._in_thread(self._run, sa.update(_TABLE).where(mine).values(stored))
        return answer

    async def _renew(self, mine: Any) -> None:
        while True:
            await asyncio.sleep(self._lease / 3)
            held = {"expires": self._clock() + self._lease}
            await self._in_thread(self._run, sa.update(_TABLE).where(mine).values(held))

    def _finished(self, task: asyncio.Task[str]) -> None:
        self._running.discard(task)
        # Reading the exception keeps asyncio from printing it where the caller has gone away.
        if not task.cancelled() and task.exception() is not None:
            logger.warning("an answer could not be made: %s", type(task.exception()).__name__)

    def _claim(self, name: str, scope: str, owner: str) -> bool:
        """Takes a key that is free or over; each step is a transaction of its own."""
        now = self._clock()
        values = {"owner": owner, "answer": None, "expires": now + self._lease}
        if self._insert({"name": name, "scope": scope, **values}):
            return True
        over = sa.and_(_ROW.name == name, _ROW.expires <= now)
        return self._run(sa.update(_TABLE).where(over).values(values)) == 1

    def _look(self, name: str, purpose: str) -> tuple[bool, str | None]:
        """May the key be claimed, and which answer does it have?"""
        query = sa.select(_ROW.answer).where(_ROW.name == name, _ROW.expires > self._clock())
        with self._engine.connect() as connection:
            row = connection.execute(query).first()
        if row is None or row.answer is None:
            return row is None, None
        answer = unseal(row.answer, self._key, purpose)
        if answer is None:  # sealed under another secret: nobody can read it any more
            self._run(sa.delete(_TABLE).where(_ROW.name == name))
        return answer is None, answer

    def _has(self, name: str) -> bool:
        holds = sa.or_(_ROW.expires.is_(None), _ROW.expires > self._clock())
        with self._engine.connect() as connection:
            row = connection.execute(sa.select(_ROW.name).where(_ROW.name == name, holds)).first()
        return row is not None

    def _insert(self, values: dict[str, Any]) -> bool:
        try:
            self._run(sa.insert(_TABLE).values(values))
        except IntegrityError:
            return False
        return True

    def _put(self, row: dict[str, Any]) -> None:
        with self._engine.begin() as connection:
            connection.execute(sa.delete(_TABLE).where(_ROW.name == row["name"]))
            connection.execute(sa.insert(_TABLE).values(row))

    def _forget(self, scope: str) -> None:
        self._run(sa.delete(_TABLE).where(_ROW.scope == scope))
        forget_leftovers(self._engine)

    async def _in_thread(self, function: Callable[..., _Result], *arguments: Any) -> _Result:
        # A database that another worker holds for a moment must not stop the whole event loop.
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._threads, partial(function, *arguments))

    def _run(self, statement: Any) -> int:
        with self._engine.begin() as connection:
            changed: int = connection.execute(statement).rowcount
        return changed

    def _name(self, kind: str, scope: str, key: str) -> str:
        return self._hashed(f"{kind}:{len(scope)}:{scope}:{key}")

    def _hashed(self, text: str) -> str:
        return hmac.new(self._secret, f"roi.state:{text}".encode(), hashlib.sha256).hexdigest()


def _engine(url: str) -> Engine:
    address = sa.engine.make_url(url)
    options: dict[str, Any] = {"future": True}
    if address.get_backend_name() == "sqlite":
        in_memory = address.database in (None, "", ":memory:")
        options["connect_args"] = {"check_same_thread": False, "timeout": 10}
        # One connection in memory, as each would be a database of its own.
        options["poolclass"] = sa.pool.StaticPool if in_memory else sa.pool.QueuePool
    engine = sa.create_engine(address, **options)
    tune(engine)
    return engine


def _make_table(engine: Engine) -> None:
    # Another worker may make it between the look and the making.
    with suppress(DBAPIError):
        _TABLE.metadata.create_all(engine)
    with engine.connect() as connection:
        connection.execute(sa.select(_ROW.name).limit(1)).all()
