"""Sessions that nobody can guess or choose, forms of our own only, headers on everything."""

from __future__ import annotations

import stat
import time
from pathlib import Path
from unittest.mock import patch

import pytest
import requests

from bot.channels.web.sessions import MAX_AGE, Session, Sessions
from bot.channels.web.settings import SettingsError, WebSettings
from bot.content_store import shipped_wording
from bot.keys import Key
from tests.http.clients import SECRET, Browser, Programme, Server

STOCK = [
    "/webhooks/rest/webhook",
    "/webhooks/rest/",
    "/webhooks/twilio/webhook",
    "/webhooks/callback/webhook",
    "/webhooks/socketio/",
    "/socket.io/",
    "/model/parse",
    "/model/train",
    "/model",
    "/conversations/x/tracker",
    "/conversations/x/messages",
    "/domain",
    "/version",
    "/status",
    "/actions",
]


def said(key: Key, language: str = "en") -> str:
    return shipped_wording().text(language, key.value)


def expired_cookie() -> str:
    with patch("time.time", return_value=time.time() - MAX_AGE - 60):
        return Sessions(SECRET).cookie(Session("x" * 43))


BAD_COOKIES = {
    "expired": expired_cookie,
    "forged": lambda: Sessions("another secret of some length, which is not ours").cookie(
        Session("x" * 43)
    ),
    "altered": lambda: "A" + Sessions(SECRET).cookie(Session("x" * 43)),
    "plain": lambda: "web:somebody",
    "empty": lambda: "",
}


@pytest.mark.parametrize("path", STOCK)
def test_nothing_else_of_rasa_is_reachable(server: Server, path: str) -> None:
    for method in ("GET", "POST", "PUT", "DELETE"):
        response = requests.request(
            method, server.url + path, json={"text": "/restart"}, timeout=60
        )
        assert response.status_code == 404


SAFE_HEADERS = {
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; "
    "img-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; "
    "frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "Cache-Control": "no-store",
}


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/", 200),
        ("GET", "/webhooks/web/", 200),
        ("GET", "/webhooks/web/embed", 200),
        ("GET", "/webhooks/web/conversation", 200),
        ("POST", "/webhooks/web/conversation", 405),
        ("GET", "/demo", 404),
        ("HEAD", "/", 200),
        ("POST", "/", 415),
        ("PUT", "/", 405),
        ("GET", "/health", 200),
        ("GET", "/webhooks/web/style.css", 200),
        ("GET", "/webhooks/web/messages", 405),
        ("POST", "/webhooks/web/messages", 415),
        ("GET", "/nowhere", 404),
        ("GET", "/webhooks/rest/webhook", 404),
        ("GET", "/static/../../etc/passwd", 404),
    ],
)
def test_every_answer_has_the_safe_headers(
    server: Server, method: str, path: str, status: int
) -> None:
    response = requests.request(method, server.url + path, timeout=60)
    assert response.status_code == status
    expected = {**SAFE_HEADERS}
    if path.endswith(".css"):
        expected["Cache-Control"] = "public, max-age=300"
    assert {name: response.headers.get(name) for name in expected} == expected
    for name in ("Server", "Access-Control-Allow-Origin", "Strict-Transport-Security"):
        assert name not in response.headers
    for word in ("sanic", "rasa", "python", "21.12", "3.6.21"):
        assert word not in response.text.lower()


def test_the_cookie_is_kept_from_scripts_and_other_sites(server: Server) -> None:
    cookie = requests.get(f"{server.url}/", timeout=60).headers["Set-Cookie"]
    for part in ("HttpOnly", "SameSite=Lax", "Path=/", f"Max-Age={MAX_AGE}"):
        assert part in cookie
    assert "Secure" not in cookie  # this server is plain http; see the next test


def test_behind_https_the_cookie_is_sent_over_nothing_else() -> None:
    from sanic.response import empty

    from bot.channels.web.chat import Chat

    async def handler(message: object) -> None: ...

    chat = Chat(WebSettings(SECRET, secure=True), handler)
    cookie = chat.keep(empty(), Sessions.new()).headers["Set-Cookie"]
    assert cookie.startswith("__Host-roi_session=")
    attributes = cookie.split("; ")[1:]
    assert attributes == ["Path=/", "HttpOnly", f"Max-Age={MAX_AGE}", "SameSite=Lax", "Secure"]


def test_ids_are_long_and_never_twice_the_same() -> None:
    ids = {Sessions.new().id for _ in range(1000)}
    assert len(ids) == 1000 and min(map(len, ids)) >= 43


def test_a_session_id_stands_only_in_the_cookie(browser: Browser) -> None:
    browser.say("hello")
    session = Sessions(SECRET).read(browser.session.cookies["roi_session"])
    assert session.state == "continued"
    assert session.id not in browser.response.text


@pytest.mark.parametrize("kind", BAD_COOKIES)
def test_a_cookie_that_cannot_be_trusted_gets_a_new_session_and_an_answer(
    server: Server, kind: str
) -> None:
    cookie = BAD_COOKIES[kind]()
    response = server.post(
        {"text": "How do I get my mammograms?"}, headers={"Cookie": f"roi_session={cookie}"}
    )
    answer = response.json()
    assert answer["session"] == "new"
    assert answer["messages"][0]["topics"] == ["mammogram_images"]
    issued = Sessions(SECRET).read(response.cookies["roi_session"])
    assert issued.state == "continued" and issued.id != "x" * 43


@pytest.mark.parametrize("kind", BAD_COOKIES)
def test_the_page_explains_that_a_conversation_has_ended(server: Server, kind: str) -> None:
    headers = {"Cookie": f"roi_session={BAD_COOKIES[kind]()}", "Accept-Language": "es"}
    response = requests.get(f"{server.url}/", headers=headers, timeout=60)
    assert said(Key.SYSTEM_UNKNOWN_SESSION, "es") in response.text


def test_a_message_after_the_end_of_the_session_is_still_answered(browser: Browser) -> None:
    browser.say("I need my records")
    browser.session.cookies.clear()
    browser.say("How do I get my mammograms?")
    assert browser.page.select_one(".notice").text == said(Key.SYSTEM_UNKNOWN_SESSION)  # type: ignore[union-attr]
    assert [speaker for speaker, _ in browser.messages] == ["person", "assistant"]
    assert "617.414.4884" in browser.messages[1][1]


def test_cookies_of_others_do_no_harm(server: Server) -> None:
    headers = {"Cookie": 'a,b=1; "=; ;;=; roi_session; x={"y":1}'}
    assert requests.get(f"{server.url}/", headers=headers, timeout=60).status_code == 200
    assert server.post({"text": "hello"}, headers=headers).status_code == 200


def test_two_people_have_two_conversations(server: Server) -> None:
    one, other = Browser(f"{server.url}/").open(), Browser(f"{server.url}/").open()
    one.say("How do I get my mammograms?")
    other.say("I need an itemized bill")
    assert one.open().messages[0][1] == "How do I get my mammograms?"
    assert other.open().messages[0][1] == "I need an itemized bill"
    assert "mammogram" not in other.response.text.lower().replace("mammograms</button>", "")


def test_page_and_messages_share_a_session(server: Server, browser: Browser) -> None:
    programme = Programme(server)
    programme.session.cookies = browser.session.cookies
    programme.say("How do I get my mammograms?")
    assert browser.open().messages[0] == ("person", "How do I get my mammograms?")


def forms(browser: Browser, token: str | None) -> requests.Response:
    data = {"do": "send", "text": "How do I get my mammograms?"}
    if token is not None:
        data["token"] = token
    return browser.session.post(browser.url, data=data, timeout=60)


def test_a_form_without_our_token_changes_nothing(server: Server, browser: Browser) -> None:
    assert forms(browser, None).status_code == 400
    assert forms(browser, "").status_code == 403
    assert forms(browser, "made.up").status_code == 403
    other = Browser(f"{server.url}/").open()
    assert forms(browser, other.token()).status_code == 403
    assert browser.open().messages == []
    assert forms(browser, browser.token()).status_code == 200


def test_a_text_sent_from_a_window_left_behind_is_kept(browser: Browser) -> None:
    left_behind = browser.token()
    browser.submit("start_over")
    response = forms(browser, left_behind)
    assert response.status_code == 403
    assert said(Key.SYSTEM_UNKNOWN_SESSION) in response.text
    assert "How do I get my mammograms?</textarea>" in response.text


@pytest.mark.parametrize(
    "headers", [{"Origin": "https://evil.example"}, {"Sec-Fetch-Site": "cross-site"}]
)
def test_a_form_of_another_site_changes_nothing(browser: Browser, headers: dict[str, str]) -> None:
    data = {"do": "send", "text": "hello", "token": browser.token()}
    response = browser.session.post(browser.url, data=data, headers=headers, timeout=60)
    assert response.status_code == 403
    assert browser.open().messages == []


def test_a_form_that_no_page_of_ours_sends_is_refused(browser: Browser) -> None:
    token = browser.token()
    for data in (
        {"token": token, "do": "restart"},
        {"token": token, "do": "send", "text": "hi", "sender": "web:x"},
        {"token": token, "do": "language", "language": "xx"},
        {"token": token, "do": "language"},
        {f"field{number}": "x" for number in range(50)},
    ):
        assert browser.session.post(browser.url, data=data, timeout=60).status_code == 400
    uploaded = browser.session.post(browser.url, files={"f": b"x"}, timeout=60)
    assert uploaded.status_code == 415
    huge = browser.session.post(browser.url, data={"text": "a" * 200_000}, timeout=60)
    assert huge.status_code == 413


def test_the_secret_must_be_long(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="at least 32"):
        WebSettings.load({"ROI_SECRET": "short"}, tmp_path)
    assert WebSettings.load({"ROI_SECRET": SECRET}, tmp_path).secret == SECRET
    assert SECRET not in repr(WebSettings(SECRET, old_secrets=(SECRET,)))


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("ROI_SECURE_COOKIES", "yes"),
        ("ROI_DEMO", "true"),
        ("ROI_TRUSTED_PROXIES", "-1"),
        ("ROI_TRUSTED_PROXIES", "one"),
        ("ROI_SESSION_LIMIT", "0"),
        ("ROI_ADDRESS_LIMIT", "1.5"),
        ("ROI_ALLOWED_ORIGINS", "*"),
        ("ROI_ALLOWED_ORIGINS", "null"),
        ("ROI_ALLOWED_ORIGINS", "http://www.example.org"),
        ("ROI_ALLOWED_ORIGINS", "https://www.example.org/"),
        ("ROI_ALLOWED_ORIGINS", "https://*.example.org"),
        ("ROI_ALLOWED_ORIGINS", "https://www.example.org; script-src *"),
    ],
)
def test_a_setting_without_meaning_stops_the_start(tmp_path: Path, name: str, value: str) -> None:
    with pytest.raises(SettingsError, match=name):
        WebSettings.load({"ROI_SECRET": SECRET, name: value}, tmp_path)


def test_a_random_secret_is_made_once_for_its_owner_only(tmp_path: Path) -> None:
    made = WebSettings.load({}, tmp_path / "var").secret
    assert len(made) >= 43
    assert WebSettings.load({}, tmp_path / "var").secret == made
    kept = tmp_path / "var" / "secret"
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600
    assert [path.name for path in kept.parent.iterdir()] == ["secret"]
    kept.chmod(0o644)
    with pytest.raises(SettingsError, match="others can read"):
        WebSettings.load({}, tmp_path / "var")


def test_conversations_are_readable_by_their_owner_only(server: Server) -> None:
    server.post({"text": "hello"})
    assert stat.S_IMODE(server.database.stat().st_mode) == 0o600
