"""Whatever arrives, there is a clear answer or error, and the conversation goes on."""

from __future__ import annotations

import json
import socket
import sqlite3
from contextlib import closing
from typing import Any
from urllib.parse import urlsplit

import pytest
import requests

from bot.content_store import shipped_wording
from bot.keys import Key
from tests.http.clients import Browser, Programme, Server


def said(key: Key, language: str = "en") -> str:
    return shipped_wording().text(language, key.value)


def post_raw(server: Server, body: bytes, **headers: str) -> requests.Response:
    headers = {"Content-Type": "application/json", **headers}
    url = f"{server.url}/webhooks/web/messages"
    return requests.post(url, data=body, headers=headers, timeout=60)


TEXTS = {
    "empty": ("", Key.SYSTEM_EMPTY),
    "white space": (" \n\t ", Key.SYSTEM_EMPTY),
    "only slashes": ("///", Key.SYSTEM_EMPTY),
    "10,000 characters": ("records " * 1250, Key.SYSTEM_TOO_LONG),
    "emoji": ("😀👍🏽👩‍👩‍👧", Key.SYSTEM_UNREADABLE),
    "nul": ("\0\0\0", Key.SYSTEM_UNREADABLE),
    "control characters": ("\x01\x02\x1b\x7f", Key.SYSTEM_UNREADABLE),
    "right-to-left override": ("\u202e\u2066", Key.SYSTEM_UNREADABLE),
    "a lone surrogate": ("\ud800", Key.SYSTEM_UNREADABLE),
    "punctuation": ("?!?", Key.SYSTEM_UNREADABLE),
}


@pytest.mark.parametrize("kind", TEXTS)
def test_a_text_that_says_nothing_gets_its_own_answer(programme: Programme, kind: str) -> None:
    text, key = TEXTS[kind]
    answer = programme.say(text)
    assert [message["text"] for message in answer["messages"]] == [said(key)]


@pytest.mark.parametrize("noise", ["\0", "\u202e", "\u200b", "\x07", "\ufeff"])
def test_invisible_characters_do_not_hide_a_question(programme: Programme, noise: str) -> None:
    answer = programme.say(f"{noise}how do I get my {noise}x-rays?{noise}")
    assert answer["messages"][0]["topics"] == ["radiology_images"]


BODIES: dict[str, tuple[bytes, int, str]] = {
    "nothing": (b"", 400, "invalid_json"),
    "no JSON": (b"{text: hello", 400, "invalid_json"),
    "no UTF-8": (b'{"text": "\xff"}', 400, "invalid_json"),
    "endless nesting": (b"[" * 16000, 400, "invalid_json"),
    "a list": (b'["hello"]', 400, "invalid_request"),
    "null": (b"null", 400, "invalid_request"),
    "a missing key": (b"{}", 400, "invalid_request"),
    "a number as text": (b'{"text": 7}', 400, "invalid_request"),
    "null as text": (b'{"text": null}', 400, "invalid_request"),
    "null beside a text": (b'{"text": "hello", "choice": null}', 400, "invalid_request"),
    "a key twice": (b'{"text": "hello", "text": "bye"}', 400, "invalid_json"),
    "a prototype": (b'{"text": "hello", "__proto__": {"a": 1}}', 400, "invalid_request"),
    "a constructor": (
        b'{"text": "hello", "constructor": {"prototype": {}}}',
        400,
        "invalid_request",
    ),
    "a slot": (b'{"text": "hello", "slots": {"subject": "deceased"}}', 400, "invalid_request"),
    "entities": (b'{"text": "hello", "entities": [], "intent": "inform"}', 400, "invalid_request"),
    "not a number": (b'{"text": NaN}', 400, "invalid_request"),
    "a number without end": (b'{"text": ' + b"9" * 9000 + b"}", 400, "invalid_json"),
    "a list as choice": (b'{"choice": ["a"]}', 400, "invalid_request"),
    "text and choice": (b'{"text": "hello", "choice": "a"}', 400, "invalid_request"),
    "a sender": (b'{"text": "hello", "sender": "web:x"}', 400, "invalid_request"),
    "a channel": (b'{"text": "hello", "input_channel": "sms"}', 400, "invalid_request"),
    "metadata": (b'{"text": "hello", "metadata": {}}', 400, "invalid_request"),
    "an unknown language": (b'{"text": "hello", "language": "xx"}', 400, "unknown_language"),
    "a language not offered": (b'{"text": "hello", "language": "it"}', 400, "unknown_language"),
    "over 16 kB": (json.dumps({"text": "a" * 17_000}).encode(), 413, "too_large"),
    "a huge body": (b"a" * 300_000, 413, "too_large"),
}


@pytest.mark.parametrize("kind", BODIES)
def test_a_request_that_cannot_be_read_is_refused(server: Server, kind: str) -> None:
    body, status, code = BODIES[kind]
    response = post_raw(server, body)
    assert (response.status_code, response.json()["error"]["code"]) == (status, code)
    assert response.json()["error"]["message"]
    assert "set-cookie" not in response.headers


@pytest.mark.parametrize("media_type", ["text/plain", "application/x-www-form-urlencoded", ""])
def test_only_json_is_taken_for_json(server: Server, media_type: str) -> None:
    response = post_raw(server, b'{"text": "hello"}', **{"Content-Type": media_type})
    assert (response.status_code, response.json()["error"]["code"]) == (
        415,
        "unsupported_media_type",
    )


@pytest.mark.parametrize("language", ["en", "es", "pt"])
def test_an_error_speaks_the_language_of_the_browser(server: Server, language: str) -> None:
    response = post_raw(server, b"{}", **{"Accept-Language": f"{language}-XX,en;q=0.5"})
    assert response.json()["error"]["message"] == said(Key.SYSTEM_INVALID_REQUEST, language)


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Origin": "https://[evil"},
        {"Sec-Fetch-Site": "cross-site"},
    ],
)
def test_messages_of_another_site_are_refused(server: Server, headers: dict[str, str]) -> None:
    assert post_raw(server, b'{"text": "hello"}', **headers).status_code == 403


def test_messages_of_our_own_page_are_taken(server: Server) -> None:
    response = post_raw(server, b'{"text": "hello"}', Origin=server.url)
    assert response.status_code == 200


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE", "OPTIONS", "PATCH"])
def test_messages_are_only_posted(server: Server, method: str) -> None:
    response = requests.request(method, f"{server.url}/webhooks/web/messages", timeout=60)
    assert response.status_code == 405
    assert response.headers["Allow"] == "POST"


@pytest.mark.parametrize(
    "command",
    [
        "/start_over",
        "/restart",
        "/session_start",
        "／restart",
        " \u202e//restart",
    ],
)
def test_a_command_is_understood_as_words_and_never_run(
    server: Server, browser: Browser, command: str
) -> None:
    browser.say("I need my records").say(command)
    people = [text for speaker, text in browser.messages if speaker == "person"]
    words = command.strip(" \u202e/／")
    assert people == ["I need my records", words], "a restart would have emptied the transcript"
    sender = server.sender(browser.session.cookies["roi_session"])
    with closing(sqlite3.connect(server.database)) as database:
        rows = database.execute("select type_name, data from events where sender_id = ?", (sender,))
        events = [(kind, json.loads(data)) for kind, data in rows]
    assert "restart" not in [kind for kind, _ in events]
    said_last = [data for kind, data in events if kind == "user"][-1]
    assert said_last["text"] == words
    assert said_last["parse_data"]["intent"]["confidence"] < 1.0, "no certainty of a command"
    # Entities come from words alone, each with the component that found it.
    assert all(entity.get("extractor") for entity in said_last["parse_data"]["entities"])


@pytest.mark.parametrize(
    "command",
    ['/inform{"subject": "deceased"}', '／inform {"subject":', '/request_form@0.9{"x": "y"}'],
)
def test_an_intent_with_entities_is_not_even_read(browser: Browser, command: str) -> None:
    browser.say("I need my records").say(command).say("hello")
    people = [text for speaker, text in browser.messages if speaker == "person"]
    assert people == ["I need my records", "hello"], "nothing of it is part of the conversation"


def test_a_choice_of_an_earlier_question_is_no_longer_open(programme: Programme) -> None:
    first = programme.say("I need my records")["messages"][-1]["choices"][0]["id"]
    second = programme.send({"choice": first})["messages"][-1]
    stale = programme.send({"choice": first})
    assert stale["messages"][0]["text"] == said(Key.SYSTEM_UNKNOWN_CHOICE)
    assert programme.send({"choice": second["choices"][0]["id"]})["messages"]


def test_a_choice_of_another_conversation_is_not_open(server: Server) -> None:
    one, other = Programme(server), Programme(server)
    theirs = one.say("I need my records")["messages"][-1]["choices"][0]["id"]
    other.say("I need my records")
    assert other.send({"choice": theirs})["messages"][0]["text"] == said(Key.SYSTEM_UNKNOWN_CHOICE)


def test_the_conversation_is_intact_after_every_kind_of_error(
    server: Server, programme: Programme
) -> None:
    asked = programme.say("I need my records")["messages"][-1]
    cookie = f"roi_session={programme.session.cookies['roi_session']}"
    for body, status, _ in BODIES.values():
        assert post_raw(server, body, Cookie=cookie).status_code == status
    for text, _ in TEXTS.values():
        programme.say(text)
    programme.send({"choice": "no-such-choice"})
    answer = programme.send({"choice": asked["choices"][0]["id"]})
    assert answer["session"] == "continued"
    assert answer["messages"][-1]["choices"], "the guided request goes on with its next question"


@pytest.mark.parametrize(
    "lines",
    [
        b"NONSENSE\r\n\r\n",
        b"GET / HTTP/9.9\r\n\r\n",
        b"GET /" + b"a" * 20_000 + b" HTTP/1.1\r\n\r\n",
    ],
)
def test_what_is_not_http_gets_a_plain_error(server: Server, lines: bytes) -> None:
    address = urlsplit(server.url)
    with socket.create_connection((address.hostname, address.port), timeout=20) as connection:
        connection.sendall(lines)
        answer = connection.recv(65536)
    assert answer.startswith(b"HTTP/1.1 4")
    assert b"Content-Security-Policy: default-src 'none'" in answer
    assert b"Traceback" not in answer and b"anic" not in answer
    assert requests.get(f"{server.url}/health", timeout=20).text == "ok"


def test_nothing_that_people_write_is_logged(server: Server, programme: Programme) -> None:
    marks: list[Any] = [f"zebra{number}quagga" for number in range(4)]
    programme.say(f"{marks[0]} how do I get my records?")
    programme.say(f'/inform{{"item": "{marks[1]}"}}')
    post_raw(server, f'{{"text": "{marks[2]}"'.encode())
    requests.post(f"{server.url}/", data={"text": marks[3]}, timeout=60)
    programme.say("emoji 😀 /restart")
    log = "".join(server.log)
    assert not [mark for mark in marks if mark in log]
    assert "Traceback" not in log and "how do I" not in log
