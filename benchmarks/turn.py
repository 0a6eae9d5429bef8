"""Times start-up, model load and turns in-process: `python -m benchmarks.turn`.

Prints medians of one run; on a shared machine compare rows with each other.
"""

from __future__ import annotations

import asyncio
import resource
import statistics
import time

START = time.perf_counter()

MIX = {
    "en": [
        "how do i get my records",
        "the last two years",
        "for me",
        "send it to my new doctor",
        "no, nothing sensitive",
        "what does it cost",
        "thanks",
        "my mom passed away, how do i get her x-rays",
        "are you open on friday",
        "what's the weather like",
    ],
    "es": ["necesito mi historial", "es de mi hija", "para el abogado", "no", "cuánto se tarda"],
    "pt": [
        "preciso do meu prontuário",
        "do meu pai que faleceu",
        "para mim",
        "não sei",
        "qual o fax",
    ],
}
"""A realistic mix: questions, answers in the guided request, a digression, small talk."""


def _ms(seconds: float) -> str:
    return f"{seconds * 1000:8.1f} ms"


async def _measure() -> None:
    from bot.quiet import configure_logging, prepare_environment

    prepare_environment()
    configure_logging()
    from bot.conversation import Conversation
    from bot.runtime import load_agent
    from bot.training import ensure_model

    imported = time.perf_counter()
    model = ensure_model()
    before = time.perf_counter()
    conversation = Conversation(load_agent(model))
    loaded = time.perf_counter()
    await conversation.turn("bench:first", "web", text="hello")
    first = time.perf_counter()
    print(f"imports            {_ms(imported - START)}")
    print(f"load of the model  {_ms(loaded - before)}   (with content and wording)")
    print(f"start to first answer {_ms(first - START)}")
    fresh = await _fresh(conversation)
    print(
        f"turn, mix in fresh conversations  p50 {_ms(statistics.median(fresh))}"
        f"  p95 {_ms(_percentile(fresh, 95))}  ({len(fresh)} turns)"
    )
    for turn, seconds in (await _long(conversation)).items():
        print(f"turn {turn:3d} of one conversation      p50 {_ms(seconds)}")
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"peak memory        {peak:8.0f} MB")


async def _fresh(conversation) -> list[float]:  # type: ignore[no-untyped-def]
    seconds = []
    for repeat in range(20):
        for language, texts in MIX.items():
            sender = f"bench:{language}:{repeat}"
            for text in texts:
                start = time.perf_counter()
                await conversation.turn(sender, "web", text=text)
                seconds.append(time.perf_counter() - start)
    return seconds


async def _long(conversation) -> dict[int, float]:  # type: ignore[no-untyped-def]
    wanted = (1, 5, 10, 50, 100)
    found: dict[int, list[float]] = {turn: [] for turn in wanted}
    texts = MIX["en"]
    for repeat in range(3):
        for turn in range(1, 101):
            start = time.perf_counter()
            await conversation.turn(f"bench:long:{repeat}", "web", text=texts[turn % len(texts)])
            if turn in found:
                found[turn].append(time.perf_counter() - start)
    return {turn: statistics.median(values) for turn, values in found.items()}


def _percentile(values: list[float], percent: int) -> float:
    return sorted(values)[min(len(values) - 1, len(values) * percent // 100)]


if __name__ == "__main__":
    asyncio.run(_measure())
