"""Decides what a message means from probabilities: an intent, a choice, or "not for me"."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

EMERGENCY, OUT_OF_SCOPE = "emergency", "out_of_scope"
VAGUE_WISH = "start_request"
ANSWER = "inform"
CLARIFY, NOT_UNDERSTOOD = "clarify", "nlu_fallback"
UNSUPPORTED_LANGUAGE = "unsupported_language"
CHANGE_LANGUAGE, INTERPRETER = "change_language", "interpreter"

_WORD = re.compile(r"[\u3400-\u9fff]|[^\W\u3400-\u9fff]+")


@dataclass(frozen=True)
class Thresholds:
    """Where the decisions change; measured in docs/nlu.md on development data.

    Attributes:
        out_of_scope: P(out_of_scope) from which a message is refused whatever leads.
        out_of_scope_answer: The same in the middle of a conversation: "he died in March" is then
            an answer more often than small talk.
        understood: The least confidence at which an intent is believed at all.
        sure: Confidence from which nothing is asked back.
        margin: Below `sure`, the lead that the first must have over the second.
        candidate: The least confidence at which an intent is offered as a choice.
        emergency: P(emergency) from which the classifier alone gives the emergency answer.
        bare: Confidence from which a bare phrase in a conversation is what it is taken for.
    """

    out_of_scope: float = 0.09
    out_of_scope_answer: float = 0.75
    understood: float = 0.30
    sure: float = 0.50
    margin: float = 0.15
    candidate: float = 0.08
    emergency: float = 0.30
    bare: float = 0.80


FEW_WORDS = 4
"""Words beside what is named that a bare answer has at most: "and what about", "для моей"."""


@dataclass(frozen=True)
class Decision:
    """What the message is taken for, and the choices to offer when it is a near tie."""

    intent: str
    confidence: float
    choices: tuple[str, ...] = ()


def is_bare(text: str, named: Sequence[tuple[str, int, int]]) -> bool:
    """Does a message hardly say more than whose, to whom, or by whom?

    Args:
        text: The message.
        named: What it names, with its place in the text.
    """
    fields = {field for field, _, _ in named}
    if not fields or "item" in fields:
        return False
    return _words_beside(text, named) <= FEW_WORDS


def _words_beside(text: str, named: Sequence[tuple[str, int, int]]) -> int:
    rest = "".join(
        " " if any(start <= place < end for _, start, end in named) else letter
        for place, letter in enumerate(text)
    )
    return len(_WORD.findall(rest))


def is_bare_item(text: str, named: Sequence[tuple[str, int, int]]) -> bool:
    """Does a message hardly say more than which item?

    Args:
        text: The message.
        named: What it names, with its place in the text.
    """
    return bool(named) and _words_beside(text, named) <= FEW_WORDS


def as_answer(decision: Decision, wishes: frozenset[str], thresholds: Thresholds) -> Decision:
    """A bare phrase, as "and for my mother", goes on with the conversation it stands in.

    By itself it would be a request of its own, of which nothing but the person is known.

    Args:
        decision: Taken without looking at what was said before.
        wishes: The topics that a request can be made of.
        thresholds: Where the decisions change.
    """
    kept = decision.intent in (EMERGENCY, INTERPRETER, CHANGE_LANGUAGE, UNSUPPORTED_LANGUAGE)
    if kept or (decision.intent not in wishes and decision.confidence >= thresholds.bare):
        return decision
    return Decision(ANSWER, max(decision.confidence, thresholds.sure))


def with_wish_named(
    ranking: Sequence[dict[str, Any]], topic: str | None
) -> Sequence[dict[str, Any]]:
    """What is wished for is not vague where an item is named: its topic has the probability.

    Args:
        ranking: The classifier's intents, most probable first.
        topic: That of the one item which the message names.
    """
    vague = [entry for entry in ranking if entry["name"] == VAGUE_WISH]
    if topic is None or not vague:
        return ranking
    probability = {str(entry["name"]): float(entry["confidence"]) for entry in ranking}
    probability[topic] = probability.get(topic, 0.0) + probability.pop(VAGUE_WISH)
    ordered = sorted(probability.items(), key=lambda item: -item[1])
    return [{"name": name, "confidence": confidence} for name, confidence in ordered]


def decide(
    ranking: Sequence[dict[str, Any]],
    thresholds: Thresholds,
    emergency: str | None,
    topics: frozenset[str],
    has_entities: bool,
    can_answer: bool = False,
    bare_item: str | None = None,
) -> Decision:
    """Decides on one message.

    Args:
        ranking: The classifier's intents, most probable first.
        thresholds: Where the decisions change.
        emergency: The kind that the emergency rules found; they win over everything.
        topics: The intents that can be offered as choices.
        has_entities: Did the person name something that a request is made of?
        can_answer: Does it name something that could go on with what was said before?
        bare_item: The topic of the one item that it names, where it hardly says more.

    Returns:
        The decision. A near tie between topics becomes CLARIFY with two to four of them.
    """
    if emergency is not None:
        return Decision(EMERGENCY, 1.0)
    if not ranking:
        return Decision(NOT_UNDERSTOOD, 0.0)
    probability = {entry["name"]: float(entry["confidence"]) for entry in ranking}
    if probability.get(EMERGENCY, 0.0) >= thresholds.emergency:
        return Decision(EMERGENCY, probability[EMERGENCY])
    limit = thresholds.out_of_scope_answer if can_answer else thresholds.out_of_scope
    # "Need my x-ray": whoever names little but an item wants it, unless all else is likelier.
    named, answer = probability.get(bare_item or "", 0.0), probability.get(ANSWER, 0.0)
    wanted = named + answer if named > answer else 0.0
    limit = max(limit, wanted)
    if probability.get(OUT_OF_SCOPE, 0.0) >= limit:
        return Decision(OUT_OF_SCOPE, probability[OUT_OF_SCOPE])
    ranking = [entry for entry in ranking if entry["name"] != OUT_OF_SCOPE]
    nobody: Mapping[str, Any] = {"name": NOT_UNDERSTOOD, "confidence": 0.0}
    first, second = [*ranking, nobody, nobody][:2]
    name, confidence = str(first["name"]), float(first["confidence"])
    if can_answer and name == ANSWER:
        # What remains is whether it is an answer; small talk is left out of account.
        confidence /= 1.0 - probability.get(OUT_OF_SCOPE, 0.0)
    clear = confidence - float(second["confidence"]) >= thresholds.margin
    if name == bare_item:
        clear, confidence = True, max(confidence, wanted)
    if confidence >= thresholds.understood and (confidence >= thresholds.sure or clear):
        return Decision(name, confidence)
    offered = tuple(
        str(entry["name"])
        for entry in ranking[:4]
        if entry["name"] in topics and float(entry["confidence"]) >= thresholds.candidate
    )
    if len(offered) >= 2 and (confidence >= thresholds.understood or has_entities):
        return Decision(CLARIFY, confidence, offered)
    if confidence >= thresholds.understood:
        return Decision(name, confidence)
    return Decision(NOT_UNDERSTOOD, confidence)
