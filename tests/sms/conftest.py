"""One real server process with text messages for all tests of this folder."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.sms.phone import Phone, TextServer


@pytest.fixture(scope="session")
def texting(model_path: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[TextServer]:
    server = TextServer(tmp_path_factory.mktemp("texting"))
    server.start()
    try:
        yield server
        server.stop()
    finally:
        if server.process is not None:
            server.process.kill()


@pytest.fixture
def phone(texting: TextServer) -> Phone:
    return Phone(texting)
