"""`roi new-language` in a copy of the tree, and what `roi check` then says; spaCy takes seconds."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from bot.content_store import shipped_guidance
from bot.paths import PROJECT


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A copy of the tree without what no check of content reads."""
    ignore = shutil.ignore_patterns("__pycache__", "kea", "kea.yml", "*.bin", "*.onnx")
    for folder in ("bot", "data", "tests/nlu"):
        shutil.copytree(PROJECT / folder, tmp_path / folder, ignore=ignore)
    return tmp_path


def roi(project: Path, *arguments: str) -> tuple[int, str]:
    command = [sys.executable, "-m", "bot.cli", *arguments]
    done = subprocess.run(command, cwd=project, capture_output=True, text=True, check=False)
    return done.returncode, done.stdout or done.stderr


def test_a_new_language_is_told_what_it_lacks(project):
    code, said = roi(project, "new-language", "kea")
    assert code == 0, said
    assert "data/nlu/kea/records.yml" in said
    assert "To do:" in said

    code, said = roi(project, "check", "kea")
    assert code == 1
    problems = said.splitlines()[:-1]
    files = Counter(problem.partition(":")[0] for problem in problems)
    for topic in shipped_guidance().topics:
        assert f"data/nlu/kea:1: {topic}: 0 sentences to learn from" in said
        assert f"tests/nlu/kea:1: {topic}: 0 sentences to measure on" in said
    assert files["bot/content/responses/kea/topics.yml"] > 20
    assert files["bot/content/lexicon/kea.yml"] > 10
    assert files["bot/content/emergency/kea.yml"] == 4
    assert files["bot/content/redaction/kea.yml"] == 9
    assert files["bot/content/dates/kea.yml"] == 1
    # Nothing else suffers, and the new files can be read.
    lacking = r"no phrases|no words|sentences|still in English|it is missing"
    assert [problem for problem in problems if not re.search(lacking, problem)] == []
    # All languages share the words of text messages in one file.
    assert [file for file in files if "kea" not in file] == ["bot/content/sms.yml"]
