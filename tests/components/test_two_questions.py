"""Messages with two questions, through the trained pipeline."""

from __future__ import annotations

import pytest
from rasa.shared.nlu.training_data.message import Message

from bot.evaluation.labelled import Labelled, two_questions
from bot.languages import load_languages
from bot.nlu.intent_classifier import languages_of
from bot.nlu.question_component import QuestionParts
from bot.nlu.questions import QuestionSplitter

OFFERED = load_languages().offered


@pytest.mark.parametrize("language", OFFERED)
def test_there_are_enough_messages_with_two_questions(language: str):
    messages = two_questions(language)
    assert len(messages) >= 8
    assert len({message.text for message in messages}) == len(messages)
    assert all(message.label != message.second for message in messages)


async def test_what_stays_of_a_message_is_what_was_written(agent):
    parsed = await agent.parse_message("我想要我兒子的病歷")
    assert parsed["text"] == "我想要我兒子的病歷"
    assert parsed["intent"]["name"] == "child_minor"
    assert "part" not in parsed


def test_a_part_is_judged_in_the_languages_of_the_whole():
    known = {"language": {"code": "fr", "clear": False}, "metadata": {"spoken": "ht", "goes_on": 1}}
    message = Message({"text": "konbyen sa koute? kilè nou louvri?", **known})
    _, *parts = QuestionParts(QuestionSplitter.load()).process([message])
    assert len(parts) == 2
    for part in parts:
        assert languages_of(part) == languages_of(message) == ("fr", "ht")
        assert "goes_on" not in part.get("metadata")  # never an answer by itself


async def test_danger_beside_a_question_is_danger_only(agent):
    parsed = await agent.parse_message("I want to kill myself and how much do copies cost")
    assert parsed["intent"]["name"] == "emergency"
    assert parsed["questions"] == []


@pytest.mark.parametrize("language", OFFERED)
async def test_both_questions_are_found_where_the_message_asks_two(agent, language: str):
    found = [await _is_found(agent, message) for message in two_questions(language)]
    assert sum(found) >= 0.8 * len(found)


async def _is_found(agent, message: Labelled) -> bool:
    parsed = await agent.parse_message(message.text)
    return set(parsed["questions"]) == {message.label, message.second}
