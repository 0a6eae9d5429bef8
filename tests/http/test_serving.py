"""Starting, failing and stopping the server; a turn that fails."""

from __future__ import annotations

import logging
import socket
import time
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


def test_ready_once_every_language_has_been_answered(server: Server) -> None:
    for path in ("/ready", "/webhooks/web/ready"):
        for _ in range(60):
            response = requests.get(server.url + path, timeout=60)
            if response.status_code == 200:
                break
            assert (response.status_code, response.json()["reason"]) == (503, "starting")
            time.sleep(0.5)
        assert (response.status_code, response.json()) == (200, {"ready": True})
        assert response.headers["Cache-Control"] == "no-store"


async def test_a_language_that_is_not_answered_is_named_until_it_is(agent: Agent) -> None:
    from bot.conversation import Conversation
    from bot.readiness import FRESH, Readiness, Status

    now, silent = [0.0], {"ru", "vi"}
    turn, asked = Conversation.turn, []

    async def sometimes(self: Any, sender: str, channel: str, **message: Any) -> Any:
        asked.append(message["language"])
        if message["language"] in silent:
            raise RuntimeError("zebra")
        return await turn(self, sender, channel, **message)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Conversation, "turn", sometimes)
        readiness = Readiness(clock=lambda: now[0])
        assert await readiness.status(agent) == Status("model", ("vi", "ru"))
        silent.clear()
        assert await readiness.status(agent) == Status(None), "what was bad is tried at once"
        calls = len(asked)
        await readiness.status(agent)
        assert len(asked) == calls, "what was good is believed for a while"
        now[0] += FRESH
        silent.add("ht")
        assert await readiness.status(agent) == Status("model", ("ht",))
    assert not [key for key in await agent.tracker_store.keys() if key.startswith("probe:")]


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
