"""A hundred turns are killed, each at another moment: no conversation is lost, mixed or doubled."""

from __future__ import annotations

import json
import os
import random
import signal
import sqlite3
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing, suppress
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from bot.paths import PROJECT
from tests import postgresql
from tests.faults.victim import SECRET

KILLS = 50  # for each database
SCRIPT = [
    "hello",
    "I need my records",
    "my own",
    "How do I get my mammograms?",
    "I need an itemized bill",
    "what does it cost",
    "quiero hablar en español",
    "gracias",
    "start over",
    "who has looked at my record",
]


class Victims:
    """Processes that take one turn each."""

    def __init__(self, model: Path, folder: Path) -> None:
        self.folder, self.number = folder, 0
        self.process = subprocess.Popen(
            [sys.executable, "tests/faults/victim.py", str(model)],
            cwd=PROJECT,
            env={**os.environ, "PYTHONPATH": str(PROJECT)},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert self.read() == "ready"

    def read(self) -> str:
        assert self.process.stdout is not None
        return self.process.stdout.readline().strip()

    def turn(self, database: str, session: str, text: str, key: str, die: float | None) -> Any:
        """The answer; None if its process was killed before. `die`: seconds after its beginning."""
        self.number += 1
        answer = self.folder / f"answer{self.number}"
        order = {"database": database, "session": session, "text": text, "key": key}
        assert self.process.stdin is not None
        self.process.stdin.write(json.dumps({**order, "answer": str(answer)}) + "\n")
        self.process.stdin.flush()
        lines = {self.read(), self.read()}
        assert "begun" in lines, lines
        began = time.monotonic()
        if die is not None:
            time.sleep(die)
            (said,) = lines - {"begun"}
            with suppress(ProcessLookupError):  # it has ended just now
                os.kill(int(said.removeprefix("pid ")), signal.SIGKILL)
        assert self.read() == "over"
        self.took = time.monotonic() - began
        return json.loads(answer.read_text()) if answer.exists() else None


@pytest.fixture(scope="module")
def victims(model_path: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Victims]:
    made = Victims(model_path, tmp_path_factory.mktemp("answers"))
    yield made
    made.process.stdin.close()  # type: ignore[union-attr]
    assert made.process.wait(timeout=120) == 0


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'roi.db'}"
        with closing(sqlite3.connect(tmp_path / "roi.db")) as file:
            assert file.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    else:
        with postgresql.running() as server:
            yield server.url


async def test_a_killed_turn_is_taken_once(victims: Victims, database: str) -> None:
    def said(session: str, *, die: float | None = None) -> tuple[list[Any], int]:
        """Answers of a conversation whose turns are killed once each before they are answered."""
        answers, killed = [], 0
        for number, text in enumerate(SCRIPT):
            key = f"{session}-key-of-message-{number}"
            if die is not None:
                moment = random.uniform(0, die)
                killed += victims.turn(database, session, text, key, moment) is None
            answers.append(victims.turn(database, session, text, key, None))
            times.append(victims.took)
        return answers, killed

    times: list[float] = []
    undisturbed, _ = said("undisturbed")
    whole = statistics.median(times)
    killed, sessions = 0, []
    while killed < KILLS:
        sessions.append(f"killed-{len(sessions)}")
        answers, more = said(sessions[-1], die=whole)
        assert answers == undisturbed, "the same answers as if nobody had died"
        killed += more
        assert len(sessions) < 20, "the turns end before they can be killed"
    for session in sessions:
        assert await stored(database, session) == SCRIPT


async def stored(database: str, session: str) -> list[str | None]:
    """What the person said, as the database has it; each message must have an answer."""
    from rasa.shared.core.domain import Domain
    from rasa.shared.core.events import BotUttered, UserUttered

    from bot.stores import ConversationStore

    store = ConversationStore(Domain.from_file(str(PROJECT / "domain.yml")), database)
    sender = store.shared_state(SECRET).sender("web", session)
    tracker = await store.retrieve_full_tracker(sender)
    store.close()
    assert tracker is not None
    spoken = [e for e in tracker.events if isinstance(e, (UserUttered, BotUttered))]
    person = [isinstance(event, UserUttered) for event in spoken]
    assert not any(a and b for a, b in pairwise(person)), "unanswered"
    return [event.text for event in spoken if isinstance(event, UserUttered)]
