"""Why the assistant answered as it did, as lines for staff to read."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import Any

from bot.content_loader import LineLookup
from bot.content_store import shipped_guidance
from bot.guidance.load import FOLDER
from bot.observed import Observed

_MARGIN = 11  # the width of the names before the colons


def trace(turn: Observed) -> list[str]:
    """The details of one turn: understanding, decision, rules and where they come from.

    Args:
        turn: What the turn brought.
    """
    return [f"  {name + ':':<{_MARGIN}} {value}" for name, value in _details(turn)]


def _details(turn: Observed) -> Iterator[tuple[str, str]]:
    yield "language", _language(turn)
    yield "intent", _intent(turn)
    if turn.understood.get("intent_ranking"):
        yield "ranking", _ranking(turn)
    yield "entities", _entities(turn)
    yield "decision", _decision(turn)
    yield "messages", ", ".join((*turn.remarks, *turn.keys))
    if turn.topics:
        yield "topics", ", ".join(turn.topics)
    if turn.plan is not None:
        yield from _plan(turn)
    known = {name: turn.slots.get(name) for name in shipped_guidance().routes.fields}
    yield "request", _pairs({name: value for name, value in known.items() if value is not None})


def _language(turn: Observed) -> str:
    evidence = turn.understood.get("language")
    if not isinstance(evidence, dict):
        return f"{turn.language} (the message says nothing about it)"
    kind = "clear" if evidence.get("clear") else "weak"
    sentence = ", a sentence" if evidence.get("sentence") else ""
    found = f"{evidence.get('code')} {_number(evidence.get('confidence'))}, {kind}{sentence}"
    return f"{turn.language} (evidence: {found})"


def _intent(turn: Observed) -> str:
    if turn.intent is None:
        return "none; the message was refused before understanding"
    confidence = (turn.understood.get("intent") or {}).get("confidence")
    return f"{turn.intent} {_number(confidence)}"


def _ranking(turn: Observed) -> str:
    best = turn.understood["intent_ranking"][:3]
    return ", ".join(f"{entry['name']} {_number(entry['confidence'])}" for entry in best)


def _entities(turn: Observed) -> str:
    found = turn.understood.get("entities") or []
    shown = []
    for entity in found:
        start, end = entity.get("start"), entity.get("end")
        text = str(turn.understood.get("text") or "")
        words = f' ("{text[start:end]}")' if start is not None and end is not None else ""
        shown.append(f"{entity.get('entity')}={entity.get('value')}{words}")
    return ", ".join(shown) or "none"


def _decision(turn: Observed) -> str:
    emergency, candidates = turn.understood.get("emergency"), turn.understood.get("candidates")
    if emergency:
        return f"emergency, by the rules for {emergency}"
    if candidates:
        return f"clarify: {', '.join(candidates)}"
    if turn.intent is None:
        return "refused"
    if not turn.understood.get("intent_ranking"):
        return "a choice was picked"
    return "acted on"


def _plan(turn: Observed) -> Iterator[tuple[str, str]]:
    guidance = shipped_guidance()
    for rule in turn.plan_ids("rules"):
        table, line = _rule_places()[rule]
        yield "rule", f"{rule} (table {table}, routes.yml:{line})"
    for name in turn.plan_ids("statements"):
        section = guidance.statements[name].section or ""
        heading = guidance.directory.sections.get(section, section)
        yield "states", f'{name} (statements.yml:{_statement_line(name)}, "{heading}")'
    yield "contacts", ", ".join(turn.plan_ids("contacts")) or "none"
    left = (turn.plan or {}).get("open_questions") or ()
    yield "open", ", ".join(left) or "nothing; the plan is settled"


@lru_cache(maxsize=1)
def _rule_places() -> dict[str, tuple[str, int]]:
    """Table and line of each rule of routes.yml."""
    lines = LineLookup(FOLDER / "routes.yml")
    return {
        rule.id: (table.id, lines.line("tables", t, "rules", r))
        for t, table in enumerate(shipped_guidance().routes.tables)
        for r, rule in enumerate(table.rules)
    }


@lru_cache(maxsize=1)
def _statement_lines() -> Any:
    return LineLookup(FOLDER / "statements.yml")


def _statement_line(name: str) -> int:
    return int(_statement_lines().line("statements", name))


def _number(value: Any) -> str:
    return f"{float(value):.2f}" if value is not None else "-"


def _pairs(values: dict[str, Any]) -> str:
    return ", ".join(f"{name}={value}" for name, value in values.items()) or "nothing known"
