"""Servers started as people start them, spoken to over HTTP and measured from outside."""

from __future__ import annotations

import asyncio
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Any, Protocol

import aiohttp

from benchmarks.rasa_default.project import write_endpoints
from benchmarks.rasa_default.training import FOLDER, environment
from benchmarks.said import Messages, Step, one_after_another, scenes
from bot.cluster.programs import free_port
from bot.paths import PROJECT, VAR

TURNS = (1, 5, 10, 50, 100)
_LAST = 110
"""The last turn of a long conversation."""

_START_TIMEOUT = 600.0


class Talk(Protocol):
    """One conversation with a server."""

    async def say(self, text: str) -> None:
        """Sends a message and reads the whole answer; raises where there is none."""
        ...

    async def choose(self, title: str) -> None:
        """Picks a choice of the last answer, or says its title where there are no choices."""
        ...


@dataclass
class Served:
    """A running server.

    Attributes:
        name: For the table.
        url: Where it answers.
        pids: Its processes, the one that talks first.
        started: When it was started.
        alive: A path that costs nothing and shows whether the event loop turns.
    """

    name: str
    url: str
    pids: list[int]
    started: float
    alive: str

    def memory(self, first_only: bool = False) -> float:
        """Resident megabytes."""
        return sum(_resident(pid) for pid in (self.pids[:1] if first_only else self.pids))

    def talk(self, http: aiohttp.ClientSession, number: int) -> Talk:
        """A new conversation."""
        return (_Ours if self.name == "ours" else _Rest)(http, self.url, number)


class _Ours:
    """The web chat's JSON messages; the cookie keeps the session."""

    def __init__(self, http: aiohttp.ClientSession, url: str, number: int) -> None:
        self._http, self._url, self._cookies = http, url, {}
        self._choices: dict[str, str] = {}

    async def say(self, text: str) -> None:
        await self._send({"text": text})

    async def choose(self, title: str) -> None:
        choice = self._choices.get(title)
        await self._send({"text": title} if choice is None else {"choice": choice})

    async def _send(self, body: dict[str, str]) -> None:
        async with self._http.post(
            f"{self._url}/webhooks/web/messages", json=body, cookies=self._cookies
        ) as answer:
            said = await answer.json()
            assert answer.status == 200 and said["messages"], said
            self._cookies = {name: morsel.value for name, morsel in answer.cookies.items()}
            self._choices = {each["title"]: each["id"] for each in said["messages"][-1]["choices"]}


class _Rest:
    """Rasa's REST channel."""

    def __init__(self, http: aiohttp.ClientSession, url: str, number: int) -> None:
        self._http, self._url, self._sender = http, url, f"bench-{number}"

    async def say(self, text: str) -> None:
        body = {"sender": self._sender, "message": text}
        async with self._http.post(f"{self._url}/webhooks/rest/webhook", json=body) as answer:
            assert answer.status == 200 and await answer.json()

    async def choose(self, title: str) -> None:
        await self.say(title)


@contextmanager
def ours() -> Iterator[Served]:
    """`roi serve` with a database file, as `make run` starts it."""
    with tempfile.TemporaryDirectory() as folder:
        port = free_port()
        names = ("ROI_SESSION_LIMIT", "ROI_ADDRESS_LIMIT", "ROI_CONVERSATION_LIMIT")
        limits = dict.fromkeys(names, "1000000")
        command = [sys.executable, "-m", "bot.cli", "serve", "--port", str(port)]
        command += ["--database", str(Path(folder) / "bench.db")]
        VAR.mkdir(exist_ok=True)
        with _running(command, PROJECT, {**os.environ, **limits}) as process:
            served = Served(
                "ours", f"http://127.0.0.1:{port}", [process.pid], time.perf_counter(), "/health"
            )
            yield served


@contextmanager
def rasa_default(model: Path) -> Iterator[Served]:
    """`rasa run` beside `rasa run actions`, with the REST channel and conversations in memory."""
    port, actions_port = free_port(), free_port()
    write_endpoints(FOLDER, actions_port)
    rasa = str(Path(sys.executable).with_name("rasa"))
    module = "benchmarks.rasa_default.actions"
    actions = [rasa, "run", "actions", "--actions", module, "-p", str(actions_port)]
    talks = [rasa, "run", "-i", "127.0.0.1", "-p", str(port), "-m", str(model)]
    talks += ["--endpoints", "endpoints.yml", "--credentials", "credentials.yml"]
    settings = environment(FOLDER)
    with _running(actions, FOLDER, settings) as helper, _running(talks, FOLDER, settings) as server:
        pids = [server.pid, helper.pid]
        yield Served("default", f"http://127.0.0.1:{port}", pids, time.perf_counter(), "/")


@contextmanager
def _running(command: Sequence[str], folder: Path, env: dict[str, str]) -> Iterator[Any]:
    process = subprocess.Popen(
        command, cwd=folder, env=env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        yield process
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(30)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _resident(pid: int) -> float:
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmRSS"):
            return int(line.split()[1]) / 1024
    raise RuntimeError(f"process {pid} has no resident memory")


@dataclass(frozen=True)
class Load:
    """What so many conversations at once brought.

    Attributes:
        conversations: How many.
        seconds: Of all turns.
        lasted: Seconds that all of it took.
        silence: The longest time in which the server did not answer the simplest request.
    """

    conversations: int
    seconds: list[float]
    lasted: float
    silence: float

    @property
    def throughput(self) -> float:
        """Turns a second."""
        return len(self.seconds) / self.lasted

    def __add__(self, more: Load) -> Load:
        """Both together."""
        return Load(
            self.conversations,
            self.seconds + more.seconds,
            self.lasted + more.lasted,
            max(self.silence, more.silence),
        )


async def first_answer(served: Served) -> float:
    """Seconds from the start to the first answer."""
    async with aiohttp.ClientSession() as http:
        while True:
            if time.perf_counter() - served.started > _START_TIMEOUT:
                raise RuntimeError(f"{served.name} does not answer")
            try:
                await served.talk(http, 0).say("hello")
            except (aiohttp.ClientError, AssertionError, OSError):
                await asyncio.sleep(0.05)
            else:
                return time.perf_counter() - served.started


async def fresh(served: Served, messages: Messages, numbers: range, turns: int) -> list[float]:
    """Seconds of each turn of many short conversations, one after the other, in all languages.

    Args:
        served: The server.
        messages: What to say.
        numbers: Of the conversations; none may come twice.
        turns: Of each conversation.
    """
    found = []
    async with aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar()) as http:
        for number in numbers:
            talk = served.talk(http, 1000 + number)
            for _ in range(turns):
                found.append(await _taken(talk, (False, messages.take(messages.codes(number)))))
    return found


async def mixed(served: Served, numbers: range) -> list[float]:
    """Seconds of each turn of conversations as people hold them, in all languages.

    They are those of tests/conversations that go well, go on, come back or are corrected:
    sentences, short answers, choices picked. None comes twice, but people say the same things.

    Args:
        served: The server.
        numbers: Which of them.
    """
    found, held = [], scenes()
    async with aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar()) as http:
        for number in numbers:
            talk = served.talk(http, 3000 + number)
            for step in held[number % len(held)][1]:
                found.append(await _taken(talk, step))
    return found


async def long(served: Served, numbers: range) -> dict[int, list[float]]:
    """The seconds of some turns of long conversations, each with those around it.

    In each somebody holds the conversations of :func:`mixed` one after the other, all in one
    language.

    Args:
        served: The server.
        numbers: Of the conversations; none may come twice.
    """
    return await _long(served, ((n, one_after_another(n)[:_LAST]) for n in numbers))


async def long_unseen(served: Served, messages: Messages, numbers: range) -> dict[int, list[float]]:
    """As :func:`long`, with sentences that have not been said before, in English.

    Args:
        served: The server.
        messages: What to say.
        numbers: Of the conversations; none may come twice.
    """
    said = ((2000 + n, [(False, messages.take("en")) for _ in range(_LAST)]) for n in numbers)
    return await _long(served, said)


async def _long(
    served: Served, conversations: Iterable[tuple[int, list[Step]]]
) -> dict[int, list[float]]:
    found: dict[int, list[float]] = {turn: [] for turn in TURNS}
    async with aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar()) as http:
        for number, steps in conversations:
            talk = served.talk(http, 5000 + number)
            for turn, step in enumerate(steps, start=1):
                seconds = await _taken(talk, step)
                for wanted in TURNS:
                    if abs(turn - wanted) <= _around(wanted):
                        found[wanted].append(seconds)
    return found


def _around(turn: int) -> int:
    """How many turns before and after count with a turn, since one turn is one message."""
    return 0 if turn == 1 else max(2, turn // 10)


async def load(served: Served, at_once: int, seconds: float, first: int = 0) -> Load:
    """Turns of so many conversations of the mix at once, for so long.

    Args:
        served: The server.
        at_once: How many conversations.
        seconds: How long.
        first: The first one's number; no conversation may come twice.
    """
    taken: list[float] = []
    held = scenes()
    over = time.perf_counter() + seconds
    timeout = aiohttp.ClientTimeout(total=300)
    connector = aiohttp.TCPConnector(limit=at_once + 2)
    async with aiohttp.ClientSession(
        cookie_jar=aiohttp.DummyCookieJar(), timeout=timeout, connector=connector
    ) as http:
        numbers = count(first + 100_000 * at_once)

        async def converse(number: int) -> None:
            chance = random.Random(first + number)
            while time.perf_counter() < over:
                talk = served.talk(http, next(numbers))
                for step in chance.choice(held)[1]:
                    taken.append(await _taken(talk, step))
                    if time.perf_counter() >= over:
                        return

        silence = asyncio.ensure_future(_longest_silence(http, served))
        start = time.perf_counter()
        await asyncio.gather(*(converse(number) for number in range(at_once)))
        lasted = time.perf_counter() - start
        silence.cancel()
        worst = await silence
    return Load(at_once, taken, lasted, worst)


async def _longest_silence(http: aiohttp.ClientSession, served: Served) -> float:
    worst = 0.0
    try:
        while True:
            start = time.perf_counter()
            async with http.get(served.url + served.alive) as answer:
                await answer.read()
            worst = max(worst, time.perf_counter() - start)
            await asyncio.sleep(0.01)
    except asyncio.CancelledError:
        return worst


async def _taken(talk: Talk, step: Step) -> float:
    is_choice, text = step
    start = time.perf_counter()
    await (talk.choose(text) if is_choice else talk.say(text))
    return time.perf_counter() - start


def percentile(values: Sequence[float], percent: float) -> float:
    """The value that so many percent do not exceed."""
    return sorted(values)[min(len(values) - 1, int(len(values) * percent / 100))]
