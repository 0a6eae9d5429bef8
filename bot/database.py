"""Which database conversations are kept in, and how every connection of ours is made."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import URL, Connection, Engine
from sqlalchemy.exc import ArgumentError, DBAPIError, SQLAlchemyError

from bot.paths import VAR

SETTING = "ROI_DATABASE_URL"
IN_MEMORY = "sqlite://"

CONNECT_SECONDS = 3
"""How long a connection to PostgreSQL may take to make; a person is waiting."""

STATEMENT_SECONDS = 5
"""How long a statement may take; ours take milliseconds."""

_POOL = 5
_POOL_SECONDS = 5
_RECYCLE_SECONDS = 30 * 60
_SQLITE_BUSY_SECONDS = 5
_TABLES_LOCK = 0x524F49  # any number that is ours alone
_EXAMPLES = "postgresql://user@host/database or sqlite:////var/lib/roi/roi.db"


class DatabaseError(RuntimeError):
    """The database cannot be used; the message says why, how to mend it, and no password."""


def database_url(file: Path | None = None, environment: Mapping[str, str] = os.environ) -> URL:
    """The configured database.

    Args:
        file: A SQLite file that was asked for; it counts more than the environment.
        environment: Where ROI_DATABASE_URL stands; without it, a SQLite file in `var`.

    Raises:
        DatabaseError: The setting is no address that we can use.
    """
    given = environment.get(SETTING, "").strip()
    if file is not None or not given:
        path = (file or VAR / "roi.db").absolute()
        return URL.create("sqlite", database=str(path))
    return parse_url(given)


def parse_url(given: str) -> URL:
    """An SQLAlchemy address, if it is one that we can use.

    Raises:
        DatabaseError: It is not.
    """
    # The message names nothing of what was given but its scheme: the rest may be a password.
    try:
        url = sa.engine.make_url(given)
        backend, driver = url.get_backend_name(), url.get_dialect().driver
    except (ArgumentError, ValueError, ModuleNotFoundError) as error:
        scheme = given.partition("://")[0]
        named = f" `{scheme}`" if "://" in given and scheme.replace("+", "").isalnum() else ""
        raise DatabaseError(
            f"{SETTING} names a database{named} that is not known; write {_EXAMPLES}"
        ) from error
    if (backend, driver) not in (("sqlite", "pysqlite"), ("postgresql", "psycopg2")):
        raise DatabaseError(
            f"{SETTING}: `{backend}` with `{driver}` is not supported; write {_EXAMPLES}"
        )
    if backend == "postgresql" and not url.database:
        raise DatabaseError(f"{SETTING} names no database; write {_EXAMPLES}")
    return url


def open_engine(address: URL | str) -> Engine:
    """Connections to a database, with limits on how long anything may take.

    Args:
        address: SQLAlchemy's; `sqlite://` keeps all in memory.

    Raises:
        DatabaseError: It cannot be reached or used.
    """
    url = parse_url(address) if isinstance(address, str) else address
    # The text of an error would hold the values that could not be written, and go into a log.
    options: dict[str, Any] = {"future": True, "hide_parameters": True}
    if url.get_backend_name() == "sqlite":
        options.update(_sqlite_options(url))
    else:
        options.update(_postgresql_options(url))
    with explained(url):
        engine = sa.create_engine(url, **options)
        if engine.dialect.name == "sqlite":
            sa.event.listen(engine, "connect", _tune_sqlite)
        with engine.connect() as connection:
            connection.execute(sa.text("SELECT 1"))
    return engine


def make_tables(engine: Engine, tables: sa.MetaData) -> None:
    """Makes the tables that are not there yet; other workers may do the same at this moment.

    Args:
        engine: Of the database.
        tables: What must be there.

    Raises:
        DatabaseError: They cannot be made.
    """
    with one_at_a_time(engine) as connection:
        tables.create_all(connection)


@contextmanager
def one_at_a_time(engine: Engine) -> Iterator[Connection]:
    """A transaction that no other worker takes at the same time; for what is done at the start.

    Args:
        engine: Of the database.

    Raises:
        DatabaseError: The database cannot be used.
    """
    with explained(engine.url), engine.begin() as connection:
        if engine.dialect.name == "postgresql":
            connection.execute(sa.select(sa.func.pg_advisory_xact_lock(_TABLES_LOCK)))
        else:
            connection.execute(sa.text("BEGIN IMMEDIATE"))
        yield connection


def forget_leftovers(engine: Engine) -> None:
    """Empties SQLite's write-ahead log, where rows that have been deleted may still stand.

    Args:
        engine: Of the database that was deleted from.
    """
    if engine.dialect.name == "sqlite":
        with engine.connect() as connection:
            connection.execute(sa.text("PRAGMA wal_checkpoint(TRUNCATE)"))


def shown(url: URL) -> str:
    """An address for people and logs: without password, and without options that may be one."""
    return str(url.set(query={}).render_as_string(hide_password=True))


@contextmanager
def explained(url: URL) -> Iterator[None]:
    """Turns a database's complaints into one line that is fit for a log.

    Args:
        url: The database's address.

    Raises:
        DatabaseError: Something went wrong inside.
    """
    try:
        yield
    except (OSError, SQLAlchemyError) as error:
        raise DatabaseError(
            f"the database {shown(url)} cannot be used ({_reason(error)}); {_mend(url)}"
        ) from error


def _reason(error: Exception) -> str:
    """The driver's first line; statements and their values, which follow, are left out."""
    original = error.orig if isinstance(error, DBAPIError) else error
    lines = [line.strip() for line in str(original).splitlines() if line.strip()]
    return lines[0] if lines else type(error).__name__


def _mend(url: URL) -> str:
    if url.get_backend_name() == "sqlite":
        return "its folder and file must be writable, and the file a SQLite database"
    return f"check that it runs, and {SETTING}"


def _sqlite_options(url: URL) -> dict[str, Any]:
    in_memory = url.database in (None, "", ":memory:")
    if not in_memory:
        with explained(url):
            Path(url.database).parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    return {
        "connect_args": {"check_same_thread": False, "timeout": _SQLITE_BUSY_SECONDS},
        # One connection in memory, as each would be a database of its own.
        "poolclass": sa.pool.StaticPool if in_memory else sa.pool.QueuePool,
    }


def _postgresql_options(url: URL) -> dict[str, Any]:
    """What the address itself sets (`?connect_timeout=10`) counts more."""
    limits = f"-c statement_timeout={STATEMENT_SECONDS}s -c lock_timeout={STATEMENT_SECONDS}s"
    wanted = {
        "application_name": "roi",
        "connect_timeout": CONNECT_SECONDS,
        "options": f"{limits} -c idle_in_transaction_session_timeout=60s",
        # A server that vanished without a word is noticed in seconds, not in hours.
        "keepalives_idle": 10,
        "keepalives_interval": 3,
        "keepalives_count": 3,
        "tcp_user_timeout": 10_000,
    }
    return {
        "connect_args": {name: value for name, value in wanted.items() if name not in url.query},
        "pool_size": _POOL,
        "max_overflow": _POOL,
        "pool_timeout": _POOL_SECONDS,
        "pool_recycle": _RECYCLE_SECONDS,
        "pool_pre_ping": True,  # a connection that a restart of the server has cut is made anew
    }


def _tune_sqlite(connection: Any, _: object) -> None:
    cursor = connection.cursor()
    # A commit need not wait for the disk: write-ahead logging survives a killed process as it is.
    cursor.execute("PRAGMA journal_mode=WAL")
    cursor.execute("PRAGMA synchronous=NORMAL")
    # What is deleted is overwritten, not only unlinked.
    cursor.execute("PRAGMA secure_delete=ON")
    cursor.close()
