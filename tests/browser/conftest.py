"""One server with the trained model, and Chromium, driven by Playwright.

Nothing is skipped: without a browser these tests fail and say how to get one.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from bot.paths import BUILD
from tests.browser.chat_page import Chat
from tests.browser.site import Site
from tests.http.clients import Server
from tests.http.conftest import UNLIMITED, running

_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")

NewChat = Callable[..., Chat]


@pytest.fixture(scope="session")
def hospital() -> Iterator[Site]:
    """A hospital's site, which may embed the chat."""
    with Site() as site:
        yield site


@pytest.fixture(scope="session")
def server(
    model_path: Path, hospital: Site, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Server]:
    settings = {**UNLIMITED, "ROI_DEMO": "1", "ROI_ALLOWED_ORIGINS": hospital.url}
    with running(tmp_path_factory.mktemp("browser"), settings) as server:
        yield server


@pytest.fixture(scope="session")
def pictures() -> Path:
    """Where screenshots are kept to be looked at."""
    folder = BUILD / "screenshots"
    folder.mkdir(parents=True, exist_ok=True)
    return folder


# For each module anew: while Playwright runs, no test can have an event loop of its own.
@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        program = _chromium(playwright.chromium.executable_path)
        # Chromium's own sandbox does not start for root, as which CI runs.
        options = ["--no-sandbox"] if os.geteuid() == 0 else []
        browser = playwright.chromium.launch(executable_path=program, args=options)
        yield browser
        browser.close()


@pytest.fixture
def new_context(chromium: Browser) -> Iterator[Callable[..., BrowserContext]]:
    """Makes browsers with nothing in common, closed after the test."""
    contexts: list[BrowserContext] = []

    def make(**options: Any) -> BrowserContext:
        contexts.append(
            chromium.new_context(**{"locale": "en-US", "reduced_motion": "reduce", **options})
        )
        contexts[-1].set_default_timeout(20_000)
        return contexts[-1]

    yield make
    for context in contexts:
        context.close()


@pytest.fixture
def new_chat(server: Server, new_context: Callable[..., BrowserContext]) -> Iterator[NewChat]:
    """Opens the chat in a browser of its own; an error of its script fails the test."""
    chats: list[Chat] = []

    def make(
        path: str = "/", prepare: Callable[[Page], None] | None = None, **options: Any
    ) -> Chat:
        page = new_context(**options).new_page()
        if prepare is not None:
            prepare(page)
        chats.append(Chat(page, server.url))
        return chats[-1].open(path)

    yield make
    assert [error for chat in chats for error in chat.errors] == []


@pytest.fixture
def chat(new_chat: NewChat) -> Chat:
    return new_chat()


def _chromium(playwrights_own: str) -> str:
    named = [os.environ.get("ROI_CHROMIUM"), *map(shutil.which, _NAMES), playwrights_own]
    for program in named:
        if program and Path(program).is_file():
            return program
    pytest.fail(
        "no Chromium was found; run scripts/browser.sh (it installs one), "
        "or set ROI_CHROMIUM=/path/to/chromium"
    )
