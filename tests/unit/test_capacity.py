"""The tables of docs/capacity.md follow from its inputs."""

from __future__ import annotations

import pytest

from benchmarks.capacity import DOCUMENT, inputs, needs, updated

TEXT = DOCUMENT.read_text(encoding="utf-8")


def test_the_tables_of_the_document_are_computed_from_its_inputs() -> None:
    assert updated(TEXT) == TEXT, "run `python -m benchmarks.capacity`"


def test_twice_as_many_conversations_need_twice_as_much_and_two_workers_at_least() -> None:
    given = inputs(TEXT)
    one, two = needs(given, 100_000), needs(given, 200_000)
    assert two["commits a second"] == pytest.approx(2 * one["commits a second"])
    assert two["workers (a core each)"] == pytest.approx(2 * one["workers (a core each)"], abs=2)
    assert needs(given, 1)["workers (a core each)"] == 2
