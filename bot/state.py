"""What workers share beside the conversations: answers given once, values kept for a time, flags.

It stands in the conversations' database, so it survives a restart. Keys are stored only as a keyed
hash: a phone number or session id cannot be read from it, nor guessed without the server's secret.
The ids of conversations are made here as well, with the same key, and values are sealed
(:mod:`bot.privacy.sealing`).
"""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import logging
import secrets
import time
from collections.abc import Awaitable, Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from functools import partial
from typing import Any, TypeVar

import sqlalchemy as sa
from sqlalchemy.engine import URL
from sqlalchemy.exc import IntegrityError, SQLAlchemyError

from bot.data_key import data_key
from bot.database import forget_leftovers, make_tables, open_engine
from bot.prepared import Prepared
from bot.privacy.sealing import seal, unseal

logger = logging.getLogger(__name__)

LEASE = timedelta(seconds=6)
"""How long a claim holds that nobody renews: its owner has died by then."""

PATIENCE = timedelta(seconds=30)
"""How long a second caller waits for the first; longer than a lease, so that it can take over."""

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
_NOW = sa.bindparam("now")
_FIND_FLAG = Prepared(
    sa.select(_ROW.name).where(
        _ROW.name == sa.bindparam("name"), sa.or_(_ROW.expires.is_(None), _ROW.expires > _NOW)
    )
)

_Result = TypeVar("_Result")


class StillBusyError(RuntimeError):
    """Whoever claimed a key first has not finished in time."""


class SharedState:
    """Answers that are given once for a key, and flags, shared by all workers."""

    def __init__(
        self,
        url: URL | str,
        secret: str,
        *,
        old_secrets: Sequence[str] = (),
        lease: timedelta = LEASE,
        patience: timedelta = PATIENCE,
        clock: Callable[[], float] = time.time,
    ) -> None:
        """Opens the store and makes its table where there is none.

        Args:
            url: SQLAlchemy's address of the database; `sqlite://` keeps it in memory.
            secret: The server's; it opens the key that people are hashed with.
            old_secrets: Former ones, which may still have to open it.
            lease: How long a claim holds unrenewed.
            patience: How long a second caller waits.
            clock: Seconds since 1970; the same for all workers.

        Raises:
            bot.database.DatabaseError: The database cannot be used.
            bot.server_secrets.SettingsError: The database belongs to another secret.
        """
        self._engine = open_engine(url)
        # SQLite takes one writer at a time; its connection in memory bears one thread at a time.
        sqlite = self._engine.dialect.name == "sqlite"
        self._threads = ThreadPoolExecutor(1 if sqlite else 4, thread_name_prefix="roi-state")
        self._key = data_key(self._engine, (secret, *old_secrets))
        self._sealing = self._key.hex()
        self._lease, self._patience, self._clock = lease.total_seconds(), patience, clock
        self._running: set[asyncio.Task[str]] = set()
        make_tables(self._engine, _TABLE.metadata)

    def sender(self, channel: str, identity: str) -> str:
        """The id of somebody's conversation: nothing else of them stands in the database.

        Args:
            channel: The channel's name.
            identity: What the channel knows them by: a phone number, a session's id.
        """
        named = f"roi.sender:{channel}:{identity}".encode()
        return f"{channel}:{hmac.new(self._key, named, hashlib.sha256).hexdigest()}"

    def message_id(self, sender: str, key: str) -> str:
        """An id for a message, the same each time that it arrives.

        Args:
            sender: Whose it is.
            key: What the channel knows it by.
        """
        return self._hashed(f"message:{len(sender)}:{sender}:{key}")[:32]

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
        sealed = seal(value, self._sealing, f"value:{scope}:{key}")
        await self._in_thread(self._put, {**row, "answer": sealed, "expires": expires})

    async def get(self, scope: str, key: str) -> str | None:
        """The value kept under a key; None where there is none, or no longer."""
        name = self._name("value", scope, key)
        _, value = await self._in_thread(self._look, name, f"value:{scope}:{key}")
        return value

    async def forget(self, scope: str) -> int:
        """Removes a scope's answers, really: nothing of them stays in the database's files.

        Returns:
            How many they were.
        """
        return await self._in_thread(self._forget, self._hashed(scope))

    async def kept(self, scope: str) -> list[float]:
        """Until when each of a scope's answers and values is kept, in seconds since 1970."""
        return await self._in_thread(self._kept, self._hashed(scope))

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

    async def purge(self, longest: timedelta) -> int:
        """Removes what is over: old answers, claims of the dead, flags whose time has passed.

        Args:
            longest: What is kept for longer is left from a clock that has been set back since.

        Returns:
            How many they were.
        """
        return await self._in_thread(self._purge, longest.total_seconds())

    def close(self) -> None:
        """Closes the connections."""
        self._threads.shutdown()
        self._engine.dispose()

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
        except (Exception, asyncio.CancelledError):
            # Not for GeneratorExit: the garbage collector brings that, and whoever submits to
            # threads from within it may wait for ever for a lock that is his own.
            await self._in_thread(self._run, sa.delete(_TABLE).where(mine))
            raise
        finally:
            renewal.cancel()
        stored = {
            "answer": seal(answer, self._sealing, purpose),
            "owner": None,
            "expires": self._clock() + keep.total_seconds(),
        }
        await self._in_thread(self._run, sa.update(_TABLE).where(mine).values(stored))
        return answer

    async def _renew(self, mine: Any) -> None:
        while True:
            await asyncio.sleep(self._lease / 3)
            held = {"expires": self._clock() + self._lease}
            try:
                await self._in_thread(self._run, sa.update(_TABLE).where(mine).values(held))
            except SQLAlchemyError as error:
                logger.warning("a claim could not be renewed: %s", type(error).__name__)

    def _finished(self, task: asyncio.Task[str]) -> None:
        self._running.discard(task)
        # Reading the exception keeps asyncio from printing it where the caller has gone away.
        if not task.cancelled() and task.exception() is not None:
            logger.warning("an answer could not be made: %s", type(task.exception()).__name__)

    def _purge(self, longest: float) -> int:
        now = self._clock()
        last = now + longest
        self._run(sa.update(_TABLE).where(_ROW.expires > last).values(expires=last))
        gone = self._run(sa.delete(_TABLE).where(_ROW.expires <= now))
        if gone:
            forget_leftovers(self._engine)
        return gone

    def _claim(self, name: str, scope: str, owner: str) -> bool:
        """Takes a key that is free or over; each step is a transaction of its own."""
        now = self._clock()
        values = {"owner": owner, "answer": None, "expires": now + self._lease}
        if self._insert({"name": name, "scope": scope, **values}):
            return True
        too_far = sa.and_(_ROW.owner.is_not(None), _ROW.expires > now + 2 * self._lease)
        over = sa.and_(_ROW.name == name, sa.or_(_ROW.expires <= now, too_far))
        return self._run(sa.update(_TABLE).where(over).values(values)) == 1

    def _look(self, name: str, purpose: str) -> tuple[bool, str | None]:
        """May the key be claimed, and which answer does it have?"""
        query = sa.select(_ROW.answer, _ROW.owner, _ROW.expires).where(_ROW.name == name)
        with self._engine.connect() as connection:
            row = connection.execute(query).first()
        if row is None or self._is_over(row):
            return True, None
        if row.answer is None:
            return False, None
        answer = unseal(row.answer, self._sealing, purpose)
        if answer is None:  # sealed under another key: nobody can read it any more
            self._run(sa.delete(_TABLE).where(_ROW.name == name))
        return answer is None, answer

    def _is_over(self, row: Any) -> bool:
        """Has its time passed? A claim's also where it ends far in the future.

        Such a one is left from a clock that has been set back since.
        """
        left = row.expires - self._clock()
        return bool(left <= 0 or (row.owner is not None and left > 2 * self._lease))

    def _has(self, name: str) -> bool:
        with self._engine.connect() as connection:
            return _FIND_FLAG(connection, name=name, now=self._clock()).first() is not None

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

    def _forget(self, scope: str) -> int:
        gone = self._run(sa.delete(_TABLE).where(_ROW.scope == scope))
        forget_leftovers(self._engine)
        return gone

    def _kept(self, scope: str) -> list[float]:
        mine = sa.and_(_ROW.scope == scope, _ROW.answer.is_not(None))
        query = sa.select(_ROW.expires).where(mine).order_by(_ROW.expires)
        with self._engine.connect() as connection:
            return list(connection.execute(query).scalars())

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
        return hmac.new(self._key, f"roi.state:{text}".encode(), hashlib.sha256).hexdigest()
