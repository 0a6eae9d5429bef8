"""Talks with the assistant in this process while everything of Rasa's is logged, and things fail.

Run by test_canaries.py in a process of its own, since logging is set up for good. It reads what to
say from its standard input, one JSON line each, and writes what a log would hold to its output.
"""

from __future__ import annotations

import asyncio
import json
import logging
import sys
from contextlib import suppress
from pathlib import Path
from typing import Any
from unittest.mock import patch

import structlog
from rasa.core.agent import Agent
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from bot.conversation import Conversation
from bot.database import database_url
from bot.pieces import Piece
from bot.privacy.logs import SafeFormatter, guard_logs
from bot.quiet import prepare_environment
from bot.runtime import load_agent
from bot.say import Say
from bot.stores import store_of

prepare_environment()


def log_everything() -> None:
    """As `rasa run --debug` does when its output is no terminal: JSON, with local variables."""
    from rasa.utils.log_utils import configure_structlog

    logging.basicConfig(stream=sys.stdout, level=logging.DEBUG, force=True)
    for handler in logging.getLogger().handlers:
        handler.setFormatter(SafeFormatter("%(levelname)s %(name)s %(message)s"))
    configure_structlog(logging.DEBUG)
    guard_logs()


def raises(*_: Any, **__: Any) -> Any:
    """Fails with the whole message in its local variables and in its text."""
    told = messages[0]["text"]
    try:
        raise ValueError(told)
    except ValueError:
        structlog.get_logger("rasa.test").error("test.failure", user_text=told, exc_info=True)
        raise


def cannot_word(renderer: object, say: Say, *_: object) -> list[Piece]:
    """Fails for every answer but the last resort, as wording with a mistake in it would."""
    return [] if say.key == "system.failed" else raises()


async def talk(agent: Agent) -> None:
    """All messages; then an action, the wording and the store fail one after the other."""
    conversation = Conversation(agent)
    for number, message in enumerate(messages):
        await conversation.turn(f"debug:{number}", message["channel"], text=message["text"])
    first = messages[0]["text"]
    with patch("actions.turn.Turn.say", raises):
        await conversation.turn("debug:action", "web", text=first)
    with patch("bot.rendering.Renderer.pieces", cannot_word):
        await conversation.turn("debug:wording", "web", text=first)
    with store_of(agent).engine.begin() as connection:
        connection.execute(
            text("CREATE TRIGGER full BEFORE INSERT ON events BEGIN SELECT RAISE(ABORT, 'x'); END")
        )
    with suppress(SQLAlchemyError):  # the channel answers it with the phone lines
        await conversation.turn("debug:store", "web", text=first)
    try:
        raises()
    except ValueError:
        logging.getLogger("bot.test").exception("a fault")


if __name__ == "__main__":
    log_everything()
    messages = [json.loads(line) for line in sys.stdin]
    asyncio.run(talk(load_agent(database=database_url(Path(sys.argv[1])))))
    print("done", flush=True)
