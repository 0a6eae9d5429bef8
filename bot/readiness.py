"""Is the assistant ready? It has answered a question in each offered language."""

from __future__ import annotations

import logging
import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass

from rasa.core.agent import Agent

from bot.content_store import shipped_wording
from bot.conversation import Conversation
from bot.counts import PROBE
from bot.keys import Key
from bot.languages import load_languages
from bot.stores import store_of

logger = logging.getLogger(__name__)

FRESH = 300.0
"""Seconds after which an answer is tried again."""

PROBED_TOPIC = "mammogram_images"
"""The topic whose title is asked about in each language."""


@dataclass(frozen=True)
class Status:
    """Whether messages can be answered.

    Attributes:
        reason: None if they can; else `starting`, `model` or `database`, for machines.
        languages: Those in which the model did not answer.
    """

    reason: str | None
    languages: tuple[str, ...] = ()


class Readiness:
    """Asks the assistant a question in each language, and remembers for a while how that went."""

    def __init__(self, *, clock: Callable[[], float] = time.monotonic) -> None:
        """Args: seconds that only go up."""
        self._clock = clock
        self._checked: float | None = None
        self._status = Status("starting")
        self._busy = False

    async def status(self, agent: Agent) -> Status:
        """The present status; asked again where the last answer is old or was bad.

        Only whether the database answers is asked each time.

        Args:
            agent: The loaded assistant.
        """
        old = self._checked is None or self._clock() - self._checked >= FRESH
        if (old or self._status.reason is not None) and not self._busy:
            self._busy = True
            try:
                self._status = await _probe(agent)
                self._checked = self._clock()
            finally:
                self._busy = False
        if self._status.reason is None and not await store_of(agent).answers():
            return Status("database")
        return self._status


async def _probe(agent: Agent) -> Status:
    store = store_of(agent)
    sender = f"{PROBE}{secrets.token_hex(8)}"
    silent = []
    try:
        for language in load_languages().offered:
            if not await _answers(agent, f"{sender}:{language}", language):
                silent.append(language)
            await store.delete(f"{sender}:{language}")
    except Exception as error:
        logger.error("not ready: %s", type(error).__name__)
        return Status("database")
    if silent:
        logger.error("not ready: no answer in %s", ", ".join(silent))
        return Status("model", tuple(silent))
    return Status(None)


async def _answers(agent: Agent, sender: str, language: str) -> bool:
    asked = shipped_wording().text_even_if_draft(language, f"topic_title.{PROBED_TOPIC}")
    try:
        result = await Conversation(agent).turn(sender, "web", text=asked, language=language)
    except Exception as error:
        logger.error("the probe in %s failed: %s", language, type(error).__name__)
        return False
    said = [reply for reply in result.replies if reply.key != Key.SYSTEM_FAILED.value]
    return result.recorded and any(
        PROBED_TOPIC in reply.topics and reply.text.strip() for reply in said
    )
