"""Nobody crowds out the others: a session and an address may ask only so often."""

from __future__ import annotations

import itertools
from types import SimpleNamespace
from typing import Any

import pytest
import requests
from multidict import CIMultiDict

from bot.channels.web.limits import RateLimiter, address_of
from bot.content_store import shipped_wording
from bot.keys import Key
from bot.languages import load_languages
from tests.http.clients import SECRET, Server

COOKIE = "__Host-roi_session"
_addresses = (f"192.0.2.{number}" for number in itertools.count(1))


class Phone:
    """Somebody behind the proxy, at an address of their own."""

    def __init__(self, server: Server, language: str = "en") -> None:
        self.url, self.address, self.cookie = server.url, next(_addresses), ""
        self.headers = {"Accept-Language": language}

    def post(self, body: dict[str, str], *, keep: bool = True, **more: str) -> requests.Response:
        headers = {**self.headers, "X-Forwarded-For": self.address, **more}
        if self.cookie:
            headers["Cookie"] = f"{COOKIE}={self.cookie}"
        url = f"{self.url}/webhooks/web/messages"
        response = requests.post(url, json=body, headers=headers, timeout=60)
        if keep and COOKIE in response.headers.get("Set-Cookie", ""):
            self.cookie = response.headers["Set-Cookie"].partition("=")[2].partition(";")[0]
        return response


@pytest.mark.parametrize("language", load_languages().offered)
def test_a_session_that_asks_too_often_is_told_in_its_language(
    embedded_server: Server, language: str
) -> None:
    phone = Phone(embedded_server, "de")
    answers = [phone.post({"text": "hello", "language": language}) for _ in range(7)]
    assert [answer.status_code for answer in answers] == [200] * 6 + [429]
    error = answers[-1].json()["error"]
    assert error["code"] == "too_many"
    assert error["message"] == shipped_wording().text(language, Key.SYSTEM_TOO_MANY.value)
    assert "617.414.4213" in error["message"].replace("\u2066", "").replace("\u2069", "")
    assert 1 <= int(answers[-1].headers["Retry-After"]) <= 10  # six a minute: one in ten seconds


def test_new_sessions_do_not_get_round_the_limit_of_an_address(embedded_server: Server) -> None:
    address = next(_addresses)
    phones = [Phone(embedded_server) for _ in range(3)]
    for phone in phones:
        phone.address = address
    codes = [phones[n % 3].post({"text": "hello"}).status_code for n in range(13)]
    assert codes == [200] * 12 + [429]
    assert Phone(embedded_server).post({"text": "hello"}).status_code == 200


def test_only_so_many_conversations_begin_from_one_address(embedded_server: Server) -> None:
    phone = Phone(embedded_server)
    answers = [phone.post({"text": "hello"}, keep=False) for _ in range(10)]
    assert [answer.status_code for answer in answers] == [200] * 9 + [429]
    assert answers[-1].json()["error"]["code"] == "too_many"
    assert int(answers[-1].headers["Retry-After"]) >= 1


def test_a_page_alone_is_no_conversation_but_may_not_be_asked_for_without_end(
    embedded_server: Server,
) -> None:
    headers = {"X-Forwarded-For": next(_addresses), "Accept-Language": "es"}
    pages = [
        requests.get(f"{embedded_server.url}/", headers=headers, timeout=60) for _ in range(62)
    ]
    assert [page.status_code for page in pages[:60]] == [200] * 60
    assert pages[-1].status_code == 429 and int(pages[-1].headers["Retry-After"]) >= 1
    assert "617.414.4213" in pages[-1].text and 'lang="es"' in pages[-1].text
    message = requests.post(
        f"{embedded_server.url}/webhooks/web/messages",
        json={"text": "hello"},
        headers=headers,
        timeout=60,
    )
    assert message.status_code == 200, "who has asked for too many pages may still write"


def test_an_address_that_the_asker_made_up_counts_for_nothing(embedded_server: Server) -> None:
    phone = Phone(embedded_server)
    real = phone.address
    codes = []
    for number in range(13):
        phone.address = f"203.0.113.{number}, {real}"
        codes.append(phone.post({"text": "hello"}, keep=False).status_code)
    assert codes == [200] * 9 + [429] * 4


def test_the_page_keeps_the_text_of_a_message_that_came_too_soon(embedded_server: Server) -> None:
    from bot.channels.web.sessions import Sessions

    sessions = Sessions(SECRET)
    session = sessions.new("es")
    form = {"do": "send", "token": sessions.form_token(session), "text": "mis radiografías"}
    headers = {
        "Cookie": f"{COOKIE}={sessions.cookie(session)}",
        "X-Forwarded-For": next(_addresses),
    }
    for _ in range(7):
        response = requests.post(
            f"{embedded_server.url}/", data=form, headers=headers, timeout=60, allow_redirects=False
        )
    assert response.status_code == 429 and int(response.headers["Retry-After"]) >= 1
    assert "mis radiografías</textarea>" in response.text
    assert "617.414.4213" in response.text and "espere un minuto" in response.text


def test_a_bucket_refills_evenly() -> None:
    now = [0.0]
    limiter = RateLimiter(6, clock=lambda: now[0])
    assert [limiter.wait("a") for _ in range(7)] == [0.0] * 6 + [10.0]
    now[0] = 9.0
    assert limiter.wait("a") == pytest.approx(1.0)
    assert limiter.wait("b") == 0.0
    now[0] = 10.0
    assert limiter.wait("a") == 0.0
    now[0] = 1000.0
    assert [limiter.wait("a") for _ in range(7)] == [0.0] * 6 + [10.0], "no more than a minute's"


def test_only_so_many_askers_are_remembered() -> None:
    limiter = RateLimiter(1, clock=lambda: 0.0, remembered=100)
    for number in range(1000):
        limiter.wait(str(number))
    assert len(limiter._buckets) == 100
    assert limiter.wait("999") > 0


@pytest.mark.parametrize(
    ("forwarded", "proxies", "address"),
    [
        ([], 0, "198.51.100.7"),
        (["203.0.113.5"], 0, "198.51.100.7"),
        (["203.0.113.5"], 1, "203.0.113.5"),
        (["1.1.1.1, 203.0.113.5"], 1, "203.0.113.5"),
        (["1.1.1.1", "203.0.113.5"], 1, "203.0.113.5"),
        (["203.0.113.5, 10.0.0.1"], 2, "203.0.113.5"),
        (["203.0.113.5"], 2, "198.51.100.7"),
        (["nonsense"], 1, "198.51.100.7"),
        (["2001:db8:1:2:3:4:5:6"], 1, "2001:db8:1:2::/64"),
        (["::ffff:203.0.113.5"], 1, "203.0.113.5"),
    ],
)
def test_the_address_comes_from_the_proxies_that_are_ours(
    forwarded: list[str], proxies: int, address: str
) -> None:
    headers = CIMultiDict([("X-Forwarded-For", line) for line in forwarded])
    request: Any = SimpleNamespace(ip="198.51.100.7", headers=headers)
    assert address_of(request, proxies) == address
