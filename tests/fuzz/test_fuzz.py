"""Whatever somebody writes, in any script: an answer, in a language we speak, without invention.

1,500 messages by default; `make fuzz` takes 20,000 and prints what came of them.
"""

from __future__ import annotations

import logging
import random
import statistics
import time
from collections import Counter
from typing import TYPE_CHECKING

import pytest

from tests.fuzz.conftest import size
from tests.fuzz.facts import is_offered, strangers
from tests.fuzz.utterances import Inventor, scripts

if TYPE_CHECKING:
    from rasa.core.agent import Agent

SIZE = size("ROI_FUZZ", 1_500)
SEED = size("ROI_FUZZ_SEED", 20_261_126)
CHANNELS = ("web", "sms", "shell", "ask")
HINTS = (None, "en", "es", "ht", "zh-Hans", "ar", "de", "xx", "")


@pytest.mark.timeout(0)  # as long as its size asks for
async def test_any_message_in_any_script_is_answered(
    stored_agent: Agent, caplog: pytest.LogCaptureFixture
) -> None:
    from bot.conversation import Conversation
    from bot.keys import Key
    from bot.stores import store_of

    conversation, store = Conversation(stored_agent), store_of(stored_agent)
    invent, chance = Inventor(SEED), random.Random(SEED)
    seen, times, faults = Counter[str](), [], []
    sender, left, channel, offered = "", 0, "web", ()
    with caplog.at_level(logging.ERROR):
        for number in range(SIZE):
            if not left:
                await store.delete(sender)
                sender, left, offered = f"web:fuzz{number}", chance.randint(1, 6), ()
                channel = chance.choice(CHANNELS)
            left -= 1
            text, choice = invent.message(), None
            if offered and chance.random() < 0.15:
                choice = chance.choice(offered)[0]
            began = time.perf_counter()
            try:
                result = await conversation.turn(
                    sender,
                    channel,
                    text=None if choice else text,
                    choice=choice,
                    hint=chance.choice(HINTS),
                )
            except Exception as error:
                faults.append((number, text, choice, repr(error.__cause__ or error), "", []))
                continue
            times.append(time.perf_counter() - began)
            offered = result.replies[-1].choices
            for reply in result.replies:
                wrong = strangers(reply)
                silent = not reply.text.strip()
                failed = reply.key == Key.SYSTEM_FAILED.value
                if wrong or silent or failed or not is_offered(reply):
                    faults.append((number, text, choice, reply.key, reply.language, wrong))
                seen[reply.handoff or reply.key.partition(".")[0]] += 1
                seen[f"in {reply.language}"] += 1
            if number % 1000 == 999:
                print(f"fuzz: {number + 1} messages, {len(faults)} faults", flush=True)
    shown = ", ".join(f"{name} {count}" for name, count in seen.most_common())
    median = statistics.median(times) * 1000
    print(f"\nfuzz: {SIZE} messages, {len(scripts())} scripts, seed {SEED}, {len(faults)} faults")
    print(f"median {median:.1f} ms, longest {max(times) * 1000:.0f} ms; {shown}")
    for fault in faults:
        print(f"fault: {fault!r}")
    assert faults == []
    assert [record.getMessage() for record in caplog.records] == [], "nothing failed inside"


def test_the_inventor_uses_every_script() -> None:
    invent = Inventor(SEED)
    written = {invent.message() for _ in range(len(scripts()) * 12)}
    letters = set("".join(written))
    unused = {
        script
        for script, ranges in scripts().items()
        if not any(ord(letter) in one for letter in letters for one in ranges)
    }
    assert unused == set()
