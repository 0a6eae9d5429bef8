"""Traditional Chinese is read as Simplified Chinese, and stays what was written."""

from __future__ import annotations

import pytest
from rasa.shared.nlu.training_data.message import Message

from bot.chinese import script_of, simplified, traditional
from bot.content_store import shipped_wording
from bot.nlu.chinese_component import ChineseScript, restore


def test_traditional_characters_become_simplified_ones_in_their_places():
    written = "我想要我兒子的病歷，MyChart 裡沒有"
    assert simplified(written) == "我想要我儿子的病历，MyChart 里没有"
    assert len(simplified(written)) == len(written)


@pytest.mark.parametrize("text", ["records & bills", "سجلي الطبي", "我的病历", "hồ sơ", ""])
def test_everything_else_stays_as_it_is(text: str):
    assert simplified(text) == text


def test_the_message_is_given_back_as_it_was_written():
    message = Message(data={"text": "病歷"})
    (seen,) = ChineseScript().process([message])
    assert seen.get("text") == "病历"
    restore(seen)
    assert seen.get("text") == "病歷"
    assert "written" not in seen.as_dict(only_output_properties=True)


def test_traditional_wording_is_the_simplified_in_other_characters():
    assert traditional("请拨打 {him_phone}，复印件") == "請撥打 {him_phone}，複印件"


def test_every_answer_can_be_given_in_traditional_characters():
    wording = shipped_wording()
    assert "病歷" in wording.text("zh-Hant", "topic.medical_records")
    for key in ("topic.fees", "topic.deceased", "page.intro"):
        said = wording.text("zh-Hant", key)
        assert simplified(said) == wording.text("zh-Hans", key) != said


@pytest.mark.parametrize(
    ("text", "script"),
    [
        ("我想要我的病历", "Hans"),
        ("我想要我嘅病歷", "Hant"),
        ("你好", None),
        ("可以", None),
        ("收费吗", "Hans"),
        ("幾多錢", "Hant"),
        ("MyChart 裡沒有", "Hant"),
    ],
)
def test_the_script_is_told_by_the_characters_that_only_it_has(text: str, script: str | None):
    assert script_of(text) == script
