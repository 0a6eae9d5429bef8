"""The chat in a real browser, as a person or a screen reader meets it."""

from __future__ import annotations

from typing import Any

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

from bot.content_store import shipped_wording
from bot.keys import Key
from bot.languages import load_languages

LANGUAGES = load_languages().offered
AXE = Axe()

ANSWERED = """before => document.querySelectorAll('#transcript > .from-assistant').length > before
    && !document.querySelector('#outbox > li')"""

# Notes what a screen reader would announce: text that appears in a live region, one entry for each
# change of the page.
EAR = """
  window.heard = [];
  const POLITE = {log: 'polite', status: 'polite', alert: 'assertive'};
  const live = (node) => {
    for (let e = node; e; e = e.parentElement) {
      if (e.getAttribute('aria-hidden') === 'true') return 'off';
      const said = e.getAttribute('aria-live') ?? POLITE[e.getAttribute('role')];
      if (said) return said;
    }
    return 'off';
  };
  const words = (node) => {
    if (node.nodeType === Node.TEXT_NODE && live(node.parentElement) === 'off') return '';
    if (node.nodeType === Node.TEXT_NODE) return node.data;
    return [...node.childNodes].map(words).join(' ');
  };
  new MutationObserver((changes) => {
    const nodes = changes.flatMap((change) => [...change.addedNodes]);
    const said = nodes.map(words).join(' ').replace(/\\s+/g, ' ').trim();
    if (said) window.heard.push(said);
  }).observe(document, {childList: true, subtree: true});
"""


def worded(key: Key | str, language: str = "en") -> str:
    """What stands on the page for a key."""
    return shipped_wording().text(language, key.value if isinstance(key, Key) else key)


def browser_language(code: str) -> str:
    """What a browser set to an offered language asks for."""
    return {"en": "en-US", "zh-Hans": "zh-CN", "pt": "pt-BR"}.get(code, code)


class Chat:
    """One tab with the chat."""

    def __init__(self, page: Page, url: str) -> None:
        self.page, self.url = page, url
        self.errors: list[str] = []
        page.on("pageerror", lambda error: self.errors.append(str(error)))

    def open(self, path: str = "/") -> Chat:
        self.page.goto(self.url + path)
        return self

    def type(self, text: str) -> None:
        """Types and sends, without waiting for the answer."""
        self.page.fill("#text", text)
        self.page.press("#text", "Enter")

    def say(self, text: str) -> Chat:
        before = self._answers()
        self.type(text)
        return self.wait(before)

    def choose(self, title: str) -> Chat:
        before = self._answers()
        self.page.locator("#choices button", has_text=title).first.click()
        return self.wait(before)

    def wait(self, before: int) -> Chat:
        self.page.wait_for_function(ANSWERED, arg=before)
        return self

    @property
    def messages(self) -> list[tuple[str, str]]:
        """Speaker and text of each message of the transcript."""
        found: list[list[str]] = self.page.evaluate(
            """() => [...document.querySelectorAll('#transcript > li')].map((item) =>
                [item.className, item.querySelector('.text').innerText.trim()])"""
        )
        return [(speaker.removeprefix("from-"), text) for speaker, text in found]

    @property
    def asked(self) -> list[str]:
        return [text for speaker, text in self.messages if speaker == "person"]

    @property
    def unsent(self) -> list[str]:
        return self.page.locator("#outbox .from-person .text").all_inner_texts()

    @property
    def status(self) -> str:
        return self.page.locator("#status").inner_text()

    @property
    def focused(self) -> str:
        """The id of what has the focus, or its text."""
        return str(
            self.page.evaluate(
                "() => document.activeElement.id || document.activeElement.innerText"
            )
        )

    def _answers(self) -> int:
        return self.page.locator("#transcript > .from-assistant").count()


def violations(page: Page) -> list[str]:
    """What axe-core finds in a page and its frames: the rule and the elements that break it."""
    for frame in page.frames[1:]:
        frame.evaluate(AXE.axe_script)
    response: dict[str, Any] = AXE.run(page).response
    assert len(response["passes"]) > 10, "axe did not look at the page"
    return [
        f"{found['id']}: {' | '.join(str(node['target']) for node in found['nodes'])}"
        for found in response["violations"]
    ]
