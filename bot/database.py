"""Settings of the database that every connection of ours needs."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Engine


def tune(engine: Engine) -> None:
    """Prepares an engine and its connections; most of it only SQLite needs.

    Args:
        engine: Connections that it makes from now on, and the one it has, are tuned.
    """
    # The text of an error would hold the values that could not be written, and go into a log.
    engine.hide_parameters = True
    if engine.dialect.name == "sqlite":
        sa.event.listen(engine, "connect", _tune_sqlite)
        with engine.connect() as connection:
            _tune_sqlite(connection.connection, None)


def forget_leftovers(engine: Engine) -> None:
    """Empties SQLite's write-ahead log, where rows that have been deleted may still stand.

    Args:
        engine: Of the database that was deleted from.
    """
    if engine.dialect.name == "sqlite":
        with engine.connect() as connection:
            connection.execute(sa.text("PRAGMA wal_checkpoint(TRUNCATE)"))


def _tune_sqlite(connection: Any, _: object) -> None:
    cursor = connection.cursor()
    # A commit need not wait for the disk: write-ahead logging survives a killed process as it is.
    cursor.execute("PRAGMA journal_mode=WAL")
    cursor.execute("PRAGMA synchronous=NORMAL")
    # What is deleted is overwritten, not only unlinked.
    cursor.execute("PRAGMA secure_delete=ON")
    cursor.close()
