"""How long the encoder takes for a message of ten words, new and known: `-m benchmarks.encoder`."""

from __future__ import annotations

import statistics
import time

from bot.completeness import evaluation_sentences
from bot.languages import load_languages
from bot.nlu.encoder.build import build_encoder
from bot.nlu.encoder.model import SentenceEncoder

WORDS = 10


def main() -> None:
    """Prints the medians on one thread, by the clock and in processor time."""
    encoder = SentenceEncoder.load(build_encoder())
    texts = [
        str(row["text"])
        for code in load_languages().offered
        for row in evaluation_sentences(code)
        if len(str(row["text"]).split()) == WORDS
    ]
    encoder.encode("the first one pays for what is made once")
    for name in ("new", "known"):
        clock, cpu = [], []
        for text in texts:
            start, busy = time.perf_counter(), time.process_time()
            encoder.encode(text)
            clock.append(1000 * (time.perf_counter() - start))
            cpu.append(1000 * (time.process_time() - busy))
        print(
            f"{name}: {len(texts)} messages of {WORDS} words, p50 {statistics.median(clock):.2f} ms"
            f", of processor time {statistics.median(cpu):.2f} ms"
        )


if __name__ == "__main__":
    main()
