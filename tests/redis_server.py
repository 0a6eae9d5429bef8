"""Starts a Redis server for a test, where this machine has one installed."""

from __future__ import annotations

import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager

import redis


def find() -> str | None:
    """The programme, if it is installed."""
    return shutil.which("redis-server")


@contextmanager
def running(programme: str, port: int | None = None) -> Iterator[str]:
    """A server of our own on a free port, or a given one; gives its address."""
    port = port or free_port()
    with tempfile.TemporaryDirectory(prefix="roi-redis-") as folder:
        options = ["--bind", "127.0.0.1", "--dir", folder, "--save", ""]
        process = subprocess.Popen(
            [programme, "--port", str(port), *options], stdout=subprocess.DEVNULL
        )
        try:
            wait(port)
            yield f"redis://127.0.0.1:{port}/0"
        finally:
            process.terminate()
            process.wait(timeout=20)


def wait(port: int) -> None:
    give_up = time.monotonic() + 20
    while True:
        try:
            with redis.Redis(port=port) as client:
                client.ping()
                return
        except redis.ConnectionError:
            assert time.monotonic() < give_up, "Redis did not start"
            time.sleep(0.02)


def free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])
