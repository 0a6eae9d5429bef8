"""What is acted on, from the classifier's probabilities: refusals, near ties, bare answers."""

from __future__ import annotations

from typing import Any

import pytest

from bot.nlu.decision import (
    ANSWER,
    CLARIFY,
    EMERGENCY,
    NOT_UNDERSTOOD,
    OUT_OF_SCOPE,
    Decision,
    Thresholds,
    as_answer,
    decide,
    is_bare_item,
    with_wish_named,
)

TOPICS = frozenset({"radiology_images", "fees", "itemized_bill", "mychart"})
XRAY = "radiology_images"


def taken_for(ranking: dict[str, float], **known: Any) -> Decision:
    entries = [{"name": name, "confidence": p} for name, p in ranking.items()]
    entries.sort(key=lambda entry: -entry["confidence"])
    has_entities = known.pop("has_entities", bool(known.get("bare_item")))
    return decide(entries, Thresholds(), None, TOPICS, has_entities, **known)


@pytest.mark.parametrize(
    ("ranking", "bare_item", "intent"),
    [
        ({OUT_OF_SCOPE: 0.29, XRAY: 0.27, "fees": 0.24, ANSWER: 0.14}, XRAY, XRAY),
        ({OUT_OF_SCOPE: 0.29, XRAY: 0.27, "fees": 0.24, ANSWER: 0.14}, None, OUT_OF_SCOPE),
        ({OUT_OF_SCOPE: 0.60, XRAY: 0.27, ANSWER: 0.13}, XRAY, OUT_OF_SCOPE),
        ({ANSWER: 0.47, OUT_OF_SCOPE: 0.41, "itemized_bill": 0.12}, "itemized_bill", OUT_OF_SCOPE),
        ({"fees": 0.90, XRAY: 0.05, OUT_OF_SCOPE: 0.03}, XRAY, "fees"),
    ],
)
def test_whoever_names_little_but_an_item_wants_it_unless_all_else_is_likelier(
    ranking: dict[str, float], bare_item: str | None, intent: str
) -> None:
    assert taken_for(ranking, bare_item=bare_item).intent == intent


def test_words_beside_the_item_are_counted() -> None:
    text = "i really need my x-ray"
    place = [("item", text.index("x-ray"), len(text))]
    assert is_bare_item(text, place)
    assert not is_bare_item(f"{text} before friday, can you send", place)
    assert not is_bare_item("hello", [])


def test_a_near_tie_of_topics_is_asked_back() -> None:
    decision = taken_for({XRAY: 0.45, "fees": 0.42, "mychart": 0.05})
    assert decision.intent == CLARIFY and decision.choices == (XRAY, "fees")


def test_little_of_everything_is_not_understood() -> None:
    assert taken_for({XRAY: 0.1, "fees": 0.1, "greet": 0.1}).intent == NOT_UNDERSTOOD


def test_a_likely_emergency_goes_before_all() -> None:
    assert taken_for({OUT_OF_SCOPE: 0.35, EMERGENCY: 0.65}).intent == EMERGENCY


@pytest.mark.parametrize(("confidence", "intent"), [(0.7, ANSWER), (0.9, "mychart")])
def test_a_bare_phrase_in_a_conversation_is_a_topic_only_where_that_is_clear(
    confidence: float, intent: str
) -> None:
    decision = as_answer(Decision("mychart", confidence), frozenset(), Thresholds())
    assert decision.intent == intent


def test_a_wish_that_names_an_item_is_not_vague() -> None:
    ranking = [{"name": "start_request", "confidence": 0.9}, {"name": "fees", "confidence": 0.1}]
    found = with_wish_named(ranking, XRAY)
    assert [(entry["name"], entry["confidence"]) for entry in found] == [(XRAY, 0.9), ("fees", 0.1)]
    assert with_wish_named(ranking, "fees")[0] == {"name": "fees", "confidence": 1.0}
    assert with_wish_named(ranking, None) == ranking
    assert with_wish_named(ranking[1:], XRAY) == ranking[1:]
