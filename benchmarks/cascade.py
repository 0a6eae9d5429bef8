"""From which probability the words alone may decide: `python -m benchmarks.cascade [DEV.jsonl]`.

With the trained model, on development data if a file is given, and on the evaluation sentences: the
share of messages that need no encoder, how many of all are taken for the right intent, and how many
more or fewer than with the encoder for every message. `FitSettings.sure` is set by it.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from benchmarks.features import Features, offered_messages, trained_model
from bot.chinese import simplified
from bot.evaluation.labelled import Labelled, own_messages
from bot.languages import load_languages
from bot.nlu.linear_model import Example, LinearModel
from bot.text import clean

THRESHOLDS = (0.7, 0.8, 0.9, 0.95, 0.97, 0.98, 0.99, 0.995, 1.1)


def main() -> None:
    """Prints a table for each set of sentences."""
    parser = argparse.ArgumentParser()
    parser.add_argument("dev", type=Path, nargs="?")
    dev = parser.parse_args().dev
    offered = load_languages().offered
    sets = {"evaluation sentences": [m for code in offered for m in own_messages(code)]}
    if dev is not None:
        sets["development data"] = offered_messages(dev)
    model, features = trained_model(), Features()
    for name, messages in sets.items():
        texts = [simplified(clean(message.text).text) for message in messages]
        languages = [message.language for message in messages]
        _print(name, model, messages, features.examples(texts, languages))


def _print(
    name: str, model: LinearModel, messages: Sequence[Labelled], examples: Sequence[Example]
) -> None:
    words = [replace(example, dense=None) for example in examples]
    sure = np.array([model.probabilities(example).max() for example in words])
    print(f"{name}: {len(messages)}\n  from  no encoder  right  difference")
    hits = {threshold: _hits(model, threshold, messages, examples) for threshold in THRESHOLDS}
    whole = hits[THRESHOLDS[-1]]
    for threshold, found in hits.items():
        gone = 100 * (sure >= threshold).mean()
        more = int(found.sum()) - int(whole.sum())
        print(f"  {threshold:5.3f} {gone:8.1f} % {100 * found.mean():7.2f} {more:+8d}")


def _hits(
    model: LinearModel, sure: float, messages: Sequence[Labelled], examples: Sequence[Example]
) -> np.ndarray:
    model.sure = sure
    found = [model.ranking(example, 1)[0][0] for example in examples]
    return np.array([name in m.right for name, m in zip(found, messages, strict=True)])


if __name__ == "__main__":
    main()
