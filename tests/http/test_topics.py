"""Every topic is answered in each language over HTTP, with facts of the directory."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pytest
from ruamel.yaml import YAML

from bot.content_store import shipped_guidance
from bot.languages import load_languages
from tests.http.clients import Programme, Server

SENTENCES = Path(__file__).resolve().parents[1] / "nlu"
LANGUAGES = load_languages().offered
TOPICS = tuple(shipped_guidance().topics)


@cache
def sentences(language: str) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for path in sorted((SENTENCES / language).glob("*.yml")):
        for example in YAML(typ="safe").load(path.read_text("utf-8"))["examples"]:
            found.setdefault(example["intent"], []).append(example["text"])
    return found


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("topic", TOPICS)
def test_each_topic_is_answered_in_each_language(server: Server, topic: str, language: str) -> None:
    asked = sentences(language)[topic]
    for sentence in asked:
        answer = Programme(server, language).say(sentence)
        topics = [topic for message in answer["messages"] for topic in message["topics"]]
        if answer["language"] == language and topics[:1] == [topic]:
            assert answer["session"] == "new"
            direction = "rtl" if language == "ar" else "ltr"
            assert all(message["dir"] == direction for message in answer["messages"])
            return
    pytest.fail(f"none of {len(asked)} evaluation sentences was answered with {topic}")


def test_an_emergency_names_the_numbers_to_call(programme: Programme) -> None:
    answer = programme.say("I want to die")
    assert answer["messages"][0]["handoff"] == "emergency"
    assert "988" in answer["messages"][0]["text"]


def test_a_choice_is_made_by_its_id(programme: Programme) -> None:
    asked = programme.say("I need my records")
    choices = asked["messages"][-1]["choices"]
    answer = programme.send({"choice": choices[0]["id"]})
    assert answer["session"] == "continued"
    assert answer["messages"][-1]["text"] != asked["messages"][-1]["text"]


def test_the_language_chosen_with_a_message_is_kept(programme: Programme) -> None:
    assert programme.say("MyChart", language="pt")["language"] == "pt"
    assert programme.say("ok")["language"] == "pt"
