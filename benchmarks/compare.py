"""This assistant beside Rasa's recommended default on the same data, in one run on one machine.

    python -m benchmarks.compare [--part serve] [--each 3] [--epochs 30] [--rounds 3] [--full]

Prints a table and keeps it in build/bench/compare.md. What is smaller than life is said under it.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import random
import time
from pathlib import Path

from benchmarks import loading, own
from benchmarks.alternating import AT_ONCE, Extent, Speed, speeds
from benchmarks.rasa_default.training import Trained, train
from benchmarks.sample import SEED, Cells, all_examples, size, stratified
from benchmarks.served import TURNS, ours, percentile, rasa_default
from bot.completeness import evaluation_sentences
from bot.languages import load_languages
from bot.paths import BUILD

REPORT = BUILD / "bench" / "compare.md"


def main() -> None:
    """Measures what was asked for and prints it."""
    options = _options()
    cells = all_examples()
    part = stratified(cells, None if options.full else options.each)
    busy = os.getloadavg()[0]
    lines = [
        f"{os.cpu_count()} cores; load before the run {busy:.1f}; "
        f"{size(part)} of {size(cells)} training sentences",
        "",
    ]
    begun = time.perf_counter()
    default = train(part, 100 if options.full else options.epochs, options.policy_epochs)
    if "train" in options.part:
        lines += _training(default, part, cells)
    if "serve" in options.part:
        lines += _loading(*_loaded(Path(default.model)))
        extent = Extent(options.conversations, options.repeats, options.seconds)
        starts = [lambda: rasa_default(Path(default.model)), ours]
        lines += _serving(*asyncio.run(speeds(starts, extent, options.rounds)))
    if "understand" in options.part:
        lines += _understanding(default, part, options.sentences)
    lines.append(f"The run took {(time.perf_counter() - begun) / 60:.0f} minutes.")
    REPORT.parent.mkdir(parents=True, exist_ok=True)
    REPORT.write_text("\n".join(lines) + "\n", encoding="utf-8")
    print("\n".join(lines))


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    parts = ("train", "serve", "understand")
    parser.add_argument("--part", nargs="+", choices=parts, default=parts)
    parser.add_argument("--each", type=int, default=3, help="training sentences a cell")
    parser.add_argument("--epochs", type=int, default=30, help="of DIET; the default has 100")
    parser.add_argument("--policy-epochs", type=int, default=3, help="of TED and UnexpecTED")
    parser.add_argument("--full", action="store_true", help="all sentences, 100 epochs: hours")
    parser.add_argument("--rounds", type=int, default=3, help="in which both take their turns")
    parser.add_argument(
        "--conversations", type=int, default=15, help="a round; twice as many of the mix"
    )
    parser.add_argument("--repeats", type=int, default=2, help="of a hundred turns, a round")
    parser.add_argument("--seconds", type=float, default=8.0, help="of each load, a round")
    parser.add_argument("--sentences", type=int, default=100, help="evaluated in each language")
    return parser.parse_args()


def _loaded(default: Path) -> tuple[dict[str, float], dict[str, float]]:
    """The default's seconds, and ours: the mean of before and after, as the machine may change."""
    before, theirs, after = loading.measured(), loading.measured(default), loading.measured()
    return theirs, {name: (before[name] + after[name]) / 2 for name in before}


def _loading(default: dict[str, float], ours: dict[str, float]) -> list[str]:
    rows = [_row(name, default[name], ours[name], "s") for name in ours]
    head = "| in one process, cpu: of processor time | Rasa's default | this assistant | ratio |"
    return [head, "|---|---|---|---|", *rows, ""]


def _serving(default: Speed, ours: Speed) -> list[str]:
    rows = [
        _row("start to first answer", default.first_answer, ours.first_answer, "s"),
        _row("resident memory, all processes", default.memory, ours.memory, "MB"),
        _row("resident memory, the server alone", default.memory_first, ours.memory_first, "MB"),
    ]
    for percent in (50, 95):
        values = [1000 * percentile(s.mixed, percent) for s in (default, ours)]
        rows.append(_row(f"turn of a realistic mix, p{percent}", *values, "ms"))
    for percent in (50, 95):
        values = [1000 * percentile(s.fresh, percent) for s in (default, ours)]
        rows.append(_row(f"turn of sentences not seen before, p{percent}", *values, "ms"))
    for turn in TURNS:
        values = [1000 * s.at_turn(turn) for s in (default, ours)]
        rows.append(_row(f"turn {turn} of one conversation of the mix, p50", *values, "ms"))
    values = [1000 * s.at_turn(100, unseen=True) for s in (default, ours)]
    rows.append(_row("turn 100 of one conversation of sentences not seen, p50", *values, "ms"))
    for theirs, mine in zip(default.loads, ours.loads, strict=True):
        name = f"{mine.conversations} at once"
        rows.append(_row(f"{name}: turns a second", theirs.throughput, mine.throughput, "", False))
        for percent in (50, 99):
            values = [1000 * percentile(found.seconds, percent) for found in (theirs, mine)]
            rows.append(_row(f"{name}: turn p{percent}", *values, "ms"))
        rows.append(
            _row(f"{name}: longest silence", 1000 * theirs.silence, 1000 * mine.silence, "ms")
        )
    growth = [s.at_turn(100) / s.at_turn(5) for s in (default, ours)]
    worst = [percentile(s.seconds, 99) / percentile(s.seconds, 50) for s in ours.loads]
    return [
        "| over HTTP | Rasa's default | this assistant | ratio |",
        "|---|---|---|---|",
        *rows,
        "",
        f"Turn 100 costs {growth[0]:.2f} and {growth[1]:.2f} times turn 5. p99 under load is "
        f"{', '.join(f'{ratio:.1f}' for ratio in worst)} times p50 with {AT_ONCE} at once.",
        "",
    ]


def _row(name: str, default: float, ours: float, unit: str, less_is_better: bool = True) -> str:
    ratio = default / ours if less_is_better else ours / default
    digits = 1 if max(default, ours) < 100 else 0
    shown = [f"{value:.{digits}f} {unit}".strip() for value in (default, ours)]
    return f"| {name} | {shown[0]} | {shown[1]} | {ratio:.1f} × |"


def _training(default: Trained, part: Cells, cells: Cells) -> list[str]:
    mine = own.training_seconds(part)
    same = default.full(size(part))
    diet = default.networks[0]
    return [
        "| training | Rasa's default | this assistant | ratio |",
        "|---|---|---|---|",
        f"| {size(part)} sentences, default at 100 epochs | {same:.0f} s | {mine:.0f} s "
        f"| {same / mine:.1f} × |",
        f"| {size(cells)} sentences, by extrapolation | {default.full(size(cells)) / 3600:.1f} h "
        "| see `make train` | |",
        "",
        f"The default was trained for {diet.epochs} epochs of DIET "
        f"({diet.each:.1f} s each after the first) and "
        f"{', '.join(str(n.epochs) for n in default.networks[1:])} of its policies, "
        f"{default.seconds:.0f} s in all. 100 epochs follow from the seconds of one, and an epoch "
        "of DIET from the number of sentences. Ours encodes every sentence anew.",
        "",
    ]


def _understanding(default: Trained, part: Cells, most: int) -> list[str]:
    rows: list[tuple[str, str, str]] = []
    for code in load_languages().offered:
        found = evaluation_sentences(code)
        chosen = random.Random(SEED).sample(found, min(most, len(found)))
        rows += [(code, str(row["text"]), str(row["intent"])) for row in chosen]
    texts = [text for _, text, _ in rows]
    answers = {
        f"default, {size(part)} sentences": own.intents_of_default(default.model, texts),
        f"ours, the same {size(part)}, untuned encoder": own.intents_of_part(part, texts),
        "ours as it is": own.intents_as_shipped(texts),
    }
    lines = [
        f"| intent right, % | {' | '.join(answers)} |",
        "|---|" + "---|" * len(answers),
    ]
    for code in (*load_languages().offered, "all"):
        shares = [
            100 * sum(hits) / len(hits)
            for intents in answers.values()
            for hits in [_hits(rows, intents, code)]
        ]
        lines.append(f"| {code} | {' | '.join(f'{share:.0f}' for share in shares)} |")
    return [
        *lines,
        "",
        f"On at most {most} sentences a language of tests/nlu, by the likeliest intent, without "
        "anybody's thresholds.",
        "",
    ]


def _hits(rows: list[tuple[str, str, str]], intents: list[str], code: str) -> list[bool]:
    return [
        intent == found
        for (language, _, intent), found in zip(rows, intents, strict=True)
        if code in (language, "all")
    ]


if __name__ == "__main__":
    main()
