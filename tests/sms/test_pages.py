"""A long answer is divided where it reads well, and nothing of it is lost."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.channels.sms.pages import paginate
from bot.channels.sms.segments import count
from bot.content_store import shipped_guidance
from bot.languages import load_languages
from scripts.sms_segments import DOCUMENT, main, pages, topic_answer

PHONE = re.compile(r"\d{3}\.\d{3}\.\d{4}")
HINT = "Reply MORE."


def whole(shown: tuple[str, ...]) -> str:
    return " ".join(page.removesuffix(HINT).strip() for page in shown)


def test_what_fits_is_one_page_without_a_hint():
    assert paginate("a" * 459, HINT) == ("a" * 459,)


def test_a_page_ends_with_a_sentence_and_says_how_to_go_on():
    text = "One sentence of this answer. " * 30
    shown = paginate(text, HINT)
    assert len(shown) == 2
    assert shown[0].endswith(f"answer.\n{HINT}") and not shown[1].endswith(HINT)


def test_choices_are_divided_between_and_not_within():
    text = "What? " + " ".join(f"{n}) a choice of some length with a name" for n in range(1, 20))
    for page in paginate(text, HINT)[1:]:
        assert re.match(r"\d+\) ", page)


def test_a_time_of_day_is_no_end_of_a_sentence():
    text = "x " * 215 + "4:30 p. m. y." + " Z" * 100
    assert "p. m." in "".join(paginate(text, HINT))


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.sampled_from(
            [
                "Call 617.414.4213.",
                "an",
                "él,",
                "HIM",
                "請寄到。",
                "Да!",
                "😀",
                "(a) b",
                "1) x",
                "€",
            ]
        ),
        max_size=250,
    )
)
def test_pages_are_short_and_together_the_whole_answer(parts):
    text = " ".join(parts)
    shown = paginate(text, HINT)
    assert all(count(page).segments <= 3 for page in shown)
    assert "".join(whole(shown).split()) == "".join(text.split())
    assert sum(len(PHONE.findall(page)) for page in shown) == len(PHONE.findall(text))


@pytest.mark.parametrize("language", load_languages().offered)
@pytest.mark.parametrize("topic", shipped_guidance().topics)
def test_every_answer_keeps_to_three_segments_a_message(topic, language):
    shown = pages(topic, language)
    assert all(1 <= count(page).segments <= 3 for page in shown)
    contacts = topic_answer(topic, language).plan.contacts  # type: ignore[union-attr]
    departments = shipped_guidance().directory.departments
    for name in contacts:
        phone = departments[name].phone
        if phone is not None:
            number = str(shipped_guidance().directory.facts[phone].value)
            assert any(number in page for page in shown), "whole, so that a phone links it"


def test_the_table_of_the_document_is_up_to_date():
    assert main(["--check"]) == 0, f"run python -m scripts.sms_segments for {DOCUMENT.name}"
