"""Scores what `roi ask --json` printed against a file of labelled messages.

    ./roi ask --json < DEV.jsonl > out.jsonl; python -m benchmarks.score DEV.jsonl out.jsonl

A label counts as found where it, or one of `also`, is the first (or in the first two) of `topics`.
"""

from __future__ import annotations

import json
import sys
from collections import Counter, defaultdict
from pathlib import Path
from typing import Any

OUT_OF_SCOPE, EMERGENCY = "out_of_scope", "emergency"


def main() -> None:
    """Prints a row a language."""
    labelled, answered = (
        [json.loads(line) for line in Path(path).read_text(encoding="utf-8").splitlines()]
        for path in sys.argv[1:3]
    )
    rows: dict[str, Counter[str]] = defaultdict(Counter)
    for line, answer in zip(labelled, answered, strict=True):
        _count(rows[line["lang"]], line, answer)
    for language, row in sorted(rows.items(), key=lambda item: -item[1]["messages"]):
        print(
            f"{language}  {row['messages']:4d} messages"
            f"  top 1 {_share(row, 'first', 'messages')}  top 2 {_share(row, 'two', 'messages')}"
            f"  in scope {_share(row, 'in first', 'in scope')}"
            f"  out of scope refused {_share(row, 'refused', 'out')}"
            f"  false refusals {_share(row, 'wrongly refused', 'in scope')}"
            f"  emergencies {row['found']}/{row['danger']}, false alarms {row['alarms']}"
            f"  language {_share(row, 'language', 'messages')}"
        )


def _count(row: Counter[str], line: dict[str, Any], answer: dict[str, Any]) -> None:
    right = {line["label"], *line.get("also", [])}
    topics = answer.get("topics") or [""]
    row["messages"] += 1
    row["first"] += topics[0] in right
    row["two"] += bool(right & set(topics[:2]))
    row["language"] += answer.get("language", "").split("-")[0] == line["lang"]
    alarm = answer.get("handoff") == EMERGENCY
    if line["label"] == EMERGENCY:
        row["danger"] += 1
        row["found"] += alarm
    else:
        row["alarms"] += alarm
    if line["label"] == OUT_OF_SCOPE:
        row["out"] += 1
        row["refused"] += topics[0] == OUT_OF_SCOPE
    else:
        row["in scope"] += 1
        row["in first"] += topics[0] in right
        row["wrongly refused"] += topics[0] == OUT_OF_SCOPE and OUT_OF_SCOPE not in right


def _share(row: Counter[str], part: str, whole: str) -> str:
    return f"{100 * row[part] / row[whole]:.1f} %" if row[whole] else "-"


if __name__ == "__main__":
    main()
