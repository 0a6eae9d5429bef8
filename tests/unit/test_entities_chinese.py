"""Chinese has no spaces: the phrases of the lexicon are found character by character."""

from __future__ import annotations

import pytest

from bot.chinese import simplified
from bot.content_store import shipped_guidance
from bot.nlu.entities import EntityMatcher, load_matcher


@pytest.fixture(scope="module")
def matcher() -> EntityMatcher:
    return load_matcher(shipped_guidance().routes)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("我想要我儿子的病历，谢谢", {("item", "records"), ("subject", "child")}),
        ("MyChart上的账单怎么看", {("destination", "mychart"), ("item", "bill")}),
        ("我要X光片，不是账单", {("item", "radiology_images")}),
        ("谢谢你", set()),
    ],
)
def test_phrases_are_found_inside_a_run_of_characters(
    matcher: EntityMatcher, text: str, found: set[tuple[str, str]]
):
    values = {(entity.field, entity.value) for entity in matcher.find(text, "zh-Hans")}
    assert values == found


def test_positions_are_those_of_the_message(matcher: EntityMatcher):
    text = "请问 MRI 和病历 怎么拿"
    (records,) = [e for e in matcher.find(text, "zh-Hans") if e.value == "records"]
    assert text[records.start : records.end] == "病历"


@pytest.mark.parametrize("text", ["唔係帳單，係病歷", "我想要我兒子的病歷"])
def test_phrases_of_traditional_script_are_found_in_what_it_is_converted_to(
    matcher: EntityMatcher, text: str
):
    values = {e.value for e in matcher.find(simplified(text), "zh-Hans")}
    assert "records" in values
    assert "bill" not in values
