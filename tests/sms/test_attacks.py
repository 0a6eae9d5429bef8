"""What somebody could try by text message: commands, too many, other people's conversations."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing

import pytest

from bot.channels.sms.message import sender_of
from bot.content_store import shipped_wording
from bot.keys import Key
from tests.http.clients import SECRET
from tests.sms.phone import Phone, TextServer


def said(key: Key, language: str = "en") -> str:
    return shipped_wording().text(language, key.value, short=True)


def events(server: TextServer, sender: str) -> list[tuple[str, dict]]:
    with closing(sqlite3.connect(server.folder / "roi.db")) as database:
        rows = database.execute("select type_name, data from events where sender_id = ?", (sender,))
        return [(kind, json.loads(data)) for kind, data in rows]


@pytest.mark.parametrize(
    "command",
    [
        "/restart",
        "／restart",
        "\u200b/restart",
        "⁄restart",
        "∕∕restart",
        " / /session_start",
        '/inform{"subject": "deceased", "item": "autopsy_report"}',
        '/change_language{"language": "ru"}',
        "1/restart",
    ],
)
def test_a_command_is_words_and_never_run(phone: Phone, command: str) -> None:
    phone.text("I need my records")
    phone.text(command)
    found = events(phone.server, sender_of(phone.number, SECRET))
    assert "restart" not in [kind for kind, _ in found]
    assert [kind for kind, _ in found].count("session_started") == 1
    last = [data for kind, data in found if kind == "user"][-1]
    assert not last["text"].startswith(("/", "／", "⁄", "∕"))
    assert last["parse_data"]["intent"]["confidence"] < 1.0 or last["text"] == "1"
    slots = {data["name"]: data["value"] for kind, data in found if kind == "slot"}
    assert slots.get("language") == "en" and slots.get("subject") != "deceased"


def test_the_id_of_a_web_conversation_is_no_sender(texting: TextServer) -> None:
    for sender in ("web:" + "x" * 43, "sms:" + "0" * 64, "default", "../roi", "+1617555015\u0660"):
        Phone(texting, sender).text("I need my records")
        assert events(texting, sender) == []
        assert events(texting, sender_of(sender, SECRET)) == []


def test_a_number_that_texts_without_end_is_told_once_and_then_left_alone(phone: Phone) -> None:
    answers = [phone.text("ok") for _ in range(24)]
    too_many = said(Key.SYSTEM_TOO_MANY)
    assert all(answers[:20]) and too_many not in answers[:20]
    assert sorted(set(answers[20:])) in (
        ["", too_many],
        ["", answers[0], too_many],
        ["", too_many, answers[19]],
    )
    assert answers[20:].count(too_many) == 1
    assert phone.text("HELP").endswith(said(Key.SMS_HELP)), "help is always answered"
    assert Phone(phone.server).text("I need my records"), "others are answered"
    assert phone.text("STOP") == ""
    assert phone.text("ok") == "", "and after a stop nothing is sent, not even that it was too much"


def test_more_is_still_there_after_too_many(phone: Phone) -> None:
    phone.text("hello")
    phone.text("I need my records")
    phone.text("1")
    assert phone.text("1").endswith(said(Key.SMS_MORE))
    while phone.text("😀") not in ("", said(Key.SYSTEM_TOO_MANY)):
        pass
    kept = phone.text("MORE")
    assert kept in ("", said(Key.SYSTEM_TOO_MANY)) or "617.414" in kept


def test_after_a_stop_nothing_is_sent_whatever_is_written(phone: Phone) -> None:
    phone.text("STOP")
    for text in ("I want to die", "chest pain", "hello", "/restart", "1", "MORE", "😀"):
        assert phone.text(text) == ""
    assert phone.text("START") != ""
    assert "988" in phone.text("I want to die")
