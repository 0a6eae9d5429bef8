"""Speaks to two servers by turns, so that an hour in which the machine is slow is both's."""

from __future__ import annotations

import statistics
from collections.abc import Callable
from contextlib import AbstractContextManager, ExitStack
from dataclasses import dataclass, field
from functools import reduce
from operator import add

from benchmarks.said import Messages
from benchmarks.served import (
    TURNS,
    Load,
    Served,
    first_answer,
    fresh,
    load,
    long,
    long_unseen,
    mixed,
)

AT_ONCE = (1, 8, 64)
_FRESH_TURNS = 5
_WARM = range(-45, 0)
"""Conversations that are not measured: a server is warm after a minute."""
_APART = 10_000_000
"""Between the numbers of conversations of one round and of the next."""


@dataclass(frozen=True)
class Extent:
    """How much to measure in one round.

    Attributes:
        conversations: Of five sentences; twice as many of the mix.
        repeats: Conversations of a hundred turns.
        seconds: Of each load.
    """

    conversations: int
    repeats: int
    seconds: float


@dataclass
class Speed:
    """What one server showed, in seconds and megabytes."""

    first_answer: float
    memory: float = 0.0
    memory_first: float = 0.0
    mixed: list[float] = field(default_factory=list)
    fresh: list[float] = field(default_factory=list)
    turns: dict[int, list[float]] = field(default_factory=lambda: {turn: [] for turn in TURNS})
    unseen: dict[int, list[float]] = field(default_factory=lambda: {turn: [] for turn in TURNS})
    rounds: list[list[Load]] = field(default_factory=list)

    def at_turn(self, turn: int, unseen: bool = False) -> float:
        """The median seconds of a turn of long conversations, of the mix or of new sentences."""
        return statistics.median((self.unseen if unseen else self.turns)[turn])

    @property
    def loads(self) -> list[Load]:
        """All rounds together, for each number of conversations at once."""
        return [reduce(add, loads) for loads in zip(*self.rounds, strict=True)]


async def speeds(
    starts: list[Callable[[], AbstractContextManager[Served]]], extent: Extent, rounds: int
) -> list[Speed]:
    """Starts servers one after the other and measures them by turns.

    Args:
        starts: What starts each.
        extent: How much to measure in a round.
        rounds: How many.

    Returns:
        What each showed.
    """
    with ExitStack() as running:
        served, found = [], []
        for start in starts:
            served.append(running.enter_context(start()))
            found.append(Speed(await first_answer(served[-1])))
        said = [Messages() for _ in served]  # the same sentences to each
        for server, messages in zip(served, said, strict=True):
            await mixed(server, _WARM)
            await fresh(server, messages, _WARM, 1)
        for number in range(rounds):
            for server, messages, speed in zip(served, said, found, strict=True):
                await _round(server, messages, speed, extent, number)
        for server, speed in zip(served, found, strict=True):
            speed.memory, speed.memory_first = server.memory(), server.memory(True)
        return found


async def _round(
    served: Served, messages: Messages, speed: Speed, extent: Extent, number: int
) -> None:
    def numbers(many: int) -> range:
        return range(number * many, (number + 1) * many)

    speed.mixed += await mixed(served, numbers(2 * extent.conversations))
    speed.fresh += await fresh(served, messages, numbers(extent.conversations), _FRESH_TURNS)
    for turn, seconds in (await long(served, numbers(extent.repeats))).items():
        speed.turns[turn] += seconds
    for turn, seconds in (await long_unseen(served, messages, numbers(extent.repeats))).items():
        speed.unseen[turn] += seconds
    first = (number + 1) * _APART
    speed.rounds.append([await load(served, n, extent.seconds, first) for n in AT_ONCE])
