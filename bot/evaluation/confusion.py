"""Which intents are taken for which, as a picture."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from pathlib import Path

import numpy as np
import numpy.typing as npt

from bot.evaluation.labelled import Labelled
from bot.evaluation.measures import Outcome


def confusion(
    pairs: Iterable[tuple[Labelled, Outcome]],
) -> tuple[list[str], npt.NDArray[np.int64]]:
    """Counts what messages of each label were taken for.

    Returns:
        The names, and the counts with a row for each true label and a column for each outcome. An
        intent that is right as well counts as the label.
    """
    counts: Counter[tuple[str, str]] = Counter()
    for message, outcome in pairs:
        taken = outcome.topics[0] if outcome.topics else ""
        counts[message.label, message.label if taken in message.right else taken] += 1
    names = sorted({name for pair in counts for name in pair})
    position = {name: index for index, name in enumerate(names)}
    matrix = np.zeros((len(names), len(names)), dtype=np.int64)
    for (true, taken), times in counts.items():
        matrix[position[true], position[taken]] = times
    return names, matrix


def draw(path: Path, names: list[str], matrix: npt.NDArray[np.int64]) -> None:
    """Writes the matrix as PNG: each row's shares as shades, every count that is not zero."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    rows = matrix.sum(axis=1, keepdims=True)
    shares = matrix / np.maximum(rows, 1)
    size = max(4.0, 0.32 * len(names) + 3)
    figure = Figure(figsize=(size, size), layout="constrained")
    axes = figure.add_subplot()
    axes.imshow(shares, cmap="Blues", vmin=0.0, vmax=1.0)
    axes.set_xticks(range(len(names)), names, rotation=90, fontsize=8)
    axes.set_yticks(range(len(names)), names, fontsize=8)
    axes.set_xlabel("taken for")
    axes.set_ylabel("right")
    for row, column in zip(*np.nonzero(matrix), strict=True):
        colour = "white" if shares[row, column] > 0.5 else "black"
        axes.text(
            column, row, str(matrix[row, column]), ha="center", va="center", color=colour, size=7
        )
    FigureCanvasAgg(figure).print_png(str(path))
