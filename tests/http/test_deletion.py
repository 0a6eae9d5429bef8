"""A conversation that is deleted is gone: from the page, from the API and from the disk."""

from __future__ import annotations

import asyncio
import secrets
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import requests

from bot.channels.web.chat import ENDED
from bot.channels.web.sessions import Sessions
from bot.content_store import shipped_wording
from bot.keys import Key
from bot.state import SharedState
from tests.http.clients import SECRET, Browser, Programme, Server

MARK = "zebraquagga"


def on_disk(server: Server) -> bytes:
    return b"".join(path.read_bytes() for path in server.database.parent.glob("roi.db*"))


def kept_answers(server: Server, sender: str) -> list[float]:
    state = SharedState(f"sqlite:///{server.database}", SECRET)
    try:
        return asyncio.run(state.kept(sender))
    finally:
        state.close()


def conversation(server: Server, programme: Programme) -> dict[str, object]:
    url = f"{server.url}/webhooks/web/conversation"
    response = programme.session.get(url, timeout=60)
    assert response.status_code == 200 and response.headers["Cache-Control"] == "no-store"
    found: dict[str, object] = response.json()
    return found


def delete(server: Server, programme: Programme) -> requests.Response:
    return programme.session.delete(f"{server.url}/webhooks/web/conversation", timeout=60)


def test_nothing_of_a_deleted_conversation_stays_on_the_disk(server: Server) -> None:
    one, other = Programme(server, "es"), Programme(server)
    other.say("How do I get my mammograms?")
    one.say("hola")
    cookie = one.session.cookies["roi_session"]
    sender = server.sender(cookie)
    one.session.headers["Idempotency-Key"] = secrets.token_urlsafe(16)
    for _ in range(2):
        one.say(f"mi expediente {MARK}")
    assert MARK.encode() in on_disk(server) and sender.encode() in on_disk(server)
    assert Sessions(SECRET).read(cookie).id.encode() not in on_disk(server), "only a hash of it"
    response = delete(server, one)
    assert response.json() == {
        "deleted": True,
        "language": "es",
        "message": shipped_wording().text("es", Key.PAGE_DELETED.value),
    }
    assert MARK.encode() not in on_disk(server) and sender.encode() not in on_disk(server)
    assert conversation(server, one)["messages"] == []
    assert len(conversation(server, other)["messages"]) == 2  # type: ignore[arg-type]


def test_what_is_said_while_a_conversation_is_deleted_leaves_nothing(server: Server) -> None:
    """Some of it is answered before, some after, some at that moment."""
    for attempt in range(5):
        programme, mark = Programme(server), f"{MARK}race{attempt}"
        programme.say("I need my records")
        cookie = programme.session.cookies["roi_session"]
        headers = {"Cookie": f"roi_session={cookie}"}

        def say(number: int, headers: dict[str, str] = headers, mark: str = mark) -> None:
            key = {"Idempotency-Key": secrets.token_urlsafe(16)}
            texts = {"text": f"my records {mark} {number}"}, {"text": " "}, {"choice": "none"}
            server.post(texts[number % 3], headers={**headers, **key})

        with ThreadPoolExecutor(6) as pool:
            said = [pool.submit(say, number) for number in range(3)]
            time.sleep(0.015 * attempt)
            gone = pool.submit(delete, server, programme)
            said += [pool.submit(say, number) for number in range(3, 6)]
        for done in said:
            done.result()
        assert gone.result().json()["deleted"] is True
        sender = server.sender(cookie)
        assert sender.encode() not in on_disk(server), attempt
        assert kept_answers(server, sender) == [], attempt
        assert conversation(server, programme)["messages"] == []


def test_a_deleted_session_is_over_even_for_who_kept_its_cookie(server: Server) -> None:
    programme = Programme(server)
    programme.say("I need my records")
    kept = programme.session.cookies["roi_session"]
    delete(server, programme)
    assert programme.session.cookies["roi_session"] != kept
    headers = {"Cookie": f"roi_session={kept}"}
    answer = server.post({"text": "hello"}, headers=headers)
    assert answer.json()["session"] == "new"
    old, new = (Sessions(SECRET).read(c) for c in (kept, answer.cookies["roi_session"]))
    assert old.id != new.id


def test_what_a_deletion_that_was_cut_off_has_left_is_neither_shown_nor_gone_on_with(
    server: Server,
) -> None:
    """The flag is set first: a worker that is killed then, or a browser that goes away."""
    programme = Programme(server)
    programme.say(f"I need my records {MARK}")
    kept = programme.session.cookies["roi_session"]
    state = SharedState(f"sqlite:///{server.database}", SECRET)
    try:
        ended = state.set_flag(ENDED, Sessions(SECRET).read(kept).id, keep=timedelta(hours=1))
        asyncio.run(ended)
    finally:
        state.close()
    headers = {"Cookie": f"roi_session={kept}"}
    answer = server.post({"text": "hello"}, headers=headers)
    assert answer.json()["session"] == "new"
    assert server.sender(answer.cookies["roi_session"]) != server.sender(kept)
    for address in ("/", "/webhooks/web/conversation"):
        shown = requests.get(server.url + address, headers=headers, timeout=60)
        assert shown.status_code == 200 and MARK not in shown.text


def test_the_page_deletes_without_script_and_says_so(server: Server, browser: Browser) -> None:
    browser.say(f"my records {MARK}two")
    browser.submit("delete")
    assert browser.messages == []
    assert shipped_wording().text("en", Key.PAGE_DELETED.value) in browser.page.text
    assert f"{MARK}two".encode() not in on_disk(server)
    assert shipped_wording().text("en", Key.PAGE_DELETED.value) not in browser.open().page.main.text  # type: ignore[union-attr]


def test_a_form_of_another_site_deletes_nothing(server: Server, browser: Browser) -> None:
    browser.say("hello")
    data = {"do": "delete", "token": browser.token()}
    headers = {"Sec-Fetch-Site": "cross-site"}
    refused = browser.session.post(browser.url, data=data, headers=headers, timeout=60)
    assert refused.status_code == 403
    data["token"] = Browser(browser.url).open().token()
    assert browser.session.post(browser.url, data=data, timeout=60).status_code == 403
    assert len(browser.open().messages) == 2


def test_the_conversation_comes_back_as_it_was_said(server: Server, programme: Programme) -> None:
    assert conversation(server, programme) == {"session": "new", "language": "en", "messages": []}
    first = programme.say("I need my records")["messages"]
    second = programme.say("How do I get my mammograms?")["messages"]
    found = conversation(server, programme)
    assert (found["session"], found["language"]) == ("continued", "en")
    messages: list[dict[str, object]] = found["messages"]  # type: ignore[assignment]
    people = [m["text"] for m in messages if m["speaker"] == "person"]
    assert people == ["I need my records", "How do I get my mammograms?"]
    said = [m for m in messages if m["speaker"] == "assistant"]
    assert all(m.pop("speaker") == "assistant" for m in said)
    closed = [{**message, "choices": []} for message in first]
    assert said == [*closed, *second], "only the last turn's choices are open"
