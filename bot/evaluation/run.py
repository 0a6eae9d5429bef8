"""Evaluates the assistant on our own sentences and, if given, on somebody else's messages."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from bot.content_loader import load_yaml
from bot.evaluation.labelled import (
    Labelled,
    messages_of_jsonl,
    own_messages,
    two_questions,
)
from bot.evaluation.measures import Outcome, Tally, both_found
from bot.evaluation.report import Row
from bot.evaluation.understanding import understand
from bot.languages import load_languages, same_language
from bot.paths import PROJECT

if TYPE_CHECKING:
    from rasa.core.agent import Agent

Pairs = list[tuple[Labelled, Outcome]]


@dataclass(frozen=True)
class Evaluation:
    """Figures by language, and what they were counted from."""

    rows: dict[str, Row]
    pairs: Pairs


async def evaluate_own(agent: Agent, languages: Sequence[str], root: Path = PROJECT) -> Evaluation:
    """Measures on ``tests/nlu`` and ``tests/data``.

    Args:
        agent: The loaded assistant.
        languages: Codes.
        root: The project's folder.
    """
    rows: dict[str, Row] = {}
    pairs: Pairs = []
    for code in languages:
        mine = await _pairs(agent, own_messages(code, root))
        double = await _pairs(agent, two_questions(code, root))
        sentences, short = await language_shares(agent, code, root)
        rows[code] = Row(Tally(mine), sentences, short, both_found(double))
        pairs += mine
    return Evaluation(rows, pairs)


async def evaluate_file(agent: Agent, path: Path) -> dict[str, Row]:
    """Measures on labelled messages from elsewhere; of these nothing but counts is kept.

    Raises:
        ValueError: A line of the file cannot be used.
    """
    by_language: dict[str, list[Labelled]] = {}
    for message in messages_of_jsonl(path):
        by_language.setdefault(message.language, []).append(message)
    return {
        code: Row(Tally(await _pairs(agent, messages))) for code, messages in by_language.items()
    }


def identified_only(offered: Sequence[str], root: Path = PROJECT) -> list[str]:
    """Languages that are recognised, to be handed over, but not answered in."""
    stems = (path.stem for path in sorted((root / "tests" / "data" / "language").glob("*.yml")))
    return [stem for stem in stems if stem not in offered and load_languages().get(stem)]


async def language_shares(
    agent: Agent, code: str, root: Path = PROJECT
) -> tuple[float | None, float | None]:
    """How often the language of sentences and of one to three words is recognised, in percent."""
    path = root / "tests" / "data" / "language" / f"{code}.yml"
    groups = load_yaml(path)[0] if path.exists() else {}
    shares = []
    for name in ("sentences", "short"):
        outcomes = await understand(agent, groups.get(name) or ())
        right = [same_language(outcome.language, code) for outcome in outcomes]
        shares.append(100 * sum(right) / len(right) if right else None)
    return shares[0], shares[1]


async def _pairs(agent: Agent, messages: Sequence[Labelled]) -> Pairs:
    outcomes = await understand(agent, [message.text for message in messages])
    return list(zip(messages, outcomes, strict=True))
