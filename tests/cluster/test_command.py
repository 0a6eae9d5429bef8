"""`roi cluster` says where it is, answers there, and leaves nothing behind."""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests

from bot.cluster.workers import READY_SECONDS
from bot.paths import PROJECT


@pytest.fixture
def folder() -> Iterator[Path]:
    made = Path(tempfile.mkdtemp(prefix="roi-command-"))
    made.chmod(
        0o711
    )  # PostgreSQL and nginx may run as users of their own; those of pytest are closed
    yield made
    shutil.rmtree(made, ignore_errors=True)


def test_the_command_answers_until_it_is_stopped_and_leaves_nothing(
    model_path: Path, folder: Path
) -> None:
    command = [sys.executable, "-m", "bot.cli", "cluster", "--workers", "1", "--port", "0"]
    process = subprocess.Popen(
        command,
        cwd=PROJECT,
        env={**os.environ, "TMPDIR": str(folder)},
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert process.stdout is not None
        said = ""
        while "numbers at" not in said:
            line = process.stdout.readline()
            assert line, f"it ended: {said}"
            said += line
        url = re.search(r"ready at (\S+)/ ", said)
        assert url is not None
        assert requests.get(f"{url[1]}/ready", timeout=60).json() == {"ready": True}
        process.send_signal(signal.SIGINT)
        assert process.wait(timeout=READY_SECONDS) == 0
    finally:
        process.kill()
    assert not list(folder.iterdir())
