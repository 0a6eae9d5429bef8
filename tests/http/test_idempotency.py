"""A message that is sent again is answered once: the same answer, and nothing moves."""

from __future__ import annotations

import secrets
from concurrent.futures import ThreadPoolExecutor
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest
import requests

from tests.http.clients import SECRET, Browser, Programme, Server

if TYPE_CHECKING:
    from rasa.core.agent import Agent


def post(programme: Programme, body: dict[str, Any], key: str) -> requests.Response:
    headers = {"Idempotency-Key": key}
    return programme.session.post(programme.url, json=body, headers=headers, timeout=60)


def asked_so_far(server: Server, programme: Programme) -> list[str]:
    url = f"{server.url}/webhooks/web/conversation"
    messages = programme.session.get(url, timeout=60).json()["messages"]
    return [message["text"] for message in messages if message["speaker"] == "person"]


def new_key() -> str:
    return secrets.token_urlsafe(16)


def test_a_message_sent_again_gets_the_same_answer(server: Server, programme: Programme) -> None:
    programme.say("hello")
    key = new_key()
    first = post(programme, {"text": "I need my records"}, key)
    again = post(programme, {"text": "I need my records"}, key)
    assert first.status_code == 200 and first.content == again.content
    assert asked_so_far(server, programme) == ["hello", "I need my records"]


def test_a_choice_sent_again_is_made_once(programme: Programme) -> None:
    choice = programme.say("I need my records")["messages"][-1]["choices"][0]["id"]
    key = new_key()
    first = post(programme, {"choice": choice}, key)
    # Without the key it would now be a choice that is no longer open.
    assert post(programme, {"choice": choice}, key).content == first.content
    open_now = first.json()["messages"][-1]["choices"][0]["id"]
    assert programme.send({"choice": open_now})["session"] == "continued"


def test_duplicates_at_the_same_time_are_answered_once(
    server: Server, programme: Programme
) -> None:
    programme.say("hello")
    key, cookie = new_key(), f"roi_session={programme.session.cookies['roi_session']}"

    def send(_: int) -> bytes:
        headers = {"Idempotency-Key": key, "Cookie": cookie}
        response = server.post({"text": "How do I get my mammograms?"}, headers=headers)
        assert response.status_code == 200
        return response.content

    with ThreadPoolExecutor(6) as pool:
        answers = set(pool.map(send, range(6)))
    assert len(answers) == 1 and b"617.414.4884" in answers.pop()
    assert asked_so_far(server, programme) == ["hello", "How do I get my mammograms?"]


def test_a_key_holds_in_its_own_session_only(server: Server) -> None:
    key, one, other = new_key(), Programme(server), Programme(server)
    theirs = post(one, {"text": "How do I get my mammograms?"}, key).json()
    mine = post(other, {"text": "I need an itemized bill"}, key).json()
    assert theirs["messages"][0]["topics"] == ["mammogram_images"]
    assert mine["messages"][0]["topics"] == ["itemized_bill"]


def test_another_message_under_a_used_key_is_answered_as_itself(programme: Programme) -> None:
    key = new_key()
    post(programme, {"text": "How do I get my mammograms?"}, key)
    other = post(programme, {"text": "I need an itemized bill"}, key).json()
    assert other["messages"][0]["topics"] == ["itemized_bill"]


@pytest.mark.parametrize(
    "key", ["", "short", "a" * 65, "a" * 15 + "!", "ключ" * 5, "a" * 20 + " b"]
)
def test_a_key_that_is_none_is_refused(server: Server, key: str) -> None:
    headers = {"Idempotency-Key": key.encode("utf-8")}
    response = server.post({"text": "hello"}, headers=headers)
    assert (response.status_code, response.json()["error"]["code"]) == (400, "invalid_key")


def test_a_form_sent_twice_is_answered_once(browser: Browser) -> None:
    form = {
        "do": "send",
        "token": browser.token(),
        "key": new_key(),
        "text": "How do I get my mammograms?",
    }
    for _ in range(2):
        assert browser.session.post(browser.url, data=form, timeout=60).status_code == 200
    speakers = [speaker for speaker, _ in browser.open().messages]
    assert speakers == ["person", "assistant"]
    refused = browser.session.post(browser.url, data={**form, "key": "no"}, timeout=60)
    assert refused.status_code == 400


async def test_a_turn_that_failed_is_tried_again_under_its_key(agent: Agent) -> None:
    from bot.channels.web.chat import Chat
    from bot.channels.web.sessions import Sessions
    from bot.channels.web.settings import WebSettings

    calls = []

    async def fails_once(message: Any) -> None:
        calls.append(message)
        if len(calls) == 1:
            raise ValueError("down for a moment")
        await agent.handle_message(message)

    request: Any = SimpleNamespace(
        app=SimpleNamespace(ctx=SimpleNamespace(agent=agent)), headers={"accept-language": "en"}
    )
    chat, session, key = Chat(WebSettings(SECRET), fails_once), Sessions.new(), new_key()
    question = "How do I get my mammograms?"
    failed = await chat.answer(request, session, text=question, key=key)
    assert not failed.recorded and "617.414.4213" in failed.replies[0].text
    answered = await chat.answer(request, session, text=question, key=key)
    assert answered.recorded and answered.replies[0].topics == ("mammogram_images",)
    assert await chat.answer(request, session, text=question, key=key) == answered
    assert len(calls) == 2
