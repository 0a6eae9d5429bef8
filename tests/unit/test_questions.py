"""Cutting messages where they may ask two things, and deciding whether they do."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from bot.content_loader import load_yaml
from bot.content_store import shipped_guidance
from bot.languages import load_languages
from bot.nlu.questions import MOST_PARTS, QuestionSplitter
from bot.nlu.several import Part, Several
from bot.paths import PROJECT

SPLITTER = QuestionSplitter.load()
SEVERAL = Several(shipped_guidance())


@pytest.mark.parametrize(
    ("language", "text", "parts"),
    [
        ("en", "How much is it AND how long?", ("How much is it", "how long")),
        ("en", "Are you open? Is it free?", ("Are you open", "Is it free")),
        ("es", "cuánto cuesta y además cuánto tarda", ("cuánto cuesta", "cuánto tarda")),
        ("es", "cuanto cuesta y ademas cuanto tarda", ("cuanto cuesta", "cuanto tarda")),
        ("zh-Hans", "要多少钱？还有要多久", ("要多少钱", "要多久")),
        ("zh-Hant", "要多少錢？要多久", ("要多少錢", "要多久")),
        ("ar", "كم التكلفة وكم يستغرق الأمر؟", ("كم التكلفة", "وكم يستغرق الأمر")),
        ("ru", "нужна карта, а также счёт", ("нужна карта", "счёт")),
        ("ht", "nou bezwen ak desè a ak rapò otopsi a", ("nou bezwen ak desè a", "rapò otopsi a")),
        (None, "Preciso disso. Quanto custa?", ("Preciso disso", "Quanto custa")),
    ],
)
def test_a_message_is_cut_at_and_and_between_sentences(
    language: str | None, text: str, parts: tuple[str, ...]
):
    assert SPLITTER.parts(text, language) == parts


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", "the post-mortem report, who should we phone?"),
        ("en", "is it 3.5 dollars at www.bmc.org"),
        ("en", "my hand and-foot scan"),
        ("fr", "puis-je l'avoir"),
        ("en", "and?"),
        ("en", ""),
        (None, "cuánto cuesta y cuánto tarda"),
        ("en", ". ".join(["one thing"] * (MOST_PARTS + 1))),
    ],
)
def test_nothing_else_is_cut(language: str | None, text: str):
    assert SPLITTER.parts(text, language) == ()


def test_every_offered_language_has_its_conjunctions():
    words, _ = load_yaml(PROJECT / "bot" / "content" / "conjunctions.yml")
    assert set(load_languages().offered) <= set(words)


def part(*items: str, **ranking: float) -> Part:
    return Part(ranking, frozenset(items))


def test_two_sure_parts_on_different_topics_are_two_questions():
    parts = [part(fees=0.9, out_of_scope=0.1), part(status_time=0.8)]
    assert SEVERAL.topics("out_of_scope", parts) == ["fees", "status_time"]


def test_what_leads_to_questions_of_ours_is_answered_last():
    parts = [part("records", medical_records=0.9), part(fees=0.9)]
    assert SEVERAL.topics("fees", parts) == ["fees", "medical_records"]


def test_a_bare_item_counts_as_its_topic():
    mine = part("radiology_images", inform=0.95, radiology_images=0.02)
    assert SEVERAL.topics("radiology_images", [part("bill", itemized_bill=0.9), mine]) == [
        "itemized_bill",
        "radiology_images",
    ]
    nothing = part(inform=0.95, radiology_images=0.02)
    assert SEVERAL.topics("itemized_bill", [part("bill", itemized_bill=0.9), nothing]) == []


@pytest.mark.parametrize(
    ("ranking", "other"),
    [
        ({"fees": 0.55}, {"status_time": 0.9}),  # not sure enough
        ({"fees": 0.9}, {"fees": 0.9}),  # the same again
        ({"deceased": 0.9}, {"radiology_images": 0.9}),  # two sides of one request
        ({"mychart": 0.9}, {"medical_records": 0.9}),
        ({"fees": 0.9}, {"out_of_scope": 0.9}),
        ({"fees": 0.9}, {"emergency": 0.9, "status_time": 0.1}),
        ({"fees": 0.9}, {"status_time": 0.65, "emergency": 0.32}),  # danger for a whole message
        ({"greet": 0.9}, {"fees": 0.9}),
        ({"fees": 0.9}, {}),  # a part of signs alone
    ],
)
def test_anything_less_is_one_question(ranking: Mapping[str, float], other: Mapping[str, float]):
    assert SEVERAL.topics("fees", [Part(ranking), Part(other)]) == []


@pytest.mark.parametrize("whole", ["emergency", "change_language", "unsupported_language"])
def test_danger_and_languages_go_before_two_questions(whole: str):
    assert SEVERAL.topics(whole, [part(fees=0.9), part(status_time=0.9)]) == []


def test_an_answer_within_a_conversation_is_not_cut():
    parts = [part("bill", inform=0.9), part("radiology_images", inform=0.9)]
    assert SEVERAL.topics("inform", parts, can_answer=True) == []
    assert SEVERAL.topics("inform", parts) == ["itemized_bill", "radiology_images"]


def test_three_topics_are_no_two_questions():
    parts = [part(fees=0.9), part(status_time=0.9), part(contact_hours=0.9)]
    assert SEVERAL.topics("fees", parts) == []
