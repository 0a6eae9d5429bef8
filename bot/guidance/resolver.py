"""From what a person has said to a plan, or to the next question worth asking. Pure functions."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache

from bot.guidance.load import Guidance
from bot.guidance.model import UNSURE, Outcome, Routes, Rule, Table
from bot.guidance.tables import matches

Known = Mapping[str, str]
"""What is known of a request: a field's value, or the name of one of its groups."""


@dataclass(frozen=True)
class Question:
    """The question to ask next: its field and the values (or groups) to offer."""

    field: str
    offer: tuple[str, ...]


@dataclass(frozen=True)
class Plan:
    """What to do, all by id; the wording is chosen elsewhere.

    Attributes:
        rules: The rules that hit, one a table; empty for a topic with an answer of its own.
        contacts: Departments, the one to turn to first.
        forms: Forms to fill in.
        statements: Steps, notes, documents, timing and cost, in order.
        open_fields: Fields not known that could still change the plan.
    """

    rules: tuple[str, ...]
    contacts: tuple[str, ...]
    forms: tuple[str, ...]
    statements: tuple[str, ...]
    open_fields: tuple[str, ...] = ()

    @property
    def complete(self) -> bool:
        """Is there nothing left that an answer could change?"""
        return not self.open_fields


def candidates(routes: Routes, field: str, known: Known) -> tuple[str, ...]:
    """The values that a field can still have."""
    spec = routes.fields[field]
    value = known.get(field)
    if value is None:
        return spec.values
    return spec.groups.get(value, (value,))


def remaining(table: Table, routes: Routes, known: Known) -> list[Rule]:
    """The rules of a table that what is known does not rule out."""
    possible = {field: frozenset(candidates(routes, field, known)) for field in routes.fields}
    return [
        rule
        for rule in table.rules
        if not any(possible[field].isdisjoint(values) for field, values in rule.when.items())
    ]


def is_worth_asking(guidance: Guidance, field: str, known: Known) -> bool:
    """Do the remaining rules differ on the field? That one may not know counts for nothing."""
    return _is_worth_asking(guidance, field, frozenset(known.items()))


# A turn asks it of each field, up to four times; people's requests are the same few hundred.
@lru_cache(maxsize=4096)
def _is_worth_asking(guidance: Guidance, field: str, items: frozenset[tuple[str, str]]) -> bool:
    routes, known = guidance.routes, dict(items)
    values = [value for value in candidates(routes, field, known) if value != UNSURE]
    if len(values) < 2:
        return False
    for table in routes.tables:
        if not table.asks or all(field not in rule.when for rule in table.rules):
            continue
        outcomes = {
            frozenset(_key(rule.then) for rule in remaining(table, routes, {**known, field: value}))
            for value in values
        }
        if len(outcomes) > 1:
            return True
    return False


def matters(guidance: Guidance, field: str, known: Known) -> bool:
    """Does any rule that can still hit look at the field?"""
    others = {name: value for name, value in known.items() if name != field}
    return any(
        field in rule.when
        for table in guidance.routes.tables
        for rule in remaining(table, guidance.routes, others)
    )


def next_question(guidance: Guidance, known: Known) -> Question | None:
    """The first field, in the order of routes.yml, that is worth asking.

    Args:
        guidance: The hospital's guidance.
        known: What the person has said so far.

    Returns:
        The question with the values to offer, or None when the plan is settled.
    """
    for field in guidance.routes.fields:
        if is_worth_asking(guidance, field, known):
            return Question(field, _offer(guidance.routes, field, known))
    return None


def resolve(guidance: Guidance, known: Known) -> Plan:
    """The plan for what is known; open questions count as "I don't know".

    Raises:
        KeyError: `known` names a field or value that routes.yml does not have.
    """
    routes = guidance.routes
    check_known(routes, known)
    answers = {field: _settled(candidates(routes, field, known)) for field in routes.fields}
    hits = [rule for table in routes.tables for rule in table.rules if matches(rule, answers)]
    open_fields = tuple(field for field in routes.fields if is_worth_asking(guidance, field, known))
    return Plan(
        rules=tuple(rule.id for rule in hits),
        contacts=_joined(rule.then.contacts for rule in hits),
        forms=_joined(rule.then.forms for rule in hits),
        statements=_in_order(guidance, _joined(rule.then.statements for rule in hits)),
        open_fields=open_fields,
    )


def plan_of_answer(answer: Outcome) -> Plan:
    """The plan of a topic that has an answer of its own."""
    return Plan((), answer.contacts, answer.forms, answer.statements)


def check_known(routes: Routes, known: Known) -> None:
    """Raises KeyError for a field or value that does not exist."""
    for field, value in known.items():
        spec = routes.fields[field]
        if value not in spec.values and value not in spec.groups:
            raise KeyError(f"{field}={value}")


def every_request(routes: Routes) -> Iterator[dict[str, str]]:
    """Every combination of answers to all fields; for tests and for staff's coverage report."""
    names = list(routes.fields)
    for values in itertools.product(*(routes.fields[name].values for name in names)):
        yield dict(zip(names, values, strict=True))


def _offer(routes: Routes, field: str, known: Known) -> tuple[str, ...]:
    spec = routes.fields[field]
    group = known.get(field)
    if group is not None:
        return spec.groups[group]
    return spec.offer


def _key(outcome: Outcome) -> tuple[tuple[str, ...], ...]:
    return outcome.contacts, outcome.forms, outcome.statements


def _settled(values: tuple[str, ...]) -> str:
    return values[0] if len(values) == 1 else UNSURE


def _in_order(guidance: Guidance, statements: tuple[str, ...]) -> tuple[str, ...]:
    """Tables contribute side by side; the order of statements.yml is the order of doing."""
    place = {name: index for index, name in enumerate(guidance.statements)}
    return tuple(sorted(statements, key=place.__getitem__))


def _joined(parts: Iterable[tuple[str, ...]]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(name for part in parts for name in part))
