"""Sets the thresholds of bot.nlu.decision on development data: it prints a table, staff choose.

    python -m benchmarks.thresholds DEV.jsonl

Each line of the file is {"text", "lang", "label", "also"}. Only offered languages count; the rules
for answers and for bare items are left out.
"""

from __future__ import annotations

import argparse
import itertools
from dataclasses import replace
from pathlib import Path
from typing import Any

from benchmarks.features import Features, offered_messages, trained_model
from bot.content_store import shipped_guidance
from bot.guidance.answer import topics_by_item
from bot.nlu.decision import (
    CLARIFY,
    EMERGENCY,
    NOT_UNDERSTOOD,
    OUT_OF_SCOPE,
    Thresholds,
    decide,
    with_wish_named,
)
from bot.nlu.emergency_rules import EmergencyRules
from bot.paths import CONTENT

Judged = tuple[frozenset[str], list[dict[str, Any]], str | None, bool]


def main() -> None:
    """Prints the twenty best settings by what a person gets: the answer, or the right choice."""
    parser = argparse.ArgumentParser()
    parser.add_argument("dev", type=Path)
    judged = _rankings(parser.parse_args().dev)
    topics = frozenset(shipped_guidance().topics) - {EMERGENCY, OUT_OF_SCOPE}
    rows = []
    grid = itertools.product(
        (0.06, 0.09, 0.12, 0.16, 0.2, 0.25),
        (0.2, 0.3),
        (0.4, 0.5, 0.6),
        (0.08, 0.15),
    )
    for oos, understood, sure, margin in grid:
        thresholds = replace(
            Thresholds(),
            out_of_scope=oos,
            understood=understood,
            sure=sure,
            margin=margin,
        )
        rows.append((_score(judged, thresholds, topics), thresholds))
    rows.sort(key=lambda row: -row[0]["value"])
    for score, t in rows[:20]:
        shown = "  ".join(f"{name} {value:5.1f}" for name, value in score.items())
        print(f"{t.out_of_scope:.2f} {t.understood:.2f} {t.sure:.2f} {t.margin:.2f}  {shown}")


def _rankings(dev: Path) -> list[Judged]:
    messages = offered_messages(dev)
    features, model = Features(), trained_model()
    rules = EmergencyRules.load(CONTENT / "emergency")
    by_item, judged = topics_by_item(shipped_guidance()), []
    examples = features.examples(
        [message.text for message in messages], [message.language for message in messages]
    )
    for message, example in zip(messages, examples, strict=True):
        ranking = [{"name": n, "confidence": c} for n, c in model.ranking(example, 6)]
        items = {f.removeprefix("item=") for f in example.features if f.startswith("item=")}
        topic = by_item.get(*items) if len(items) == 1 else None
        ranking = list(with_wish_named(ranking, topic))
        emergency = rules.detect(message.text)
        judged.append((message.right, ranking, emergency, bool(example.features)))
    return judged


def _score(
    judged: list[Judged], thresholds: Thresholds, topics: frozenset[str]
) -> dict[str, float]:
    answered = offered = asked = refused = out = wrongly = inside = 0
    for right, ranking, emergency, has_entities in judged:
        decision = decide(ranking, thresholds, emergency, topics, has_entities)
        intent = OUT_OF_SCOPE if decision.intent == NOT_UNDERSTOOD else decision.intent
        answered += intent in right
        asked += intent == CLARIFY
        offered += intent == CLARIFY and bool(right & set(decision.choices))
        if OUT_OF_SCOPE in right:
            out += 1
            refused += intent == OUT_OF_SCOPE
        else:
            inside += 1
            wrongly += intent == OUT_OF_SCOPE
    number = len(judged)
    return {
        # A right choice is worth most of an answer; a wrong refusal still gives a phone line.
        "value": 100 * (answered + 0.7 * offered) / number,
        "answered": 100 * answered / number,
        "asked": 100 * asked / number,
        "refused": 100 * refused / max(out, 1),
        "false refusals": 100 * wrongly / max(inside, 1),
    }


if __name__ == "__main__":
    main()
