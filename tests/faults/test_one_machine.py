"""One machine with SQLite: the file is held, the disk is full, the server is killed."""

from __future__ import annotations

import resource
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from tests.faults.people import PATIENCE, PHONE, QUESTIONS, Person, all_talk
from tests.faults.servers import Restartable


@pytest.fixture(scope="module")
def roi(model_path: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Restartable]:
    made = Restartable(tmp_path_factory.mktemp("machine"))
    try:
        yield made
        made.stop()
        assert "Traceback" not in "".join(made.log)
    finally:
        made.process.kill()


def once(person: Person, text: str, key: str) -> str:
    """One try of a message: the text that came back."""
    answer = person._try(text, key)
    return answer["messages"][0]["text"] if answer is not None else person.apologies[-1]


def test_a_file_that_another_programme_holds(roi: Restartable) -> None:
    person = Person(roi.server, "es")
    person.greet()
    with closing(sqlite3.connect(roi.server.database, isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        assert PHONE in once(person, "necesito mi expediente", "the-key-of-this-message")
    assert person.apologies
    person.say("necesito mi expediente")
    person.check()


@pytest.mark.skipif(not hasattr(resource, "prlimit"), reason="only Linux sets a process a limit")
def test_a_full_disk(roi: Restartable) -> None:
    person, pid = Person(roi.server, "fr"), roi.process.pid
    person.greet()
    soft, hard = resource.prlimit(pid, resource.RLIMIT_FSIZE)
    resource.prlimit(pid, resource.RLIMIT_FSIZE, (1, hard))  # no file can grow by a byte
    try:
        assert PHONE in once(person, "j'ai besoin de mon dossier", "the-key-of-this-message")
    finally:
        resource.prlimit(pid, resource.RLIMIT_FSIZE, (soft, hard))
    assert person.apologies
    person.talk()
    person.check()


def test_the_whole_server_is_killed_while_people_talk(roi: Restartable) -> None:
    people = [Person(roi.server, language) for language in list(QUESTIONS) * 2]
    for person in people:
        person.greet()
    threads = all_talk(people)
    for _ in range(2):
        time.sleep(0.7)
        roi.kill()
        roi.start()
    for thread in threads:
        thread.join(timeout=PATIENCE)
        assert not thread.is_alive()
    for person in people:
        person.check()
    assert any(person.unreachable for person in people), "it was killed while they talked"
    with closing(sqlite3.connect(roi.server.database)) as file:
        assert file.execute("PRAGMA integrity_check").fetchone() == ("ok",)
