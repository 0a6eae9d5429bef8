"""The chat on a hospital's own page: one line of script, a frame of its own."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page

from bot.keys import Key
from tests.browser.chat_page import Chat, worded
from tests.browser.conftest import NewChat
from tests.browser.site import Site
from tests.http.clients import Server

SMALL = {"width": 320, "height": 640}


OpenHost = Callable[..., Page]


@pytest.fixture
def open_host(hospital: Site, new_chat: NewChat) -> OpenHost:
    """Opens a page of the hospital that embeds the chat."""

    def open_page(attributes: str = "", style: str = "", **options: Any) -> Page:
        chat = new_chat("/health", **options)
        script = f'<script src="{chat.url}/embed.js" async {attributes}></script>'
        text = "<p>The garden is open all day.</p>" * 30
        hospital.page = (
            "<!DOCTYPE html><html lang=en><head><title>Host</title><meta name=viewport "
            f'content="width=device-width"><style>{style}</style></head>'
            f"<body><h1>Host</h1>{text}{script}</body></html>"
        )
        chat.page.goto(f"{hospital.url}/records")
        chat.page.locator(".launch").wait_for()
        return chat.page

    return open_page


def is_open(page: Page) -> bool:
    return page.locator(".panel").is_visible()


def test_the_demo_opens_and_answers(chat: Chat, pictures: Path) -> None:
    page = chat.open("/demo").page
    page.screenshot(path=pictures / "demo-closed.png")
    page.locator(".launch").click()
    frame = page.frame_locator("iframe")
    frame.locator("#text").fill("How do I get my mammograms?")
    frame.locator("#send").click()
    frame.locator("#transcript a[href='tel:+16174144884']").first.wait_for()
    page.screenshot(path=pictures / "demo-open.png")
    assert "Demo" in page.locator(".demo").inner_text()


def test_it_opens_and_closes_with_the_keyboard_and_gives_the_focus_back(
    open_host: OpenHost,
) -> None:
    page = open_host()
    focused = "() => document.activeElement.shadowRoot?.activeElement?.className"
    page.keyboard.press("Tab")
    assert page.evaluate(focused) == "launch"
    page.keyboard.press("Enter")
    frame = page.frame_locator("iframe")
    frame.locator("#send").wait_for()
    assert page.locator(".launch").get_attribute("aria-expanded") == "true"
    page.keyboard.press("Tab")
    page.wait_for_function("() => document.activeElement.shadowRoot.activeElement.src")
    assert frame.locator("#skip").evaluate("e => e === document.activeElement"), "it goes inside"
    page.keyboard.press("Escape")
    page.wait_for_function(f"() => ({focused})() === 'launch'")
    assert not is_open(page)
    page.keyboard.press("Enter")
    assert is_open(page)
    page.locator(".close").focus()
    page.keyboard.press("Escape")
    assert not is_open(page) and page.evaluate(focused) == "launch"


def test_a_conversation_is_still_there_when_it_is_opened_again(open_host: OpenHost) -> None:
    page = open_host()
    page.locator(".launch").click()
    frame = page.frame_locator("iframe")
    frame.locator("#text").fill("MyChart")
    frame.locator("#send").click()
    frame.locator(".card").wait_for()
    page.locator(".close").click()
    page.locator(".launch").click()
    assert frame.locator(".card").is_visible()
    page.reload()
    page.locator(".launch").click()
    frame.locator(".card").wait_for()


def test_the_two_pages_are_kept_apart(open_host: OpenHost) -> None:
    page = open_host(style="button { border: 9px solid red; display: none }")
    page.locator(".launch").click()
    page.frame_locator("iframe").locator("#send").wait_for()
    assert page.evaluate(
        "() => document.querySelector('.roi-assistant').shadowRoot.querySelector('iframe')"
        ".contentDocument === null"
    )
    border = "e => getComputedStyle(e).borderTopWidth"
    assert page.locator(".launch").evaluate(border) != "9px"


def test_only_the_frame_can_close_itself(open_host: OpenHost, server: Server) -> None:
    page = open_host()
    page.locator(".launch").click()
    page.frame_locator("iframe").locator("#send").wait_for()
    page.evaluate("() => window.postMessage('roi:close', '*')")
    page.evaluate(
        """origin => window.dispatchEvent(
        new MessageEvent('message', {data: 'roi:close', origin, source: window}))""",
        server.url,
    )
    page.wait_for_timeout(200)
    assert is_open(page), "neither another origin nor another window counts"
    page.frames[-1].evaluate("() => parent.postMessage('anything else', '*')")
    page.wait_for_timeout(200)
    assert is_open(page)
    page.frames[-1].evaluate("() => parent.postMessage('roi:close', '*')")
    page.locator(".panel").wait_for(state="hidden")


@pytest.mark.parametrize(
    ("attributes", "language"),
    [
        ('data-lang="ar"', "ar"),
        ('data-lang="it"', "ru"),
        ('data-lang="&quot;><b>"', "ru"),
        ('data-lang="toString"', "ru"),
        ("", "ru"),
    ],
)
def test_the_page_chooses_an_offered_language_else_the_browser_does(
    open_host: OpenHost, attributes: str, language: str
) -> None:
    page = open_host(attributes, locale="ru")
    assert page.locator(".launch").inner_text() == worded(Key.PAGE_LAUNCH, language)
    page.locator(".launch").click()
    root = page.frame_locator("iframe").locator("html")
    assert root.get_attribute("lang") == language
    assert page.locator(".close").inner_text() == worded(Key.PAGE_CLOSE, language)


@pytest.mark.parametrize("attributes", ["", 'data-lang="ar"'])
def test_on_a_small_phone_the_button_covers_nothing(
    open_host: OpenHost, pictures: Path, attributes: str
) -> None:
    page = open_host(attributes, viewport=SMALL)
    covered = """() => {
        const host = document.querySelector('.roi-assistant');
        return [...document.querySelectorAll('p')].filter((p) => {
            p.scrollIntoView({block: 'end'});
            const box = p.getBoundingClientRect();
            const top = document.elementFromPoint(box.x + 5, box.y + box.height / 2);
            return host.contains(top);
        }).length;
    }"""
    assert page.evaluate(covered) == 0
    assert page.evaluate("() => document.documentElement.scrollWidth") <= SMALL["width"]
    page.locator(".launch").click()
    page.frame_locator("iframe").locator("#send").wait_for()
    box = page.locator(".panel").bounding_box()
    assert box is not None and (box["x"], box["width"]) == (0, SMALL["width"])
    page.screenshot(path=pictures / f"embedded-320{'-ar' if attributes else ''}.png")


def test_a_site_that_is_not_allowed_cannot_show_it(new_chat: NewChat, hospital: Site) -> None:
    chat = new_chat("/health")
    hospital.page = f'<iframe src="{chat.url}/webhooks/web/embed"></iframe>'
    for host, shown in (("127.0.0.1", 1), ("localhost", 0)):
        chat.page.goto(f"http://{host}:{hospital.port}/")
        chat.page.wait_for_load_state("networkidle")
        assert chat.page.frames[-1].locator("#send").count() == shown, host
