"""How long the webhook of text messages takes, over HTTP, for conversations in every language.

Run as ``.venv/bin/python -m benchmarks.sms URL`` against a server with text messages, with its
TWILIO_AUTH_TOKEN, ROI_SMS_URL and ROI_SECRET in the environment.
"""

from __future__ import annotations

import random
import statistics
import sys
import time
from concurrent.futures import ThreadPoolExecutor

from bot.channels.sms.settings import SmsSettings
from bot.cli.sms_sim import parameters, send
from bot.completeness import evaluation_sentences
from bot.languages import load_languages

CONVERSATIONS, TURNS = 50, 4


def conversation(address: str, settings: SmsSettings, seed: int) -> list[float]:
    """Seconds of each turn of a conversation: a question, two choices, another question."""
    chance = random.Random(seed)
    languages = load_languages().offered
    rows = evaluation_sentences(languages[seed % len(languages)])
    number = f"+1617555{seed:04d}"
    times = []
    for text in (chance.choice(rows)["text"], "1", "2", chance.choice(rows)["text"])[:TURNS]:
        begun = time.perf_counter()
        status, _ = send(address, parameters(text, number), settings.url, settings.token)
        times.append(time.perf_counter() - begun)
        assert status == 200
    return times


def main(address: str) -> None:
    """Prints median and 95th percentile, one after the other and many at once."""
    settings = SmsSettings.load()
    for name, workers, base in (("one at a time", 1, 0), ("50 at once", CONVERSATIONS, 5000)):
        with ThreadPoolExecutor(workers) as pool:
            seeds = range(base, base + CONVERSATIONS)
            taken = pool.map(lambda seed: conversation(address, settings, seed), seeds)
            times = sorted(t for each in taken for t in each)
        p95 = times[int(len(times) * 0.95)]
        print(
            f"{name}: {len(times)} texts, median {statistics.median(times) * 1000:.0f} ms, "
            f"p95 {p95 * 1000:.0f} ms, longest {times[-1] * 1000:.0f} ms"
        )


if __name__ == "__main__":
    main(sys.argv[1])
