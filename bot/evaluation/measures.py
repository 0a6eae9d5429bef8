"""What is counted about understood messages; docs/nlu.md defines each figure. Pure functions."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from bot.evaluation.labelled import Entity, Labelled
from bot.languages import same_language
from bot.nlu.decision import EMERGENCY, OUT_OF_SCOPE


@dataclass(frozen=True)
class Outcome:
    """What the assistant made of a message.

    Attributes:
        topics: What it answers or offers, the first being what it acts on; then what came next.
        refused: It is told that this is not for the assistant, or that it was not understood.
        alarm: It gets the emergency answer.
        asked_back: It gets choices instead of an answer.
        language: The language it is taken to be in.
        entities: The fields found in it.
        answered: The topics answered, two where it is taken for two questions.
    """

    topics: tuple[str, ...]
    refused: bool = False
    alarm: bool = False
    asked_back: bool = False
    language: str | None = None
    entities: frozenset[Entity] = frozenset()
    answered: tuple[str, ...] = ()


class Tally:
    """Counts for a set of messages."""

    def __init__(self, pairs: Iterable[tuple[Labelled, Outcome]] = ()) -> None:
        """Counts the pairs given."""
        self.counts: Counter[str] = Counter()
        for message, outcome in pairs:
            self.add(message, outcome)

    def add(self, message: Labelled, outcome: Outcome) -> None:
        """Counts one message."""
        counts = self.counts
        first = outcome.topics[0] if outcome.topics else ""
        counts["messages"] += 1
        counts["top 1"] += first in message.right
        counts["top 2"] += bool(message.right & set(outcome.topics[:2]))
        counts["asked back"] += outcome.asked_back
        counts["language"] += same_language(outcome.language, message.language)
        counts["two answers"] += len(outcome.answered) > 1
        self._danger(message, outcome)
        self._scope(message, outcome, first)
        if message.entities is not None:
            counts["entities right"] += len(message.entities & outcome.entities)
            counts["entities found"] += len(outcome.entities)
            counts["entities named"] += len(message.entities)

    def _danger(self, message: Labelled, outcome: Outcome) -> None:
        if EMERGENCY in message.right:
            self.counts["danger"] += 1
            self.counts["danger found"] += outcome.alarm
        else:
            self.counts["no danger"] += 1
            self.counts["false alarms"] += outcome.alarm

    def _scope(self, message: Labelled, outcome: Outcome, first: str) -> None:
        if message.label == OUT_OF_SCOPE:
            self.counts["out of scope"] += 1
            self.counts["refused"] += outcome.refused
        else:
            self.counts["in scope"] += 1
            self.counts["in scope top 1"] += first in message.right
            wrongly = outcome.refused and OUT_OF_SCOPE not in message.right
            self.counts["false refusals"] += wrongly

    def share(self, part: str, whole: str) -> float | None:
        """A percentage; None where there was nothing to count."""
        return 100 * self.counts[part] / self.counts[whole] if self.counts[whole] else None

    @property
    def top_1(self) -> float | None:
        """How often what it acts on, or the first choice it offers, is right."""
        return self.share("top 1", "messages")

    @property
    def entity_f1(self) -> float | None:
        """The harmonic mean of precision and recall over all values of all messages."""
        found_and_named = self.counts["entities found"] + self.counts["entities named"]
        if not found_and_named:
            return None
        return 200 * self.counts["entities right"] / found_and_named


def both_found(pairs: Iterable[tuple[Labelled, Outcome]]) -> float | None:
    """How many messages with two questions get exactly both answers, in percent."""
    hits = [
        set(outcome.answered) == {message.label, message.second}
        for message, outcome in pairs
        if message.second is not None
    ]
    return 100 * sum(hits) / len(hits) if hits else None
