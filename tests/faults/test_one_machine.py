"""One machine with SQLite: the file is held, the disk is full, the server is killed."""

from __future__ import annotations

import os
import resource
import shutil
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from bot.paths import PROJECT
from tests.faults.people import PATIENCE, PHONE, QUESTIONS, Person, all_talk
from tests.faults.servers import Restartable
from tests.http.clients import SECRET, Server, start, wait_until_ready

READ_ONLY = """
set -e
mount --make-rprivate /
mount --bind "$ROI_VAR" "$ROI_VAR"
mount -o remount,ro,bind /
exec "$@"
"""


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


@pytest.mark.skipif(not Path("/proc/net/tcp").exists(), reason="only Linux tells who listens")
def test_it_listens_at_its_own_port_of_loopback_and_nowhere_else(roi: Restartable) -> None:
    opened = [str(link.readlink()) for link in Path(f"/proc/{roi.process.pid}/fd").iterdir()]
    sockets = {name[len("socket:[") : -1] for name in opened if name.startswith("socket:[")}
    listening = []
    for table in ("tcp", "tcp6", "udp", "udp6"):
        for line in Path("/proc/net", table).read_text().splitlines()[1:]:
            fields = line.split()
            waits = fields[3] in ("0A", "07")  # a TCP socket that listens, a UDP one at all
            if waits and fields[9] in sockets:
                listening.append((table, fields[1]))
    assert listening == [("tcp", f"0100007F:{roi.port:04X}")]


def test_a_model_that_is_damaged_while_it_runs_changes_nothing_until_the_next_start(
    model_path: Path, tmp_path: Path
) -> None:
    model, log = tmp_path / "roi-of-this-test.tar.gz", []
    shutil.copy(model_path, model)
    process = start(tmp_path, "--model", str(model))
    try:
        person = Person(
            Server(wait_until_ready(process, log), log, process, tmp_path / "roi.db"), "en"
        )
        person.greet()
        model.write_bytes(b"damaged")
        person.talk()
        person.check()
    finally:
        process.terminate()
        process.wait(timeout=60)
    again = start(tmp_path, "--model", str(model))
    said, _ = again.communicate(timeout=120)
    assert again.returncode == 1 and "roi-of-this-test.tar.gz" in said and "Traceback" not in said


def test_it_answers_where_nothing_but_its_own_folder_can_be_written(
    model_path: Path, tmp_path: Path
) -> None:
    """As deploy/kubernetes runs it; needs a mount table of its own."""
    if subprocess.run(["unshare", "-m", "true"], capture_output=True).returncode != 0:
        pytest.skip("this machine lets nobody have mounts of their own")
    folders = {"ROI_VAR": str(tmp_path), "TMPDIR": str(tmp_path), "HOME": "/nonexistent"}
    served = [sys.executable, "-m", "bot.cli", "serve", "--model", str(model_path), "--port", "0"]
    log: list[str] = []
    process = subprocess.Popen(
        ["unshare", "-m", "sh", "-c", READ_ONLY, "sh", *served],
        cwd=PROJECT,
        env={**os.environ, "ROI_SECRET": SECRET, **folders},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    try:
        url = wait_until_ready(process, log)
        person = Person(Server(url, log, process, tmp_path / "roi.db"), "fr")
        person.greet()
        person.talk()
        person.check()
        touched = f"/proc/{process.pid}/root{PROJECT}/written-by-a-test"
        with pytest.raises(OSError, match="Read-only"):
            Path(touched).touch()
    finally:
        process.terminate()
        process.wait(timeout=60)
    assert "Traceback" not in "".join(log)
