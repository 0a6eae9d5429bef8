"""Starts a PostgreSQL server for tests; `scripts/postgresql.sh` installs one where it can."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg2
import pytest

NONE_HERE = "no PostgreSQL on this machine; scripts/postgresql.sh says how to get one"


@dataclass
class Server:
    """A server of our own on a free port, that can be killed and started again."""

    programs: Path
    folder: Path
    port: int

    @property
    def url(self) -> str:
        """Its address for SQLAlchemy."""
        return self._url("postgres")

    def new_database(self) -> str:
        """An empty database; gives its address."""
        with socket.socket() as free:  # its port is a number that is nobody's
            free.bind(("127.0.0.1", 0))
            name = f"roi_{free.getsockname()[1]}"
        connection = psycopg2.connect(self.url)
        connection.autocommit = True
        with connection.cursor() as cursor:
            cursor.execute(f"CREATE DATABASE {name}")
        connection.close()
        return self._url(name)

    def start(self) -> None:
        """Starts it; after :meth:`kill` it mends itself from its log."""
        options = f"-p {self.port} -c listen_addresses=127.0.0.1 -k {self.folder}"
        self.run("pg_ctl", "-w", "-o", options, "-l", str(self.folder / "log"), "start")

    def kill(self) -> None:
        """Ends it as a crash does: no connection is told, nothing is written any more."""
        self.run("pg_ctl", "-w", "-m", "immediate", "stop")

    def run(self, program: str, *arguments: str) -> None:
        """Runs one of PostgreSQL's programs on this server's data."""
        # The server refuses to run as root.
        as_user = ["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []
        subprocess.run(
            [*as_user, str(self.programs / program), "-D", str(self.folder / "data"), *arguments],
            check=True,
            cwd=self.folder,
            stdout=subprocess.DEVNULL,
            timeout=120,
        )

    def _url(self, database: str) -> str:
        return f"postgresql://roi@127.0.0.1:{self.port}/{database}"


def find() -> Path | None:
    """The folder of PostgreSQL's programs; Debian keeps them off the path."""
    debian = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    on_path = shutil.which("initdb")
    found = debian[-1] if debian else (Path(on_path) if on_path else None)
    return found.parent if found is not None else None


@contextmanager
def running() -> Iterator[Server]:
    """A server; where there is none to start, the test is skipped, but fails under CI."""
    programs = find()
    if programs is None:
        if os.environ.get("CI"):
            pytest.fail(NONE_HERE)
        pytest.skip(NONE_HERE)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    folder = Path(tempfile.mkdtemp(prefix="roi-postgresql-"))
    if os.geteuid() == 0:
        shutil.chown(folder, "postgres")
    server = Server(programs, folder, port)
    try:
        server.run("initdb", "-U", "roi", "-A", "trust", "--no-sync")
        server.start()
        try:
            yield server
        finally:
            server.kill()
    finally:
        shutil.rmtree(folder, ignore_errors=True)
