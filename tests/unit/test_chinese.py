"""Traditional Chinese is read as Simplified Chinese, and stays what was written."""

from __future__ import annotations

import pytest
from rasa.shared.nlu.training_data.message import Message

from bot.nlu.chinese import simplified
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
