"""English at grade 7 or below, and short sentences in every language."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache
from statistics import mean

import pytest
import textstat

from bot.content_loader import validated
from bot.content_store import shipped_guidance
from bot.guidance.answer import starting_request
from bot.guidance.resolver import plan_of_answer, resolve
from bot.languages import load_languages
from bot.wording import FOLDER, Entry, ResponseFile

GUIDANCE = shipped_guidance()
LANGUAGES = load_languages().offered
HIGHEST_GRADE = 7.0
LONG = 15
"""A text of more words than this is measured by itself; the formula says little about fewer."""

MOST_WORDS_ON_AVERAGE = 15
MOST_WORDS = 25

# Names that cannot be put more plainly, beside those of departments and forms.
NAMES = (
    "Authorization for Release of Information",
    "Ask a customer service question",
    "Boston Medical Center",
    "Good Samaritan Medical Center",
    "Health Information Management",
    "HIM",
    "HIPAA",
    "Massachusetts",
    "Medical Records Request",
    "MyChart",
    "Nondiscrimination Statement",
    "Office of Civil Rights",
    "Release of Information",
    "Saint Elizabeth's Medical Center",
    "Social Security",
    "Birth Registrar",
)

# Said as sentences; labels, titles and choices are measured with nothing.
SENTENCES = (
    "topic.", "statement.", "talk.", "repair.", "request.", "system.", "language.", "question.",
    "page.intro",
)  # fmt: skip


@cache
def entries(language: str) -> dict[str, Entry]:
    return {
        key: entry
        for path in sorted((FOLDER / language).glob("*.yml"))
        for key, entry in validated(path, ResponseFile).responses.items()
    }


@cache
def names() -> tuple[str, ...]:
    own = [e.text for k, e in entries("en").items() if k.startswith(("department.", "form."))]
    return tuple(sorted({*own, *NAMES}, key=len, reverse=True))


def without_names(text: str) -> str:
    """A text without names, numbers, addresses and links."""
    text = re.sub(r"\{\w+\}", "", text)
    for name in names():
        text = re.sub(rf"(?<!\w){re.escape(name)}(?!\w)", "", text)
    text = re.sub(r"\(\s*\)", "", text)
    text = re.sub(r"[\s,:]+([.;?!])", r"\1", text)
    return re.sub(r"\s+", " ", text).strip()


def grade(text: str) -> float:
    return float(textstat.flesch_kincaid_grade(without_names(text)))


def words(text: str) -> list[str]:
    """Words; in Chinese, which puts no spaces between them, each two characters."""
    return re.findall(r"[㐀-鿿]{1,2}|[^\W\d_㐀-鿿]+(?:['’-][^\W\d_㐀-鿿]+)*", text)


def as_a_patient_sees_it(topic: str) -> str:
    """The first words of a topic's answer and what its plan states."""
    spec = GUIDANCE.topics[topic]
    if spec.answer is not None:
        plan = plan_of_answer(spec.answer)
    else:
        plan = resolve(GUIDANCE, starting_request(GUIDANCE, topic, {}, {}))
    keys = [f"topic.{topic}", *(f"statement.{name}" for name in plan.statements)]
    return " ".join(entries("en")[key].text for key in keys)


def sentences(text: str) -> Iterable[str]:
    return re.split(r"(?<=[.!?:؟])\s+|(?<=[。！？：])", re.sub(r"\{\w+\}", " ", text))


@pytest.mark.parametrize("topic", GUIDANCE.topics)
def test_the_answer_to_a_topic_reads_at_grade_seven(topic):
    text = as_a_patient_sees_it(topic)
    assert grade(text) <= HIGHEST_GRADE, without_names(text)


@pytest.mark.parametrize("variant", ["text", "sms"])
def test_english_reads_at_grade_seven_overall(variant):
    texts = [getattr(e, variant) for k, e in entries("en").items() if k.startswith(SENTENCES)]
    assert grade(" ".join(filter(None, texts))) <= HIGHEST_GRADE


@pytest.mark.parametrize("variant", ["text", "sms"])
def test_each_longer_text_reads_at_grade_seven(variant):
    hard = {}
    for key, entry in entries("en").items():
        text = (getattr(entry, variant) or "") if key.startswith(SENTENCES) else ""
        if len(words(without_names(text))) > LONG and grade(text) > HIGHEST_GRADE:
            hard[key] = (round(grade(text), 1), without_names(text))
    assert not hard


@pytest.mark.parametrize("language", LANGUAGES)
def test_sentences_are_short(language):
    lengths = {
        sentence: len(words(sentence))
        for key, entry in entries(language).items()
        if key.startswith(SENTENCES)
        for sentence in sentences(entry.text)
        if words(sentence)
    }
    assert mean(lengths.values()) <= MOST_WORDS_ON_AVERAGE
    assert {s: n for s, n in lengths.items() if n > MOST_WORDS} == {}
