"""After many turns a turn takes as long, and the process as much memory, as before.

1,500 turns by default; `make soak` takes 20,000 and prints the figures.
"""

from __future__ import annotations

import gc
import itertools
import random
import resource
import statistics
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from bot.nlu.utterances import read_utterances
from bot.paths import PROJECT
from tests.fuzz.conftest import size

if TYPE_CHECKING:
    from rasa.core.agent import Agent

SIZE = size("ROI_SOAK", 1_500)
AT_ONCE = 50
"""Conversations that are open side by side."""
TURNS = 12
"""Turns of a conversation before it is deleted, as it is when it expires."""
LONG = "web:long"
"""One conversation goes on for as long as the test: each tenth message is its own."""

MOST_GROWTH = 8_000_000
"""Bytes from the second quarter to the last; 10 kB a turn would take 100 MB in `make soak`."""
MOST_SLOWER = 1.25


def memory() -> int:
    """Bytes of the process that are in memory."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * resource.getpagesize()


@pytest.mark.timeout(0)  # as long as its size asks for
async def test_memory_and_latency_stay_flat(stored_agent: Agent) -> None:
    from bot.conversation import Conversation
    from bot.stores import store_of

    conversation, store = Conversation(stored_agent), store_of(stored_agent)
    chance = random.Random(7)
    texts = {code: list(said) for code, said in read_utterances(PROJECT / "data/nlu").items()}
    turns = dict.fromkeys(range(AT_ONCE), 0)
    numbers, sender = itertools.count(), [f"web:soak{n}" for n in range(AT_ONCE)]
    language = [chance.choice(list(texts)) for _ in range(AT_ONCE)]
    spent, elapsed, held = [], [], []
    for number in range(SIZE):
        place = chance.randrange(AT_ONCE)
        to, said = sender[place], chance.choice(texts[language[place]])
        if number % 10 == 0:
            to = LONG
        cpu, clock = time.process_time(), time.perf_counter()
        result = await conversation.turn(to, "web", text=said)
        spent.append(time.process_time() - cpu)
        elapsed.append(time.perf_counter() - clock)
        assert result.replies
        turns[place] += 1
        if turns[place] >= TURNS:
            await store.delete(sender[place])
            turns[place], sender[place] = 0, f"web:again{next(numbers)}"
            language[place] = chance.choice(list(texts))
        if number % (SIZE // 40) == 0:
            gc.collect()
            held.append(memory())
            recent = statistics.median(spent[-SIZE // 40 :]) * 1000
            print(f"soak: {number} turns, {held[-1] / 1e6:.0f} MB, {recent:.1f} ms", flush=True)
    quarter = SIZE // 4
    # Other programmes on the machine slow a turn down but take none of its processor time.
    first, last = (
        statistics.median(part) for part in (spent[quarter : 2 * quarter], spent[-quarter:])
    )
    second, fourth = (statistics.median(part) for part in (held[10:20], held[30:]))
    growth = fourth - second
    print(f"\nsoak: {SIZE} turns; memory {second / 1e6:.0f} then {fourth / 1e6:.0f} MB")
    print(
        f"({growth / 1e3 / (SIZE / 2):+.2f} kB a turn); processor {first * 1000:.1f} then", end=" "
    )
    print(f"{last * 1000:.1f} ms a turn (ratio {last / first:.2f}), ", end="")
    print(f"elapsed median {statistics.median(elapsed) * 1000:.1f} ms")
    assert growth < MOST_GROWTH
    assert last < first * MOST_SLOWER
