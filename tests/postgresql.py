"""A PostgreSQL server for tests; `scripts/services.sh` installs one where it can."""

from __future__ import annotations

import os
import secrets
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg2
import pytest

from bot.cluster.programs import ClusterError, program
from bot.cluster.services import PostgreSQL


class Server(PostgreSQL):
    """A server of our own on a free port, that can be killed and started again."""

    def new_database(self) -> str:
        """An empty database; gives its address."""
        name = f"roi_{secrets.token_hex(8)}"
        connection = psycopg2.connect(self.url)
        connection.autocommit = True
        with connection.cursor() as cursor:
            cursor.execute(f"CREATE DATABASE {name}")
        connection.close()
        return f"{self.url.rpartition('/')[0]}/{name}"


@contextmanager
def running() -> Iterator[Server]:
    """A server; where there is none to start, the test is skipped, but fails under CI."""
    try:
        program("initdb")
    except ClusterError as error:
        if os.environ.get("CI"):
            pytest.fail(str(error))
        pytest.skip(str(error))
    folder = Path(tempfile.mkdtemp(prefix="roi-postgresql-"))
    folder.chmod(0o711)  # the server may run as a user of its own
    server = Server(folder / "server")
    try:
        server.create()
        server.start()
        yield server
    finally:
        server.end()
        shutil.rmtree(folder, ignore_errors=True)
