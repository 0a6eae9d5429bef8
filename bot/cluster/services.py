"""PostgreSQL, Redis and nginx as processes of our own, on loopback, in a folder of their own."""

from __future__ import annotations

import shutil
import signal
import socket
import subprocess
from collections.abc import Iterable
from pathlib import Path
from string import Template

import redis

from bot.cluster.programs import ClusterError, end, free_port, is_root, program, wait_until
from bot.paths import PROJECT

_NGINX = PROJECT / "deploy" / "nginx"
_STOP_SECONDS = 20.0
_PATIENCE_SECONDS = 120.0


class PostgreSQL:
    """The database of conversations and shared state."""

    def __init__(self, folder: Path) -> None:
        """Args: where it stands; :meth:`create` makes it."""
        self._folder, self._port = folder, free_port()
        self.url = f"postgresql://roi@127.0.0.1:{self._port}/postgres"

    @property
    def pid(self) -> int:
        """Its first process."""
        return int((self._folder / "data" / "postmaster.pid").read_text().split()[0])

    def create(self) -> None:
        """Makes an empty database.

        Raises:
            ClusterError: PostgreSQL is not installed or cannot make it.
        """
        self._folder.mkdir()
        if is_root():
            shutil.chown(self._folder, "postgres")
        self._run("initdb", "-U", "roi", "-A", "trust", "-E", "UTF8", "--no-sync")

    def start(self) -> None:
        """Starts it; after :meth:`kill` it mends itself from its log."""
        options = f"-p {self._port} -c listen_addresses=127.0.0.1 -k {self._folder}"
        self._run("pg_ctl", "-w", "-o", options, "-l", str(self._folder / "log"), "start")

    def stop(self) -> None:
        """Stops it in good order: who is connected is sent away."""
        self._run("pg_ctl", "-w", "-m", "fast", "stop")

    def kill(self) -> None:
        """Ends it as a crash does: nothing is written any more."""
        self._run("pg_ctl", "-w", "-m", "immediate", "stop")

    def end(self) -> None:
        """Ends it if it runs; what it holds is not needed any more."""
        if (self._folder / "data" / "postmaster.pid").exists():
            self.kill()

    def _run(self, name: str, *arguments: str) -> None:
        as_user = ["runuser", "-u", "postgres", "--"] if is_root() else []
        command = [*as_user, str(program(name)), "-D", str(self._folder / "data"), *arguments]
        try:
            done = subprocess.run(
                command,
                cwd=self._folder,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.PIPE,
                text=True,
                timeout=_PATIENCE_SECONDS,
            )
        except subprocess.TimeoutExpired as error:
            raise ClusterError(f"{name} did not end in {_PATIENCE_SECONDS:.0f} seconds") from error
        if done.returncode != 0:
            raise ClusterError(f"{name} failed: {done.stderr.strip()}")


class Redis:
    """Locks and limits. What it holds survives a restart, but for the last second of a crash."""

    def __init__(self, folder: Path) -> None:
        """Args: where it stands; made here."""
        self._folder, self.port = folder, free_port()
        self._process: subprocess.Popen[bytes] | None = None
        folder.mkdir()
        self.url = f"redis://127.0.0.1:{self.port}/0"

    def start(self) -> None:
        """Starts it.

        Raises:
            ClusterError: It does not answer.
        """
        options = ["--bind", "127.0.0.1", "--dir", str(self._folder), "--save", ""]
        kept = ["--appendonly", "yes", "--appendfsync", "everysec"]
        command = [str(program("redis-server")), "--port", str(self.port), *options, *kept]
        with (self._folder / "log").open("ab") as log:
            self._process = subprocess.Popen(
                command, stdout=log, stderr=log, start_new_session=True
            )
        wait_until(self._answers, "the start of Redis")

    def stop(self) -> None:
        """Stops it in good order."""
        if self._process is not None:
            end(self._process, _STOP_SECONDS)

    def kill(self) -> None:
        """Ends it as a crash does."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()

    @property
    def pid(self) -> int:
        """Its process."""
        return self._process.pid if self._process is not None else 0

    def operations(self) -> int:
        """How many commands it has run since its start."""
        with redis.Redis.from_url(self.url) as client:
            return int(client.info("stats")["total_commands_processed"])

    def _answers(self) -> bool:
        try:
            with redis.Redis.from_url(self.url) as client:
                return bool(client.ping())
        except redis.RedisError:
            return False


class Nginx:
    """Shares requests out among the workers."""

    def __init__(self, folder: Path, host: str, port: int) -> None:
        """Args: where it stands, made here; the interface and port to answer at."""
        self._folder, self._listen = folder, f"{host}:{port or free_port()}"
        self._process: subprocess.Popen[bytes] | None = None
        folder.mkdir()
        self.url = f"http://{self._listen}"

    def start(self, workers: Iterable[int]) -> None:
        """Starts it.

        Args:
            workers: The ports of the workers.

        Raises:
            ClusterError: Its configuration is wrong, or its port is taken.
        """
        self._write(workers)
        command = [*self._command(), "-g", "daemon off;"]
        self._process = subprocess.Popen(command, stderr=subprocess.DEVNULL, start_new_session=True)
        # Its file with the process number stands there since the configuration was tested.
        wait_until(lambda: self._answers() or self._has_ended(), "the start of nginx")
        if self._has_ended():
            log = (self._folder / "error.log").read_text(encoding="utf-8").strip()
            raise ClusterError(f"nginx did not start: {log}")

    def _answers(self) -> bool:
        host, _, port = self._listen.rpartition(":")
        try:
            socket.create_connection((host, int(port)), timeout=1).close()
        except OSError:
            return False
        return True

    @property
    def pid(self) -> int:
        """Its first process."""
        return self._process.pid if self._process is not None else 0

    def send_to(self, workers: Iterable[int]) -> None:
        """Sends new requests to other workers; those under way end where they are.

        Args:
            workers: The ports of the workers.

        Raises:
            ClusterError: The configuration is wrong.
        """
        self._write(workers)
        if self._process is not None:
            self._process.send_signal(signal.SIGHUP)

    def stop(self) -> None:
        """Stops it; requests under way are answered first."""
        if self._process is not None and self._process.poll() is None:
            self._process.send_signal(signal.SIGQUIT)
            try:
                self._process.wait(timeout=_STOP_SECONDS)
            except subprocess.TimeoutExpired:
                end(self._process, 1.0)

    def _write(self, workers: Iterable[int]) -> None:
        servers = [f"server 127.0.0.1:{port} max_fails=1 fail_timeout=2s;" for port in workers]
        settings = {
            "FRONT_FOLDER": str(self._folder),
            "FRONT_ACCESS_LOG": str(self._folder / "access.log"),
            "FRONT_LISTEN": self._listen,
            "FRONT_UPSTREAM": "\n    ".join(servers),
        }
        for source, target in (("roi", "roi.conf"), ("local", "nginx.conf")):
            text = (_NGINX / f"{source}.conf.template").read_text(encoding="utf-8")
            # In one step: nginx may still be reading for the change before this one, and half a
            # file is valid too: it has no server, so that nginx would close its port.
            aside = self._folder / f"{target}.new"
            aside.write_text(Template(text).safe_substitute(settings), encoding="utf-8")
            aside.replace(self._folder / target)
        tested = subprocess.run([*self._command(), "-t", "-q"], capture_output=True, text=True)
        if tested.returncode != 0:
            raise ClusterError(f"the configuration of nginx is wrong: {tested.stderr.strip()}")

    def _command(self) -> list[str]:
        folder = str(self._folder)
        return [str(program("nginx")), "-p", folder, "-c", f"{folder}/nginx.conf"]

    def _has_ended(self) -> bool:
        return self._process is not None and self._process.poll() is not None
