"""Where a turn's time goes, stage by stage, in this process: `python -m benchmarks.stages`.

In processor time of this process, so that a busy machine changes little. Each stage counts without
the stages inside it; what is left is Rasa's own work between them.
"""

from __future__ import annotations

import asyncio
import functools
import inspect
import statistics
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path
from typing import Any

TURNS, WARM = 5, 9
CONVERSATIONS = 36


class Clock:
    """Counts milliseconds by stage, each without what it calls."""

    def __init__(self) -> None:
        """Nothing has been counted yet."""
        self.turns: list[dict[str, float]] = []
        self._inside: list[float] = []

    def stage(self, name: str, function: Callable[..., Any]) -> Callable[..., Any]:
        """The same function, counted."""
        if inspect.iscoroutinefunction(function):

            @functools.wraps(function)
            async def counted_async(*given: Any, **named: Any) -> Any:
                start = self._enter()
                try:
                    return await function(*given, **named)
                finally:
                    self._leave(name, start)

            return counted_async

        @functools.wraps(function)
        def counted(*given: Any, **named: Any) -> Any:
            start = self._enter()
            try:
                return function(*given, **named)
            finally:
                self._leave(name, start)

        return counted

    def _enter(self) -> float:
        self._inside.append(0.0)
        return time.process_time()

    def _leave(self, name: str, start: float) -> None:
        lasted = 1000 * (time.process_time() - start)
        self.turns[-1][name] += lasted - self._inside.pop()
        if self._inside:
            self._inside[-1] += lasted


def _count(clock: Clock, agent: Any) -> None:
    from bot.actions_endpoint import InProcessActions
    from bot.nlg import LocalizedResponseGenerator
    from bot.stores import ConversationStore

    for node in agent.processor.graph_runner._instantiated_nodes.values():
        node._fn = clock.stage(node._component_class.__name__, node._fn)
    for kind, method, name in (
        (InProcessActions, "request", "actions: slots, guidance, plan"),
        (LocalizedResponseGenerator, "generate", "wording and rendering"),
        (ConversationStore, "retrieve", "store: reading"),
        (ConversationStore, "save", "store: writing"),
    ):
        setattr(kind, method, clock.stage(name, getattr(kind, method)))


async def _measure() -> None:
    from bot.quiet import configure_logging, prepare_environment

    prepare_environment()
    configure_logging()
    from benchmarks.said import Messages
    from bot.conversation import Conversation
    from bot.database import database_url
    from bot.runtime import load_agent
    from bot.training import ensure_model

    clock = Clock()
    with tempfile.TemporaryDirectory() as folder:
        agent = load_agent(ensure_model(), database_url(Path(folder) / "stages.db"))
        _count(clock, agent)
        turn = clock.stage("Rasa between them", Conversation(agent).turn)
        for channel in ("web", "sms", "shell"):
            messages = Messages()
            clock.turns = []
            for number in range(WARM + CONVERSATIONS):
                for _ in range(TURNS):
                    clock.turns.append(defaultdict(float))
                    sender = f"bench:{channel}:{number}"
                    await turn(sender, channel, text=messages.take(messages.codes(number)))
            _print(channel, clock.turns[WARM * TURNS :])


def _print(channel: str, turns: list[dict[str, float]]) -> None:
    whole = sorted(sum(stages.values()) for stages in turns)
    names = {name for stages in turns for name in stages}
    p50, p95 = statistics.median(whole), whole[int(len(whole) * 0.95)]
    print(f"\n{channel}: {len(turns)} turns, p50 {p50:.1f} ms, p95 {p95:.1f} ms")
    mean = {name: sum(stages[name] for stages in turns) / len(turns) for name in names}
    for name, each in sorted(mean.items(), key=lambda item: -item[1]):
        share = 100 * each / sum(mean.values())
        print(f"  {name:32s} {each:6.2f} ms  {share:4.1f} %")


if __name__ == "__main__":
    asyncio.run(_measure())
