"""WCAG 2.2 AA, as far as a machine can tell; docs/accessibility.md goes through it item by item."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.keys import Key
from bot.languages import load_languages
from tests.browser.chat_page import EAR, LANGUAGES, Chat, browser_language, violations, worded
from tests.browser.conftest import NewChat

SMALL = {"width": 320, "height": 640}

TARGETS = """() => [...document.querySelectorAll('button, select, textarea, a')]
    .filter((e) => e.checkVisibility() && !e.matches('.skip'))
    .filter((e) => e.localName !== 'a' || e.closest('.lines, .contacts')) // not within a sentence
    .map((e) => [e.innerText, e.getBoundingClientRect()])
    .filter(([, box]) => box.width < 24 || box.height < 24)
    .map(([text, box]) => `${text}: ${box.width} x ${box.height}`)"""

TOO_WIDE = """() => [...document.querySelectorAll('body *')]
    .filter((e) => e.checkVisibility() && !e.closest('.visually-hidden, .skip'))
    .map((e) => [e.outerHTML.slice(0, 80), e.getBoundingClientRect()])
    .filter(([, box]) => box.right > innerWidth + 1 || box.left < -1)"""


def look(chat: Chat, state: str, found: dict[str, list[str]]) -> None:
    for scheme in ("light", "dark"):
        chat.page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
        problems = violations(chat.page)
        if problems:
            found[f"{state}, {scheme}"] = problems


@pytest.mark.parametrize("language", LANGUAGES)
def test_axe_finds_nothing_wrong_in_any_state(
    new_chat: NewChat, language: str, pictures: Path
) -> None:
    chat = new_chat(locale=browser_language(language), viewport={"width": 390, "height": 844})
    root = chat.page.locator("html")
    assert root.get_attribute("lang") == language
    found: dict[str, list[str]] = {}
    look(chat, "empty", found)
    chat.page.screenshot(path=pictures / f"{language}-empty.png")
    chat.page.click("#send")
    chat.page.wait_for_selector("#problem")
    look(chat, "error", found)
    chat.say("MyChart")
    assert chat.page.locator(".card ol > li").count() == 6
    look(chat, "plan", found)
    chat.page.screenshot(path=pictures / f"{language}-plan.png", full_page=True)
    chat.choose(chat.page.locator("#choices button").first.inner_text())
    assert chat.page.locator("#choices button").count() > 0
    look(chat, "conversation", found)
    chat.page.emulate_media(color_scheme="dark")
    chat.page.screenshot(path=pictures / f"{language}-conversation-dark.png")
    chat.page.focus("#language")
    chat.page.keyboard.press("ArrowDown")
    look(chat, "language menu", found)
    assert found == {}


@pytest.mark.parametrize("language", LANGUAGES)
def test_axe_finds_nothing_wrong_in_the_embedded_chat(
    new_chat: NewChat, language: str, pictures: Path
) -> None:
    chat = new_chat("/demo", locale=browser_language(language))
    chat.page.get_by_role("button", name=worded(Key.PAGE_LAUNCH, language)).click()
    chat.page.frame_locator("iframe").locator("#send").wait_for()
    found: dict[str, list[str]] = {}
    look(chat, "embedded", found)
    chat.page.screenshot(path=pictures / f"{language}-embedded-dark.png")
    assert found == {}


def test_a_turn_is_announced_once_and_what_i_typed_is_not(new_chat: NewChat) -> None:
    chat = new_chat(prepare=lambda page: page.add_init_script(EAR))
    chat.page.evaluate("() => { window.heard = []; }")
    chat.say("How do I get my mammograms?")
    heard = chat.page.evaluate("() => window.heard")
    heard = [said for said in heard if said != worded(Key.PAGE_WRITING)]
    assert len(heard) == 1
    assert "617.414.4884" in heard[0] and "How do I get" not in heard[0]
    chat.page.evaluate("() => { window.heard = []; }")
    chat.page.click("#send")
    chat.page.wait_for_selector("#problem")
    assert chat.page.evaluate("() => window.heard") == [worded(Key.SYSTEM_EMPTY)]


def test_an_answer_never_takes_the_focus(chat: Chat) -> None:
    chat.say("How do I get my mammograms?")
    assert chat.focused == "text"
    chat.page.focus("#delete")
    chat.page.evaluate("() => document.getElementById('message').requestSubmit()")
    chat.page.wait_for_selector("#problem")
    assert chat.focused == "delete"


def test_each_message_says_its_language_and_direction(new_chat: NewChat) -> None:
    chat = new_chat().say("How do I get my mammograms?")
    chat.say("كيف أحصل على صور الأشعة الخاصة بي؟")
    said = chat.page.eval_on_selector_all(
        "#transcript .from-assistant .text", "all => all.map((e) => [e.lang, e.dir])"
    )
    assert said[0] == ["en", "ltr"] and said[-1] == ["ar", "rtl"]
    assert chat.page.locator("html").get_attribute("dir") == "rtl", "the page follows"
    assert chat.page.locator("#send").inner_text() == worded(Key.PAGE_SEND, "ar")
    sides = chat.page.evaluate(
        "() => ['#text', '#send'].map((id) => document.querySelector(id).getBoundingClientRect().x)"
    )
    assert sides[0] > sides[1], "the button stands on the other side"
    isolated = "all => all.every((link) => link.parentElement.localName === 'bdi')"
    assert chat.page.eval_on_selector_all("a[href^='tel:']", isolated)


def test_an_interpreter_notice_is_marked_as_its_own_language(chat: Chat) -> None:
    chat.say("Mi serve una copia della mia cartella clinica, per favore")
    notice = chat.page.locator("#transcript .for-others")
    assert notice.get_attribute("lang") == "it" and notice.get_attribute("dir") == "ltr"
    assert "617.414.5549" in notice.inner_text()


@pytest.mark.parametrize("language", LANGUAGES)
def test_nothing_is_wider_than_a_small_phone(
    new_chat: NewChat, language: str, pictures: Path
) -> None:
    chat = new_chat(locale=browser_language(language), viewport=SMALL).say("MyChart")
    assert chat.page.evaluate(TOO_WIDE) == []
    assert chat.page.evaluate("() => document.documentElement.scrollWidth") <= SMALL["width"]
    assert chat.page.evaluate(TARGETS) == []
    chat.page.screenshot(path=pictures / f"{language}-320.png")
    lines = chat.page.locator("#lines").bounding_box()
    assert lines is not None and lines["y"] == 0, "the phone lines stay in sight"
    assert lines["height"] < SMALL["height"] / 3


def test_text_twice_as_large_still_fits(new_chat: NewChat, pictures: Path) -> None:
    chat = new_chat(viewport={"width": 640, "height": 800}).say("MyChart")
    # As if set in the browser: every size of the style sheet is relative to this one.
    chat.page.evaluate("() => { document.documentElement.style.fontSize = '200%'; }")
    assert chat.page.evaluate(TOO_WIDE) == []
    hidden = """() => [...document.querySelectorAll('button, p, li, h1, h2, h3')]
        .filter((e) => e.checkVisibility() && e.scrollWidth > e.clientWidth + 2 && e.clientWidth)
        .filter((e) => !e.closest('.visually-hidden')).map((e) => e.innerText)"""
    assert chat.page.evaluate(hidden) == []
    chat.page.screenshot(path=pictures / "text-200-percent.png")


def test_nothing_moves_for_who_asks_for_less_motion(new_chat: NewChat) -> None:
    moving = """() => [...document.querySelectorAll('*')].filter((e) => {
        const s = getComputedStyle(e);
        return s.animationName !== 'none' || s.scrollBehavior === 'smooth';
    }).length"""
    still = new_chat(reduced_motion="reduce")
    hold(still)
    still.type("MyChart")
    still.page.wait_for_selector(".writing")
    assert still.page.evaluate(moving) == 0
    lively = new_chat(reduced_motion="no-preference")
    hold(lively)
    lively.type("MyChart")
    lively.page.wait_for_selector(".writing")
    assert lively.page.evaluate(moving) > 0


def hold(chat: Chat) -> None:
    """Lets no message out, so that its answer is being waited for."""
    chat.page.route(
        "**/*", lambda route: None if route.request.method == "POST" else route.continue_()
    )


def test_forced_colours_leave_fields_and_choices_visible(new_chat: NewChat, pictures: Path) -> None:
    chat = new_chat(forced_colors="active").say("I need my records")
    borders = """() => [...document.querySelectorAll('#choices button, #text, #send, .text')]
        .map((e) => getComputedStyle(e))
        .filter((s) => s.borderTopStyle === 'none' || s.borderTopWidth === '0px').length"""
    assert chat.page.evaluate(borders) == 0
    chat.page.screenshot(path=pictures / "forced-colours.png")


def test_the_page_says_what_it_is_before_anything_is_asked(new_chat: NewChat) -> None:
    for language in LANGUAGES:
        chat = new_chat(locale=browser_language(language))
        assert worded(Key.PAGE_INTRO, language) in chat.page.locator("#welcome").inner_text()
        names = chat.page.locator(".languages button").all_inner_texts()
        known = [load_languages().get(code) for code in load_languages().answered]
        assert names == [entry.name for entry in known if entry is not None]
