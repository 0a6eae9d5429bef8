"""How often the language is recognised: ``python -m benchmarks.language_id``.

Prints a line for each language and length in ``tests/data/language``: right answers, answers clear
enough to change a conversation, and clear ones that were wrong. Texts given as arguments are
identified instead.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from bot.content_loader import load_yaml
from bot.nlu.language_id import LanguageIdentifier
from bot.nlu.utterances import read_utterances

PROJECT = Path(__file__).resolve().parent.parent
TEXTS = PROJECT / "tests" / "data" / "language"


@dataclass(frozen=True)
class Score:
    """What became of a list of texts in one language."""

    texts: int
    missed: tuple[str, ...]
    clear: int
    clearly_wrong: tuple[str, ...]

    @property
    def accuracy(self) -> float:
        """The part of the texts that was recognised."""
        return 1 - len(self.missed) / self.texts


def score(identifier: LanguageIdentifier, code: str, texts: Sequence[str]) -> Score:
    """Identifies texts that are all in one language."""
    found = {text: identifier.identify(text) for text in texts}
    missed = [text for text, evidence in found.items() if evidence.code != code]
    clear = [text for text, evidence in found.items() if evidence.clear]
    return Score(
        texts=len(texts),
        missed=tuple(missed),
        clear=len(clear),
        clearly_wrong=tuple(text for text in missed if text in clear),
    )


def main(arguments: Sequence[str]) -> None:
    """Trains on the real utterances and prints the table."""
    identifier = LanguageIdentifier.train(read_utterances(PROJECT / "data" / "nlu"))
    if arguments:
        for text in arguments:
            print(f"{text}\t{identifier.identify(text)}")
        return
    print(f"{'':20}{'texts':>6}{'right':>8}{'clear':>8}{'clearly wrong':>15}")
    for path in sorted(TEXTS.glob("*.yml")):
        groups, _ = load_yaml(path)
        if not isinstance(groups, dict):
            continue  # neutral.yml: no language is right there
        for group, texts in groups.items():
            in_one_language = path.stem not in ("mixed", "other")
            result = score(identifier, path.stem if in_one_language else group, texts)
            print(
                f"{path.stem + ' ' + group:20}{result.texts:6}{result.accuracy:8.1%}"
                f"{result.clear / result.texts:8.1%}{len(result.clearly_wrong):15}"
            )
            for text in result.missed:
                print(f"    {text}")


if __name__ == "__main__":
    main(sys.argv[1:])
