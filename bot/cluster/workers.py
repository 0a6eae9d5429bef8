"""One worker: `roi serve` as a process of its own."""

from __future__ import annotations

import os
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Mapping
from pathlib import Path

from bot.cluster.programs import ClusterError, end, free_port, wait_until
from bot.paths import PROJECT

READY_SECONDS = 600.0
"""How long a worker may take until it has answered a question in each language."""

STOP_SECONDS = 20.0
"""How long a worker may take to answer what it has begun to."""


class Worker:
    """A process that answers at a port of its own."""

    def __init__(
        self, name: str, folder: Path, settings: Mapping[str, str], model: Path | None = None
    ) -> None:
        """Starts it; it is not ready yet.

        Args:
            name: Of its log.
            folder: Where its log stands.
            settings: Its environment, besides our own.
            model: Another model than that of the present data.
        """
        self.name, self.port, self.metrics_port = name, free_port(), free_port()
        self.log = folder / f"{name}.log"
        command = [sys.executable, "-m", "bot.cli", "serve", "--port", str(self.port)]
        if model is not None:
            command += ["--model", str(model)]
        environment = {**os.environ, **settings, "ROI_METRICS_PORT": str(self.metrics_port)}
        with self.log.open("ab") as log:
            # In a session of its own, so that Ctrl+C reaches us alone and we stop it in order.
            self.process = subprocess.Popen(
                command,
                cwd=PROJECT,
                env=environment,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

    def wait_until_ready(self) -> None:
        """Waits until it can answer.

        Raises:
            ClusterError: It has ended, or takes too long.
        """
        started = "a worker's start"
        wait_until(lambda: self._is_ready() or not self.is_alive, started, READY_SECONDS, 0.3)
        if not self.is_alive:
            said = self.log.read_text(encoding="utf-8", errors="replace").strip()
            raise ClusterError(f"a worker did not start: {said[-2000:]}")

    @property
    def is_alive(self) -> bool:
        """Does the process run?"""
        return self.process.poll() is None

    def kill(self) -> None:
        """Ends it as a crash does."""
        self.process.kill()
        self.process.wait()

    def stop(self) -> None:
        """Lets it answer what it has begun to, then ends it."""
        end(self.process, STOP_SECONDS)

    def memory(self) -> int:
        """Its resident memory in bytes, where the system tells (Linux)."""
        pages = Path(f"/proc/{self.process.pid}/statm").read_text(encoding="ascii").split()[1]
        return int(pages) * os.sysconf("SC_PAGE_SIZE")

    def _is_ready(self) -> bool:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/ready", timeout=30):
                return True
        except (urllib.error.URLError, OSError):
            return False
