"""Writes tests/nlu in Rasa's format for `rasa test nlu`: `python scripts/nlu_test_data.py FOLDER`.

Ours has one language a file and entities apart from the sentence; Rasa measures intents on it.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

SOURCE = Path(__file__).resolve().parent.parent / "tests" / "nlu"


def converted(data: dict[str, Any]) -> dict[str, Any]:
    """One of our files as one of Rasa's; what no intent of ours stands for is left out."""
    examples = [
        {"intent": row["intent"], "examples": [{"text": row["text"]}]}
        for row in data["examples"]
        if row.get("intent")
    ]
    return {"version": "3.1", "nlu": examples}


def main(folder: Path) -> None:
    """Converts every file, keeping the folders by language."""
    for source in sorted(SOURCE.glob("*/*.yml")):
        target = folder / source.relative_to(SOURCE)
        target.parent.mkdir(parents=True, exist_ok=True)
        with target.open("w", encoding="utf-8") as file:
            YAML(typ="safe").dump(converted(YAML(typ="safe").load(source)), file)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
