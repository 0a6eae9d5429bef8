"""The checks that make the decision tables trustworthy: each combination hits exactly one rule."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping

from bot.content_loader import LineLookup
from bot.guidance.model import Routes, Rule, Table

Answers = Mapping[str, str]


def matches(rule: Rule, answers: Answers) -> bool:
    """Does the rule hit for these answers? `answers` has a value for each field."""
    return all(answers[field] in values for field, values in rule.when.items())


def combinations(routes: Routes, table: Table) -> Iterator[dict[str, str]]:
    """Every combination of answers to the fields that the table's rules look at."""
    used = [field for field in routes.fields if any(field in rule.when for rule in table.rules)]
    for values in itertools.product(*(routes.fields[field].values for field in used)):
        yield dict(zip(used, values, strict=True))


def decision_problems(routes: Routes, lines: LineLookup) -> Iterator[str]:
    """What is wrong with the tables, each problem with its line.

    Args:
        routes: The tables.
        lines: Finds the lines in routes.yml.

    Yields:
        Unknown fields and values, combinations that hit no rule or several, rules that
        no combination reaches, ids that stand twice.
    """
    seen: set[str] = set()
    for t, table in enumerate(routes.tables):
        unknown = [*_unknown_names(routes, table, t, lines)]
        yield from unknown
        for r, rule in enumerate(table.rules):
            if rule.id in seen:
                at = ("tables", t, "rules", r, "id")
                yield lines.problem(at, f"the id `{rule.id}` is taken", "Choose another id")
            seen.add(rule.id)
        if not unknown:
            yield from _hit_problems(routes, table, t, lines)


def _unknown_names(routes: Routes, table: Table, t: int, lines: LineLookup) -> Iterator[str]:
    for r, rule in enumerate(table.rules):
        at = ("tables", t, "rules", r, "when")
        for field, values in rule.when.items():
            if field not in routes.fields:
                mend = f"Write one of: {', '.join(routes.fields)}"
                yield lines.problem((*at, field), f"there is no field `{field}`", mend)
                continue
            for value in values:
                if value not in routes.fields[field].values:
                    mend = f"Write some of: {', '.join(routes.fields[field].values)}"
                    message = f"rule `{rule.id}`: `{field}` is never `{value}`"
                    yield lines.problem((*at, field), message, mend)


def _hit_problems(routes: Routes, table: Table, t: int, lines: LineLookup) -> Iterator[str]:
    reached: set[str] = set()
    for answers in combinations(routes, table):
        hits = [rule.id for rule in table.rules if matches(rule, answers)]
        reached.update(hits)
        if len(hits) == 1:
            continue
        shown = ", ".join(f"{field}={value}" for field, value in answers.items())
        message = (
            f"table `{table.id}`: {shown} hits no rule"
            if not hits
            else f"table `{table.id}`: {shown} hits the rules {', '.join(hits)}"
        )
        mend = "Add a rule for it" if not hits else "Leave one rule for it"
        yield lines.problem(("tables", t), message, mend)
    for r, rule in enumerate(table.rules):
        if rule.id not in reached:
            message = f"no combination reaches the rule `{rule.id}`"
            yield lines.problem(("tables", t, "rules", r), message, "Remove it")
