"""A whole guided request without a mouse; the focus is always seen and never lost."""

from __future__ import annotations

from bot.keys import Key
from tests.browser.chat_page import Chat, worded
from tests.browser.conftest import NewChat

# Is the middle of what has the focus really on top at that point of the window?
HIDDEN = """() => {
    const focused = document.activeElement;
    const box = focused.getBoundingClientRect();
    const x = Math.min(Math.max(box.x + box.width / 2, 0), innerWidth - 1);
    const y = box.y + Math.min(box.height / 2, 20);
    const seen = document.elementFromPoint(x, y);
    return seen && (focused.contains(seen) || seen.contains(focused)) ? '' : focused.outerHTML;
}"""


def tab_to(chat: Chat, selector: str, key: str = "Tab") -> None:
    for _ in range(60):
        if chat.page.evaluate("s => document.activeElement.matches(s)", selector):
            return
        chat.page.keyboard.press(key)
        chat.page.wait_for_timeout(30)
        assert chat.page.evaluate(HIDDEN) == "", "what has the focus is covered"
    raise AssertionError(f"{selector} cannot be reached with {key}")


def press_and_wait(chat: Chat, key: str) -> None:
    before = chat.page.locator("#transcript > .from-assistant").count()
    chat.page.keyboard.press(key)
    chat.wait(before)


def test_a_guided_request_from_the_first_key_to_the_copied_plan(new_chat: NewChat) -> None:
    chat = new_chat(
        permissions=["clipboard-read", "clipboard-write"],
        viewport={"width": 700, "height": 620},
        reduced_motion="reduce",
    )
    chat.page.keyboard.press("Tab")
    assert chat.focused == "skip", "the first stop leads to the message"
    chat.page.keyboard.press("Enter")
    chat.page.keyboard.press("Tab")
    tab_to(chat, "#text")
    chat.page.keyboard.type("I need my records")
    press_and_wait(chat, "Enter")
    assert chat.focused == "text"
    for _ in range(8):
        if chat.page.locator("#transcript > :last-child .card").count():
            break
        tab_to(chat, "#choices button", "Tab" if chat.focused == "choices" else "Shift+Tab")
        press_and_wait(chat, "Enter")
        assert chat.focused == "choices", "the focus waits before the next choices"
    assert chat.page.locator("#transcript > :last-child .card ol > li").count() >= 1
    tab_to(chat, "[data-copy]", "Shift+Tab")
    chat.page.keyboard.press("Enter")
    chat.page.wait_for_function("() => document.getElementById('status').textContent")
    assert chat.status == worded(Key.PAGE_COPIED)
    copied = chat.page.evaluate("() => navigator.clipboard.readText()")
    assert "\n1. " in copied and "617.414." in copied


def test_the_language_is_changed_without_a_mouse_and_the_focus_stays(chat: Chat) -> None:
    tab_to(chat, "#language")
    chat.page.keyboard.type("Esp")
    tab_to(chat, "#change")
    chat.page.keyboard.press("Enter")
    chat.page.wait_for_function("() => document.documentElement.lang === 'es'")
    assert chat.focused == "change"
    assert chat.page.locator("#send").inner_text() == worded(Key.PAGE_SEND, "es")
    assert chat.page.title().startswith(worded(Key.PAGE_TITLE, "es"))


def test_shift_and_enter_start_a_new_line(chat: Chat) -> None:
    chat.page.focus("#text")
    chat.page.keyboard.type("my mammograms")
    chat.page.keyboard.press("Shift+Enter")
    chat.page.keyboard.type("please")
    assert chat.page.input_value("#text") == "my mammograms\nplease"
    press_and_wait(chat, "Enter")
    assert len(chat.asked) == 1


def test_a_plan_is_printed_alone(chat: Chat) -> None:
    chat.say("How do I get my mammograms?").say("MyChart")
    chat.page.evaluate("""() => { window.print = () => { window.printed =
        [...document.querySelectorAll('#transcript > li')].map((e) => e.className); }; }""")
    chat.page.locator("[data-print]").last.click()
    marked = chat.page.evaluate("() => window.printed")
    assert [("printed" in name) for name in marked] == [False] * (len(marked) - 1) + [True]
    chat.page.evaluate("() => document.documentElement.classList.add('one-plan')")
    chat.page.evaluate(
        "() => document.querySelector('#transcript').lastElementChild.classList.add('printed')"
    )
    chat.page.emulate_media(media="print")
    for hidden in ("#message", "#choices", "#tools", ".language", "#transcript > li:first-child"):
        assert not chat.page.locator(hidden).first.is_visible(), hidden
    for shown in ("#lines", "#transcript > li:last-child .card", ".hospital"):
        assert chat.page.locator(shown).is_visible(), shown
