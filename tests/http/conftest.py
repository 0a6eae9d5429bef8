"""One real server process with the trained model for all tests of this folder."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.http.clients import Browser, Programme, Server, start, wait_until_ready

OTHER_SITE = "https://www.example.org"

_LIMITS = ("ROI_SESSION_LIMIT", "ROI_ADDRESS_LIMIT", "ROI_CONVERSATION_LIMIT")
UNLIMITED = dict.fromkeys(_LIMITS, "1000000")


@pytest.fixture(scope="session")
def server(model_path: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """As it is by default, but for the limits, since all tests share one address."""
    with running(tmp_path_factory.mktemp("server"), UNLIMITED) as server:
        yield server


@pytest.fixture(scope="session")
def embedded_server(model_path: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """Behind HTTPS and a proxy, embedded by another site, with low limits."""
    settings = {
        "ROI_SECURE_COOKIES": "1",
        "ROI_ALLOWED_ORIGINS": OTHER_SITE,
        "ROI_TRUSTED_PROXIES": "1",
        "ROI_SESSION_LIMIT": "6",
        "ROI_ADDRESS_LIMIT": "12",
        "ROI_CONVERSATION_LIMIT": "9",
        "ROI_DEMO": "1",
    }
    with running(tmp_path_factory.mktemp("embedded"), settings) as server:
        yield server


@contextmanager
def running(folder: Path, settings: dict[str, str]) -> Iterator[Server]:
    process = start(folder, "--port", "0", **settings)
    log: list[str] = []
    try:
        url = wait_until_ready(process, log)
        yield Server(url, log, process, folder / "roi.db")
        process.terminate()
        assert process.wait(timeout=30) == 0, "asked to stop, it must end in good order"
        assert "ready at" in log[-1], "nothing is said after the start: " + "".join(log)
    finally:
        process.kill()


@pytest.fixture
def programme(server: Server) -> Programme:
    return Programme(server)


@pytest.fixture
def browser(server: Server) -> Browser:
    return Browser(f"{server.url}/").open()
