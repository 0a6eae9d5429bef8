"""The table of figures, worst language first, and the list of errors for staff."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from bot.evaluation.labelled import Labelled
from bot.evaluation.measures import Outcome, Tally

# A spreadsheet takes a cell that begins with one of these for a formula.
_FORMULA = ("=", "+", "-", "@", "＝", "＋", "－", "＠", "\t", "\r", "\n")

_COLUMNS = (
    "messages", "top 1", "top 2", "asked", "out", "refusals", "danger", "alarms",
    "sentences", "short", "entities", "both", "splits",
)  # fmt: skip


@dataclass(frozen=True)
class Row:
    """One language's figures.

    Attributes:
        tally: Of its labelled messages.
        sentences: How often the language of a sentence is recognised, in percent.
        short: The same for one to three words.
        both: How many messages with two questions get both answers.
    """

    tally: Tally
    sentences: float | None = None
    short: float | None = None
    both: float | None = None

    @property
    def figures(self) -> tuple[str, ...]:
        """As printed, in the order of the table's columns."""
        tally, counts = self.tally, self.tally.counts
        return (
            str(counts["messages"]),
            shown(tally.top_1),
            shown(tally.share("top 2", "messages")),
            shown(tally.share("asked back", "messages")),
            shown(tally.share("refused", "out of scope")),
            shown(tally.share("false refusals", "in scope")),
            f"{counts['danger found']}/{counts['danger']}",
            f"{counts['false alarms']}/{counts['no danger']}",
            shown(self.sentences),
            shown(self.short),
            shown(tally.entity_f1),
            shown(self.both),
            shown(tally.share("two answers", "messages")),
        )


def table(rows: Mapping[str, Row]) -> list[str]:
    """The lines of the table, the language with the lowest top 1 first."""
    worst_first = sorted(rows.items(), key=lambda item: item[1].tally.top_1 or 0.0)
    cells = [("language", *_COLUMNS), *((code, *row.figures) for code, row in worst_first)]
    widths = [max(len(line[column]) for line in cells) for column in range(len(cells[0]))]
    return ["  ".join(map(str.rjust, line, widths)) for line in cells]


def shown(share: float | None) -> str:
    """A percentage with one decimal, or a dash."""
    return "-" if share is None else f"{share:.1f}"


def errors(pairs: Iterable[tuple[Labelled, Outcome]]) -> list[tuple[str, ...]]:
    """What was understood wrongly: an intent, or fields that were missed or made up."""
    found: list[tuple[str, ...]] = []
    for message, outcome in pairs:
        wanted = message.entities if message.entities is not None else outcome.entities
        right = bool(outcome.topics) and outcome.topics[0] in message.right
        if right and wanted == outcome.entities:
            continue
        found.append(
            (
                message.language,
                message.text,
                message.label,
                outcome.topics[0] if outcome.topics else "",
                "yes" if outcome.asked_back else "",
                _listed(wanted - outcome.entities),
                _listed(outcome.entities - wanted),
            )
        )
    return found


def write_errors(path: Path, rows: Sequence[tuple[str, ...]]) -> None:
    """Writes the errors for a spreadsheet: UTF-8 with a mark, no cell that is a formula."""
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(
            ("language", "text", "right", "taken for", "asked back", "missed", "made up")
        )
        writer.writerows([safe_cell(cell) for cell in row] for row in rows)


def safe_cell(text: str) -> str:
    """A cell that no spreadsheet takes for a formula."""
    return f"'{text}" if text.lstrip(" ").startswith(_FORMULA) else text


def _listed(entities: Iterable[tuple[str, str]]) -> str:
    return ", ".join(sorted(f"{field} {value}" for field, value in entities))
