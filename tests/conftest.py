"""Fixtures for tests with the trained model.

Rasa is imported only by the fixtures that need it, so that the tests in tests/unit stay quick.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import settings

if TYPE_CHECKING:
    from rasa.core.agent import Agent

    from bot.conversation import Conversation

# The same invented texts at each run, so that a test fails for what was changed; `make fuzz` tries
# others.
settings.register_profile("same", derandomize=True)
settings.load_profile("default" if "ROI_FUZZ" in os.environ else "same")


@contextmanager
def _one_at_a_time(lock: Path) -> Iterator[None]:
    """Two test runs side by side train once, not twice."""
    import fcntl

    lock.parent.mkdir(parents=True, exist_ok=True)
    with lock.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


@pytest.fixture(scope="session")
def model_path() -> Path:
    """The model for the present data, trained if there is none."""
    from bot.quiet import configure_logging, prepare_environment

    prepare_environment()
    configure_logging()
    from bot.paths import BUILD
    from bot.training import ensure_model

    with _one_at_a_time(BUILD / "train.lock"):
        return ensure_model()


@pytest.fixture(scope="session")
def agent(model_path: Path) -> Agent:
    """The assistant in this process, its conversations in memory."""
    from bot.runtime import load_agent

    return load_agent(model_path)


@pytest.fixture(scope="session")
def conversation(agent: Agent) -> Conversation:
    """Takes turns with the assistant in this process; each sender is a conversation."""
    from bot.conversation import Conversation

    return Conversation(agent)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Marks what tests/data/known_gaps.yml names as expected to fail."""
    from ruamel.yaml import YAML

    listed = Path(__file__).parent / "data" / "known_gaps.yml"
    gaps = set(YAML(typ="safe").load(listed.read_text(encoding="utf-8"))["known_gaps"])
    for item in items:
        if item.nodeid in gaps:
            item.add_marker(pytest.mark.xfail(reason=f"known gap, see {listed.name}"))
