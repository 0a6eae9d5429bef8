"""The page works without script: forms, a transcript from the server, a cookie."""

from __future__ import annotations

import re

import pytest
import requests
from bs4 import BeautifulSoup

from bot.content_store import shipped_guidance, shipped_wording
from bot.keys import Key
from bot.languages import load_languages
from tests.http.clients import Browser, Server


def said(key: Key, language: str = "en") -> str:
    return shipped_wording().text(language, key.value)


@pytest.mark.parametrize("language", load_languages().offered)
def test_the_page_speaks_the_language_of_the_browser(server: Server, language: str) -> None:
    page = Browser(f"{server.url}/", f"{language}-US,en;q=0.4").open().page
    direction = load_languages().get(language).direction  # type: ignore[union-attr]
    assert page.html is not None and page.html["lang"] == language
    assert page.html["dir"] == direction
    assert [heading.text for heading in page.select("h1")] == [said(Key.PAGE_TITLE, language)]
    assert said(Key.PAGE_INTRO, language) in page.text
    assert [option["value"] for option in page.select("option[selected]")] == [language]
    names = [option.text for option in page.select("select[name=language] option")]
    assert names == [load_languages().get(code).name for code in load_languages().answered]


def test_the_page_needs_no_script_and_nothing_from_elsewhere(browser: Browser) -> None:
    assert not browser.page.select("script:not([src]), [style], style, iframe, img, [onclick]")
    loaded = [e.get("href") or e["src"] for e in browser.page.select("link, script")]
    assert [str(address).rsplit("/", 1)[1] for address in loaded] == [
        "icon.svg",
        "style.css",
        "brand.css",
        "chat.js",
    ]
    assert all(str(address).startswith("/webhooks/web/static/") for address in loaded)
    style = requests.get(browser.url.rstrip("/") + str(loaded[1]), timeout=60)
    assert style.status_code == 200 and style.headers["Content-Type"].startswith("text/css")
    assert "url(" not in style.text and "@import" not in style.text
    assert "prefers-color-scheme: dark" in style.text


def test_every_field_has_a_label_and_every_button_a_name(browser: Browser) -> None:
    browser.say("I need my records")
    for element in browser.page.select("textarea, select"):
        label = browser.page.select_one(f"label[for={element['id']}]")
        assert label is not None and label.text.strip()
    assert all(button.text.strip() for button in browser.page.select("button"))
    ids = [element["id"] for element in browser.page.select("[id]")]
    assert len(ids) == len(set(ids))
    assert len(browser.page.select("main")) == 1 and len(browser.page.select("[role=log]")) == 1


def test_a_question_is_asked_and_answered_without_script(browser: Browser) -> None:
    browser.say("How do I get my mammograms?")
    assert [response.status_code for response in browser.response.history] == [303]
    assert browser.response.history[0].headers["Location"] == "/#latest"
    (person, question), (assistant, answer) = browser.messages
    assert (person, question) == ("person", "How do I get my mammograms?")
    assert assistant == "assistant" and "617.414.4884" in answer
    links = {a["href"]: a for a in browser.page.select("[role=log] a")}
    assert links["tel:+16174144884"].parent is not None
    assert links["tel:+16174144884"].parent.name == "bdi"
    latest = browser.page.select_one("#latest")
    assert latest is not None and "from-person" in latest["class"]
    # Loading the page again sends nothing.
    assert browser.open().messages == [(person, question), (assistant, answer)]


def test_the_guided_request_goes_through_buttons_to_a_plan(browser: Browser) -> None:
    browser.say("I need my records")
    for _ in range(6):
        if not browser.page.select(".choices button") or "1. " in browser.messages[-1][1]:
            break
        browser.choose(browser.choices[0])
    speakers = [speaker for speaker, _ in browser.messages]
    assert speakers.count("person") >= 2
    assert "1. " in browser.messages[-1][1]


def test_each_message_says_its_language_and_speaker(browser: Browser) -> None:
    browser.say("How do I get my mammograms?")
    browser.say("¿Cómo puedo pedir una copia de mis radiografías, por favor?")
    items = browser.page.select("#transcript > li")
    spoken = [
        item.select_one(".text").get("lang") for item in items if "from-assistant" in item["class"]
    ]
    assert spoken[0] == "en" and spoken[-1] == "es"
    assert {item.select_one(".text")["dir"] for item in items} == {"auto", "ltr"}
    assert browser.page.html is not None and browser.page.html["lang"] == "es"
    assert items[0].select_one(".visually-hidden").text == f"{said(Key.PAGE_YOU, 'es')}:"


def test_the_answer_keeps_its_lines(browser: Browser) -> None:
    browser.say("How do I get my records into MyChart?")
    assert any("\n2. " in text for speaker, text in browser.messages if speaker == "assistant")


def test_phone_lines_are_always_there(server: Server, browser: Browser) -> None:
    facts = shipped_guidance().directory.facts
    browser.say("hello")
    missing = requests.get(f"{server.url}/nowhere", timeout=60)
    for page in (browser.page, BeautifulSoup(missing.text, "html.parser")):
        calls = [a["href"] for a in page.select(".lines bdi > a")]
        for name in ("him_phone", "interpreter_phone"):
            assert f"tel:+1{facts[name].value.replace('.', '')}" in calls


def test_only_phone_numbers_of_the_directory_can_be_called(browser: Browser) -> None:
    for question in ("where is the authorization form", "I want to talk to a person"):
        browser.say(question)
    browser.say("my number is 617.555.0199 or 617.414.4213")
    phones = {f.value for f in shipped_guidance().directory.facts.values() if f.kind == "phone"}
    for link in browser.page.select("a[href^='tel:']"):
        assert link.text in phones
        assert link.find_parent(class_="from-person") is None
    fax = shipped_guidance().directory.facts["him_fax"].value
    assert fax in browser.page.text
    assert not [a for a in browser.page.select("a") if a.text == fax]


@pytest.mark.parametrize(
    "text",
    [
        "<script>alert(1)</script> my records",
        '"><img src=x onerror=alert(1)> my records',
        "{{ 7 * 7 }} </textarea><b>my records</b>",
    ],
)
def test_html_is_shown_and_not_run(browser: Browser, text: str) -> None:
    browser.say(text)
    assert browser.messages[0] == ("person", text)
    assert not browser.page.select("script:not([src]), img, b")
    assert "<script>" not in browser.response.text


def test_html_in_a_refused_text_is_escaped_too(browser: Browser) -> None:
    text = "</textarea><script>alert(1)</script>" * 40
    browser.say(text)
    field = browser.page.select_one("textarea")
    assert field is not None and field.text.strip() == text
    assert not browser.page.select("script:not([src])")


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("", Key.SYSTEM_EMPTY),
        ("records " * 1250, Key.SYSTEM_TOO_LONG),
        ("prontuário é " * 800, Key.SYSTEM_TOO_LONG),
        ("😀", Key.SYSTEM_UNREADABLE),
        ("\0\u202e", Key.SYSTEM_UNREADABLE),
    ],
)
def test_a_refused_text_is_explained_beside_its_field_and_kept(
    browser: Browser, text: str, key: Key
) -> None:
    browser.say("I need my records")
    before = browser.messages
    browser.say(text)
    problem = browser.page.select_one("#problem")
    field = browser.page.select_one("textarea")
    assert problem is not None and problem.text == said(key)
    assert field is not None and field["aria-describedby"] == "problem"
    assert len(field.text.strip()) == len(text.strip())
    assert browser.messages == before and browser.choices


def test_a_stale_choice_is_explained(browser: Browser) -> None:
    browser.say("I need my records")
    stale = browser.page.select(".choices button")[0]["value"]
    browser.choose(browser.choices[0])
    browser.submit("choose", choice=str(stale))
    assert browser.page.select_one("#problem").text == said(Key.SYSTEM_UNKNOWN_CHOICE)  # type: ignore[union-attr]


def test_the_language_is_chosen_before_the_first_message(browser: Browser) -> None:
    browser.submit("language", language="pt")
    assert browser.page.html is not None and browser.page.html["lang"] == "pt"
    assert browser.messages == []
    browser.say("MyChart")
    assert browser.page.select("[role=log] .from-assistant .text")[-1]["lang"] == "pt"


def test_the_language_is_chosen_in_the_middle_of_the_guided_request(browser: Browser) -> None:
    browser.say("I need my records")
    browser.submit("language", language="es")
    assert browser.page.html is not None and browser.page.html["lang"] == "es"
    assert said(Key.LANGUAGE_SWITCHED, "es") in browser.messages[-1][1] + browser.messages[-2][1]
    assert browser.choices, "the question is asked again, in Spanish"
    assert browser.messages[0] == ("person", "I need my records")


def test_starting_over_leaves_nothing_on_the_screen(browser: Browser) -> None:
    browser.submit("language", language="es")
    browser.say("Necesito mi expediente")
    before = browser.session.cookies["roi_session"]
    browser.submit("start_over")
    assert browser.messages == []
    assert browser.session.cookies["roi_session"].split(".")[0] != before.split(".")[0]
    assert browser.page.html is not None and browser.page.html["lang"] == "es"
    assert browser.page.select_one(".notice").text == said(Key.REQUEST_STARTED_OVER, "es")  # type: ignore[union-attr]
    assert not browser.open().page.select(".notice"), "it is said once"


def test_the_same_page_stands_under_the_channel(server: Server) -> None:
    browser = Browser(f"{server.url}/webhooks/web/").open().say("How do I get my mammograms?")
    assert browser.response.history[0].headers["Location"] == "/webhooks/web#latest"
    assert "617.414.4884" in browser.messages[-1][1]


def test_the_page_asks_for_nothing_personal(browser: Browser) -> None:
    fields = {str(f.get("name")) for f in browser.page.select("input, textarea, select")}
    assert fields == {"token", "do", "key", "language", "text"}
    assert not re.search(r"date of birth|social security|password", browser.page.text, re.I)
