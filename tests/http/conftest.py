"""One real server process with the trained model for all tests of this folder."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.http.clients import Browser, Programme, Server, start, wait_until_ready


@pytest.fixture(scope="session")
def server(model_path: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    folder = tmp_path_factory.mktemp("server")
    process = start(folder, "--port", "0")
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
