"""Statements that are put together once.

SQLAlchemy takes longer to put a statement together than SQLite takes to answer it, and does so in
every turn; its own cache of them spares half of that.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection


class Prepared:
    """A statement with named parameters, for any kind of database."""

    def __init__(self, statement: Any) -> None:
        """Args: made of SQLAlchemy's expressions; parameters are its `bindparam`."""
        self._statement = statement
        self._compiled: dict[str, Any] = {}

    def __call__(self, connection: Connection, **values: Any) -> sa.engine.CursorResult:
        """Runs it.

        Args:
            connection: To the database.
            values: All its parameters, by name.
        """
        compiled = self._for(connection)
        given: Mapping[str, Any] = compiled.construct_params(values)
        # Drivers know parameters by position or by name.
        parameters = (
            tuple(given[name] for name in compiled.positiontup) if compiled.positional else given
        )
        return connection.exec_driver_sql(compiled.string, parameters)

    def _for(self, connection: Connection) -> Any:
        dialect = connection.dialect
        known = self._compiled.get(dialect.name)
        if known is None:
            known = self._compiled[dialect.name] = self._statement.compile(dialect=dialect)
        return known
