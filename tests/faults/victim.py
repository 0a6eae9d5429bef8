"""Takes turns that may be killed at any moment: each in a process of its own.

The model is loaded once; each line on standard input, as JSON, is a turn for a fork of this
process. It says `pid N`, `begun` when the turn begins and `over` when the process has ended. An
answer that was reached stands in the file that was asked for.
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

SECRET = "only-for-these-tests-" * 3
LEASE = timedelta(seconds=0.3)


def say(line: str) -> None:
    os.write(1, f"{line}\n".encode())


async def turn(agent: Any, order: dict[str, str]) -> None:
    from bot.channels.web.chat import Chat
    from bot.channels.web.kept import packed
    from bot.channels.web.sessions import Session
    from bot.channels.web.settings import WebSettings
    from bot.state import SharedState
    from bot.stores import ConversationStore
    from bot.strict import without_fallbacks

    store = ConversationStore(agent.domain, order["database"])
    store._shared = SharedState(order["database"], SECRET, lease=LEASE)
    agent.tracker_store = store
    without_fallbacks(agent)
    app = SimpleNamespace(ctx=SimpleNamespace(agent=agent))
    request: Any = SimpleNamespace(app=app, headers={"accept-language": "en"})
    chat = Chat(WebSettings(SECRET), agent.handle_message)
    say("begun")
    answer = await chat.answer(
        request, Session(order["session"]), text=order["text"], key=order["key"]
    )
    draft = Path(f"{order['answer']}.draft")
    draft.write_text(packed(answer))
    draft.rename(order["answer"])


def main() -> None:
    from bot.quiet import configure_logging, prepare_environment

    prepare_environment()
    configure_logging()
    from bot.runtime import load_agent

    agent = load_agent(Path(sys.argv[1]))
    asyncio.run(agent.parse_message("hello"))
    say("ready")
    for line in sys.stdin:
        child = os.fork()
        if child == 0:
            asyncio.run(turn(agent, json.loads(line)))
            os._exit(0)
        say(f"pid {child}")
        os.waitpid(child, 0)
        say("over")


if __name__ == "__main__":
    main()
