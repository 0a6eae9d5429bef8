"""A real `roi serve` that can be killed and started again at the same address."""

from __future__ import annotations

import signal
import socket
from pathlib import Path

from tests.http.clients import Server, start, wait_until_ready
from tests.http.conftest import UNLIMITED


class Restartable:
    """The server, its address and what it has written."""

    def __init__(self, folder: Path, **settings: str) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.folder, self.settings = folder, {**UNLIMITED, **settings}
        self.log: list[str] = []
        self.start()

    def start(self) -> None:
        self.process = start(self.folder, "--port", str(self.port), **self.settings)
        try:
            url = wait_until_ready(self.process, self.log)
        except BaseException:
            self.process.kill()
            raise
        self.server = Server(url, self.log, self.process, self.folder / "roi.db")

    def kill(self) -> None:
        self.process.send_signal(signal.SIGKILL)
        self.process.wait(timeout=30)

    def stop(self) -> None:
        self.process.terminate()
        try:
            assert self.process.wait(timeout=60) == 0, "asked to stop, it must end in good order"
        finally:
            self.process.kill()
