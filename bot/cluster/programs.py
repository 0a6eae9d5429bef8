"""The programmes that a cluster on this machine needs beside our own, and processes of them."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

START_SECONDS = 30.0
"""How long PostgreSQL, Redis or nginx may take to start; they take less than two."""


class ClusterError(RuntimeError):
    """The cluster cannot run; the message says what is missing or failed."""


def program(name: str) -> Path:
    """Where a programme stands; Debian keeps those of PostgreSQL and nginx off the path.

    Raises:
        ClusterError: It is not installed.
    """
    debian = sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"))
    places = [*debian[-1:], Path("/usr/sbin") / name]
    found = shutil.which(name) or next((str(p) for p in places if p.is_file()), None)
    if found is None:
        raise ClusterError(f"{name} is not installed; scripts/services.sh installs what is needed")
    return Path(found)


def free_port() -> int:
    """A port of the loopback interface that nobody uses."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


def wait_until(
    is_so: Callable[[], bool], what: str, seconds: float = START_SECONDS, pause: float = 0.05
) -> None:
    """Waits until something is so.

    Args:
        is_so: Looks.
        what: What is waited for, for the message.
        seconds: How long.
        pause: Seconds between two looks.

    Raises:
        ClusterError: It did not become so.
    """
    give_up = time.monotonic() + seconds
    while not is_so():
        if time.monotonic() > give_up:
            raise ClusterError(f"{what} took longer than {seconds:.0f} seconds")
        time.sleep(pause)


def end(process: subprocess.Popen[bytes], seconds: float) -> None:
    """Asks a process to stop, and makes it stop if it does not."""
    if process.poll() is None:
        process.terminate()
        try:
            process.wait(timeout=seconds)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def is_root() -> bool:
    """Are we root, as whom PostgreSQL refuses to run?"""
    return os.geteuid() == 0
