"""An assistant of its own, with its conversations in a file as on a server."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from rasa.core.agent import Agent


def size(name: str, default: int) -> int:
    """How many turns to take: `make fuzz` and `make soak` ask for many more."""
    return int(os.environ.get(name) or default)


@pytest.fixture(scope="module")
def stored_agent(model_path: Path, tmp_path_factory: pytest.TempPathFactory) -> Agent:
    from bot.database import database_url
    from bot.runtime import load_agent

    return load_agent(model_path, database_url(tmp_path_factory.mktemp("conversations") / "roi.db"))
