"""Does a message ask two things? Decided from what its parts are understood as. Pure functions."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from bot.guidance.answer import topics_by_item
from bot.guidance.load import Guidance
from bot.guidance.model import Topic
from bot.nlu.decision import (
    ANSWER,
    CHANGE_LANGUAGE,
    EMERGENCY,
    INTERPRETER,
    OUT_OF_SCOPE,
    UNSUPPORTED_LANGUAGE,
    Thresholds,
)

SURE_PART = 0.6
"""P(topic) from which a part counts as a question; set by `python -m benchmarks.two_questions`."""

_WHOLE = frozenset({EMERGENCY, CHANGE_LANGUAGE, UNSUPPORTED_LANGUAGE})
_NOT_ANSWERED_TWICE = frozenset({EMERGENCY, OUT_OF_SCOPE})


@dataclass(frozen=True)
class Part:
    """What a part of a message is understood as.

    Attributes:
        ranking: Probabilities by intent.
        items: The items that it names.
    """

    ranking: Mapping[str, float]
    items: frozenset[str] = frozenset()


class Several:
    """Finds the topics of messages that ask more than one thing."""

    def __init__(
        self,
        guidance: Guidance,
        sure: float = SURE_PART,
        emergency: float = Thresholds().emergency,
    ) -> None:
        """Makes it.

        Args:
            guidance: Its topics say what can be answered together.
            sure: P(topic) from which a part counts as a question.
            emergency: P(emergency) from which a part is one, as a whole message is.
        """
        self._topics = guidance.topics
        self._by_item = topics_by_item(guidance)
        self._sure, self._emergency = sure, emergency

    def topics(self, whole: str, parts: Sequence[Part], can_answer: bool = False) -> list[str]:
        """The two topics to answer, in the order of asking.

        Args:
            whole: What the whole message was taken for; danger and languages go before all.
            parts: Its parts.
            can_answer: It may be a bare answer within a conversation, which is never cut.

        Returns:
            Two topics, one that leads to further questions last; none if the message is one
            question, or its parts belong to one request.
        """
        if whole in _WHOLE or (can_answer and whole == ANSWER):
            return []
        if any(part.ranking.get(EMERGENCY, 0.0) >= self._emergency for part in parts):
            return []
        found = list(dict.fromkeys(topic for part in parts if (topic := self._topic(part))))
        if whole == INTERPRETER and whole not in found:
            return []  # an interpreter asked for by the name of a language
        if len(found) != 2 or not self._are_apart(*found):
            return []
        return sorted(found, key=lambda topic: self._topics[topic].mode == "guided")

    def _topic(self, part: Part) -> str | None:
        scores = {
            name: probability
            for name, probability in part.ranking.items()
            if name in self._topics and name not in _NOT_ANSWERED_TWICE
        }
        named = {self._by_item[item] for item in part.items if item in self._by_item}
        if len(named) == 1:
            # "… and my x-rays" alone reads like an answer; what it names is what is asked for.
            (topic,) = named
            scores[topic] = scores.get(topic, 0.0) + part.ranking.get(ANSWER, 0.0)
        best = max(scores, key=scores.__getitem__, default=None)
        return best if best is not None and scores[best] >= self._sure else None

    def _are_apart(self, first: str, second: str) -> bool:
        """Two questions, and no two sides of one request ("she died", "I need her x-rays")?"""
        one, other = self._topics[first], self._topics[second]
        if _is_information(one) or _is_information(other):
            return True
        return "item" in one.request and "item" in other.request


def items_of(entities: Iterable[Mapping[str, object]]) -> frozenset[str]:
    """The items among Rasa's entities."""
    return frozenset(str(e.get("value")) for e in entities if e.get("entity") == "item")


def _is_information(topic: Topic) -> bool:
    return topic.mode is None and not topic.default and not topic.covers
