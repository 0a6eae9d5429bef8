"""Starts a Redis server for a test, where this machine has one installed."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial

import redis

from bot.cluster.programs import free_port, wait_until


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
            wait_until(partial(_answers, port), "the start of Redis", pause=0.02)
            yield f"redis://127.0.0.1:{port}/0"
        finally:
            process.terminate()
            process.wait(timeout=20)


def _answers(port: int) -> bool:
    try:
        with redis.Redis(port=port) as client:
            return bool(client.ping())
    except redis.ConnectionError:
        return False
