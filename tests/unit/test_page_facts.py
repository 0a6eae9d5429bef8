"""The list of the page's facts is complete: nothing of the page and nothing of ours is missing."""

from __future__ import annotations

import re

import pytest

from bot.content_store import shipped_guidance
from bot.guidance.load import FOLDER
from bot.languages import load_languages
from tests.page_facts import load_page_facts

GUIDANCE = shipped_guidance()
LIST = load_page_facts()


def squeezed(text: str) -> str:
    return re.sub(r"\s+", " ", text).strip()


PAGE = squeezed((FOLDER / "source-page.txt").read_text(encoding="utf-8"))


@pytest.mark.parametrize("fact", LIST.facts, ids=lambda fact: fact.id)
def test_a_fact_quotes_the_page(fact):
    assert squeezed(fact.quote) in PAGE


@pytest.mark.parametrize("fact", LIST.facts, ids=lambda fact: fact.id)
def test_a_fact_has_a_question_in_each_language(fact):
    assert set(fact.ask) == set(load_languages().offered)
    assert all(turn.strip() for language in fact.ask for turn in fact.turns(language))


def test_no_line_of_the_page_is_missing():
    covered = [False] * len(PAGE)
    quotes = [fact.quote for fact in LIST.facts] + [*GUIDANCE.directory.sections.values()]
    for quote in map(squeezed, quotes):
        for found in re.finditer(re.escape(quote), PAGE):
            covered[found.start() : found.end()] = [True] * len(quote)
    left = "".join("\n" if done else c for c, done in zip(PAGE, covered, strict=True))
    marks = re.compile(r"^[\s•]*(\d\.)?[\s•]*|[\s•\d.]*$")
    parts = {marks.sub("", part) for part in left.split("\n")}
    assert {part for part in parts if part} <= {*LIST.not_facts, "."}


def test_each_fact_has_an_id_of_its_own():
    ids = [fact.id for fact in LIST.facts]
    assert len(set(ids)) == len(ids)


def test_every_statement_is_brought_out_by_some_question():
    listed = {name for fact in LIST.facts for name in fact.statements}
    said = {name for name, statement in GUIDANCE.statements.items() if not statement.absent}
    assert listed == said


@pytest.mark.parametrize(
    ("part", "known"),
    [
        ("facts", {n for n, fact in GUIDANCE.directory.facts.items() if fact.outside is None}),
        ("links", set(GUIDANCE.directory.links)),
        ("departments", set(GUIDANCE.directory.departments)),
    ],
)
def test_everything_in_the_directory_is_brought_out_by_some_question(part, known):
    assert {name for fact in LIST.facts for name in getattr(fact, part)} == known


def test_what_stands_outside_the_page_is_only_for_emergencies_and_relay():
    outside = {n: f.value for n, f in GUIDANCE.directory.facts.items() if f.outside is not None}
    assert outside == {"emergency_number": "911", "crisis_line": "988", "relay_number": "711"}
