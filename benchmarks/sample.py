"""A part of the training data with the same number of sentences for each language and intent."""

from __future__ import annotations

import json
import random
import re
from pathlib import Path

from ruamel.yaml import YAML

from bot.nlu.utterances import Utterance, without_annotations
from bot.paths import PROJECT

SEED = 7

# (language, intent) and the sentences with their annotations
Cells = dict[tuple[str, str], list[str]]


def all_examples(folder: Path = PROJECT / "data" / "nlu") -> Cells:
    """All training sentences with Rasa's annotations."""
    cells: Cells = {}
    for path in sorted(folder.glob("*/*.yml")):
        for block in YAML(typ="safe").load(path)["nlu"]:
            lines = re.findall(r"^\s*- (.*\S)", str(block.get("examples") or ""), re.MULTILINE)
            cells.setdefault((path.parent.name, block.get("intent", "")), []).extend(lines)
    return {cell: lines for cell, lines in cells.items() if cell[1]}


def stratified(cells: Cells, each: int | None) -> Cells:
    """At most so many sentences of each cell, the same ones every time; None for all."""
    if each is None:
        return cells
    chance = random.Random(SEED)
    return {
        cell: chance.sample(lines, min(each, len(lines))) for cell, lines in sorted(cells.items())
    }


def write_nlu(cells: Cells, folder: Path) -> None:
    """Writes one file a language in Rasa's format."""
    folder.mkdir(parents=True, exist_ok=True)
    for language in sorted({language for language, _ in cells}):
        blocks = [
            f"- intent: {intent}\n  examples: |\n" + "".join(f"    - {line}\n" for line in lines)
            for (code, intent), lines in sorted(cells.items())
            if code == language
        ]
        text = 'version: "3.1"\nnlu:\n' + "".join(blocks)
        (folder / f"{language}.yml").write_text(text, encoding="utf-8")


def utterances_of(cells: Cells) -> list[Utterance]:
    """The sentences without annotations."""
    return [
        Utterance(language, intent, without_annotations(line))
        for (language, intent), lines in sorted(cells.items())
        for line in lines
    ]


def size(cells: Cells) -> int:
    """How many sentences there are."""
    return sum(map(len, cells.values()))


def key(cells: Cells) -> str:
    """Names exactly these sentences."""
    import hashlib

    rows = sorted([*cell, line] for cell, lines in cells.items() for line in lines)
    return hashlib.sha256(json.dumps(rows).encode()).hexdigest()[:12]
