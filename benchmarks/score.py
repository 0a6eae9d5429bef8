"""Scores what `roi ask --json` printed against a file of labelled messages.

    ./roi ask --json < DEV.jsonl > out.jsonl; python -m benchmarks.score DEV.jsonl out.jsonl

The same figures as `roi eval` prints, of whole turns: topics are those that were answered.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

from bot.evaluation.labelled import Labelled, messages_of_jsonl
from bot.evaluation.measures import Outcome, Tally
from bot.evaluation.report import Row, shown, table
from bot.evaluation.understanding import outcome_of_answer


def main() -> None:
    """Prints a row a language, the worst first."""
    labelled = messages_of_jsonl(Path(sys.argv[1]))
    lines = Path(sys.argv[2]).read_text(encoding="utf-8").splitlines()
    pairs: dict[str, list[tuple[Labelled, Outcome]]] = {}
    for message, line in zip(labelled, lines, strict=True):
        outcome = outcome_of_answer(json.loads(line))
        pairs.setdefault(message.language, []).append((message, outcome))
    tallies = {code: Tally(found) for code, found in pairs.items()}
    print("\n".join(table({code: Row(tally) for code, tally in tallies.items()})))
    for code, tally in tallies.items():
        in_scope = shown(tally.share("in scope top 1", "in scope"))
        language = shown(tally.share("language", "messages"))
        print(f"{code}: top 1 in scope {in_scope}, language {language}")


if __name__ == "__main__":
    main()
