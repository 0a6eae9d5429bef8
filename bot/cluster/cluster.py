"""The whole: services, workers, and what is done with them while people are being answered."""

from __future__ import annotations

import secrets
import shutil
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType

from bot.cluster.services import Nginx, PostgreSQL, Redis
from bot.cluster.workers import Worker

_HANDED_OVER = 1.0
"""Seconds after which nginx sends nothing more to a worker that it no longer knows."""


class Cluster:
    """PostgreSQL, Redis, nginx and workers on this machine; nothing of them outlasts it."""

    def __init__(
        self,
        workers: int = 2,
        *,
        host: str = "127.0.0.1",
        port: int = 0,
        model: Path | None = None,
        settings: Mapping[str, str] | None = None,
    ) -> None:
        """Starts nothing yet; use it as a context.

        Args:
            workers: How many.
            host: The interface to answer at.
            port: The port; 0 takes any that is free.
            model: Another model than that of the present data.
            settings: For the workers, besides those that make them a cluster.
        """
        self._count, self._model = workers, model
        self.folder = Path(tempfile.mkdtemp(prefix="roi-cluster-"))
        self.folder.chmod(0o711)  # nginx and PostgreSQL may run as users of their own
        self.postgresql = PostgreSQL(self.folder / "postgresql")
        self.redis = Redis(self.folder / "redis")
        self.nginx = Nginx(self.folder / "nginx", host, port)
        self.workers: list[Worker] = []
        self._started = 0
        self._settings = {
            "ROI_SECRET": secrets.token_hex(32),
            "ROI_DATABASE_URL": self.postgresql.url,
            "ROI_REDIS_URL": self.redis.url,
            "ROI_TRUSTED_PROXIES": "1",
            "ROI_VAR": str(self.folder),
            **(settings or {}),
        }

    def __enter__(self) -> Cluster:
        """Starts all of it and waits until it is ready.

        Raises:
            bot.cluster.programs.ClusterError: Something did not start.
        """
        try:
            self.postgresql.create()
            self.postgresql.start()
            self.redis.start()
            self.workers = [self._new_worker() for _ in range(self._count)]
            for worker in self.workers:
                worker.wait_until_ready()
            self.nginx.start(self._ports())
        except BaseException:
            self.__exit__(None, None, None)
            raise
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Stops all of it and removes its folder."""
        try:
            self.nginx.stop()
            for worker in self.workers:
                worker.process.terminate()
            for worker in self.workers:
                worker.stop()
            self.redis.stop()
            self.postgresql.end()
        finally:
            shutil.rmtree(self.folder, ignore_errors=True)

    @property
    def url(self) -> str:
        """The address that people open."""
        return self.nginx.url

    @property
    def secret(self) -> str:
        """What the workers sign and hash with."""
        return self._settings["ROI_SECRET"]

    def start_worker(self, model: Path | None = None) -> Worker:
        """One worker more; nginx sends it requests once it is ready.

        Args:
            model: Another model than the others have.
        """
        worker = self._new_worker(model)
        worker.wait_until_ready()
        self.workers.append(worker)
        self.nginx.send_to(self._ports())
        return worker

    def retire(self, worker: Worker) -> None:
        """One worker less, without a request lost.

        Args:
            worker: It answers what it has begun to.
        """
        self.workers.remove(worker)
        self.nginx.send_to(self._ports())
        time.sleep(_HANDED_OVER)
        worker.stop()

    def roll(self, model: Path | None = None) -> None:
        """Replaces each worker in turn: first the new one answers, then the old one leaves.

        Args:
            model: The new workers' model.
        """
        self._model = model or self._model
        for old in list(self.workers):
            self.start_worker()
            self.retire(old)

    def revive(self) -> int:
        """Starts workers in place of those that have died.

        Returns:
            How many.
        """
        dead = [worker for worker in self.workers if not worker.is_alive]
        for worker in dead:
            self.workers.remove(worker)
            self.start_worker()
        return len(dead)

    def _new_worker(self, model: Path | None = None) -> Worker:
        self._started += 1
        name = f"worker-{self._started}"
        return Worker(name, self.folder, self._settings, model or self._model)

    def _ports(self) -> list[int]:
        return [worker.port for worker in self.workers]
