"""`roi eval` with the trained model, and floors under what it measures.

A floor stands some points below what was measured when it was set (docs/nlu.md): it catches what
breaks understanding, not a sentence more or less.
"""

from __future__ import annotations

import argparse
import csv
from pathlib import Path

import pytest

from bot.languages import load_languages

# By language: top 1, entity F1, language of sentences; all in percent.
FLOORS = {
    "ar": (90.0, 82.0, 98.0),
    "en": (93.0, 85.0, 98.0),
    "es": (91.0, 82.0, 98.0),
    "fr": (91.0, 91.0, 98.0),
    "ht": (90.5, 86.0, 97.0),
    "pt": (91.0, 83.0, 98.0),
    "ru": (91.0, 83.0, 98.0),
    "vi": (91.0, 87.0, 98.0),
    "zh-Hans": (91.5, 85.0, 98.0),
}
MOST_FALSE_REFUSALS = 5.0
LEAST_BOTH_ANSWERED, MOST_FALSE_SPLITS = 80.0, 1.0
MOST_FALSE_SPLITS_IN_ONE = 1.6  # of some 380 sentences: six
MOST_ALARMS = 0.04


@pytest.fixture(scope="module")
def printed(
    model_path: Path, tmp_path_factory: pytest.TempPathFactory
) -> tuple[dict[str, dict[str, str]], Path]:
    """The rows of the table by language, and the folder that was written to."""
    import contextlib
    import io

    from bot.cli.eval import run

    folder = tmp_path_factory.mktemp("eval")
    output = io.StringIO()
    with contextlib.redirect_stdout(output):
        assert run(argparse.Namespace(file=None, model=model_path, output=folder)) == 0
    lines = output.getvalue().splitlines()
    start = next(i for i, line in enumerate(lines) if line.split()[:1] == ["language"])
    names = lines[start].replace("top 1", "top_1").replace("top 2", "top_2").split()
    end = start + 1 + len(load_languages().offered)
    rows = [dict(zip(names, line.split(), strict=True)) for line in lines[start + 1 : end]]
    return {row["language"]: row for row in rows}, folder


def test_each_language_has_a_floor_and_a_row(printed):
    assert set(printed[0]) == set(FLOORS) == set(load_languages().offered)


@pytest.mark.parametrize("language", sorted(FLOORS))
def test_a_language_is_understood_as_well_as_before(printed, language: str):
    row = printed[0][language]
    top_1, entities, sentences = FLOORS[language]
    assert float(row["top_1"]) >= top_1
    assert float(row["entities"]) >= entities
    assert float(row["sentences"]) >= sentences
    assert float(row["refusals"]) <= MOST_FALSE_REFUSALS
    found, danger = map(int, row["danger"].split("/"))
    assert found >= danger - 1
    alarms, others = map(int, row["alarms"].split("/"))
    assert alarms <= MOST_ALARMS * others


@pytest.mark.parametrize("language", sorted(FLOORS))
def test_two_questions_get_both_answers(printed, language: str):
    row = printed[0][language]
    assert float(row["both"]) >= LEAST_BOTH_ANSWERED
    assert float(row["splits"]) <= MOST_FALSE_SPLITS_IN_ONE


def test_one_question_is_hardly_ever_taken_for_two(printed):
    rows = printed[0].values()
    false = sum(float(row["splits"]) * int(row["messages"]) for row in rows)
    assert false / sum(int(row["messages"]) for row in rows) <= MOST_FALSE_SPLITS


def test_the_worst_language_comes_first(printed):
    figures = [float(row["top_1"]) for row in printed[0].values()]
    assert figures == sorted(figures)


def test_picture_and_errors_are_written(printed):
    folder = printed[1]
    assert (folder / "confusion.png").read_bytes().startswith(b"\x89PNG")
    with (folder / "errors.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert rows
    assert {row["language"] for row in rows} <= set(FLOORS)
