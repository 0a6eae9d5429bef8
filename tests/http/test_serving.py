"""Starting, failing and stopping the server; a turn that fails."""

from __future__ import annotations

import logging
import socket
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest
import requests
from ruamel.yaml import YAML

from bot.content_store import shipped_wording
from bot.keys import Key
from tests.http.clients import PROJECT, SECRET, Server, start

if TYPE_CHECKING:
    from rasa.core.agent import Agent


def test_health_is_ok(server: Server) -> None:
    for path in ("/health", "/webhooks/web/health"):
        response = requests.get(server.url + path, timeout=60)
        assert (response.status_code, response.text) == (200, "ok")
    assert requests.head(f"{server.url}/health", timeout=60).status_code == 200


def test_a_port_in_use_is_one_clear_line(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        process = start(tmp_path, "--port", str(port))
        output, _ = process.communicate(timeout=120)
    assert process.returncode == 1
    assert output == (
        f"roi serve: port {port} is in use; stop what uses it, or choose another with --port\n"
    )


def test_a_short_secret_is_one_clear_line(tmp_path: Path) -> None:
    process = start(tmp_path, "--port", "0", ROI_SECRET="short")
    output, _ = process.communicate(timeout=120)
    assert process.returncode == 1
    assert output.startswith("roi serve: ROI_SECRET is too short") and output.count("\n") == 1


async def test_a_turn_that_fails_ends_in_the_phone_lines(
    agent: Agent, caplog: pytest.LogCaptureFixture
) -> None:
    from bot.channels.web.chat import Chat
    from bot.channels.web.sessions import Sessions
    from bot.channels.web.settings import WebSettings

    async def broken(message: Any) -> None:
        raise ValueError(f"cannot handle {message.text}")

    request: Any = SimpleNamespace(
        app=SimpleNamespace(ctx=SimpleNamespace(agent=agent)), headers={"accept-language": "es"}
    )
    chat = Chat(WebSettings(SECRET), broken)
    with caplog.at_level(logging.DEBUG):
        result = await chat.answer(request, Sessions.new(), text="zebra quagga")
    failed = shipped_wording().text("es", Key.SYSTEM_FAILED.value)
    assert [reply.text for reply in result.replies] == [failed]
    assert "617.414.4213" in failed and not result.recorded
    assert "a turn failed: ValueError" in caplog.text
    assert "zebra" not in caplog.text and "Traceback" not in caplog.text


def test_an_unforeseen_fault_shows_no_trace(caplog: pytest.LogCaptureFixture) -> None:
    from bot.channels.web.http import on_exception

    request: Any = SimpleNamespace(path="/webhooks/web/messages", headers={})
    response = on_exception(request, RuntimeError("zebra"))
    assert response.status == 500
    assert b"zebra" not in (response.body or b"") and b"617.414.4213" in (response.body or b"")
    assert "RuntimeError" in caplog.text and "zebra" not in caplog.text


def test_what_rasa_run_reads_names_our_classes_and_no_stock_channel() -> None:
    from rasa.shared.utils.common import class_from_module_path

    # A misspelt store makes Rasa fall back to memory without a word.
    yaml = YAML(typ="safe")
    credentials = yaml.load((PROJECT / "credentials.yml").read_text("utf-8"))
    endpoints = yaml.load((PROJECT / "endpoints.yml").read_text("utf-8"))
    assert list(credentials) == ["bot.channels.web.WebChannel"]
    classes = [*credentials, endpoints["nlg"]["type"], endpoints["tracker_store"]["type"]]
    assert all(class_from_module_path(path).__module__.startswith("bot.") for path in classes)
