"""Faults inside a turn: an action that raises, a store that cannot be read, a clock that jumps."""

from __future__ import annotations

import secrets
import time
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest
import sqlalchemy as sa

from bot.content_store import shipped_wording
from bot.keys import Key

if TYPE_CHECKING:
    from rasa.core.agent import Agent

    from bot.channels.web.chat import Chat
    from bot.stores import ConversationStore

SECRET = "only-for-these-tests-" * 3
DAY = 86_400


def actions_of(agent: Any) -> dict[str, Any]:
    found: dict[str, Any] = agent.action_endpoint._executor.actions
    return found


def failed(language: str) -> str:
    return shipped_wording().text(language, Key.SYSTEM_FAILED.value)


class Someone:
    """A person on the web chat, in this process."""

    def __init__(self, agent: Agent, language: str = "en") -> None:
        from bot.channels.web.chat import Chat
        from bot.channels.web.sessions import Sessions
        from bot.channels.web.settings import WebSettings

        app = SimpleNamespace(ctx=SimpleNamespace(agent=agent))
        self.request: Any = SimpleNamespace(app=app, headers={"accept-language": language})
        self.chat: Chat = Chat(WebSettings(SECRET), agent.handle_message)
        self.session = Sessions.new()

    async def say(self, text: str, key: str | None = None) -> Any:
        return await self.chat.answer(self.request, self.session, text=text, key=key)

    async def transcript(self) -> list[tuple[str, str]]:
        from bot.channels.web.transcript import transcript

        events = await self.chat.events(self.request, self.session)
        return [(message.speaker, message.text) for message in transcript(events)]


@pytest.fixture
def store(agent: Agent, tmp_path: Path) -> Any:
    """The agent's conversations in a file, for one test."""
    from bot.stores import ConversationStore
    from bot.strict import without_fallbacks

    before = agent.tracker_store
    agent.tracker_store = ConversationStore(agent.domain, f"sqlite:///{tmp_path / 'roi.db'}")
    yield without_fallbacks(agent)
    agent.tracker_store.close()  # type: ignore[attr-defined]
    agent.tracker_store = before
    without_fallbacks(agent)


async def test_an_action_that_raises_gives_the_phone_line_and_the_talk_goes_on(
    agent: Agent, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: Any) -> None:
        raise ValueError("zebra")

    someone = Someone(agent, "es")
    await someone.say("hola")
    with monkeypatch.context() as patch:
        patch.setitem(actions_of(agent), "action_answer_topic", broken)
        answer = await someone.say("¿Cuánto cuesta?", "the-key-of-this-message")
    assert [reply.text for reply in answer.replies] == [failed("es")]
    assert "617.414.4213" in failed("es")
    spoken = await someone.transcript()
    assert spoken[-2:] == [("person", "¿Cuánto cuesta?"), ("assistant", failed("es"))]
    after = await someone.say("¿Cómo consigo mis mamografías?")
    assert after.replies[0].topics == ("mammogram_images",)
    assert "zebra" not in caplog.text and "ValueError" in caplog.text


async def test_a_form_whose_action_raises_goes_on_where_it_was(
    agent: Agent, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def broken(*_: Any) -> None:
        raise KeyError("zebra")

    someone = Someone(agent)
    first = (await someone.say("I need my records")).replies[-1]
    (_, to_me), *_ = first.choices
    with monkeypatch.context() as patch:
        patch.setitem(actions_of(agent), "validate_request_form", broken)
        answer = await someone.say(to_me)
    assert failed("en") in [reply.text for reply in answer.replies]
    again = (await someone.say(to_me)).replies[-1]
    assert again.choices and again.text not in (failed("en"), first.text), "the next question"


async def test_a_store_that_cannot_be_read_does_not_begin_the_conversation_anew(
    agent: Agent, store: ConversationStore
) -> None:
    someone = Someone(agent, "en")  # the browser's; the person writes in another language
    await someone.say("j'ai besoin de mon dossier médical")
    before = await someone.transcript()
    for table in ("events", "roi_conversations"):
        with store.engine.begin() as connection:
            connection.execute(sa.text(f"ALTER TABLE {table} RENAME TO away"))
        answer = await someone.say("le mien")
        assert [reply.text for reply in answer.replies] == [failed("fr")]
        with store.engine.begin() as connection:
            connection.execute(sa.text(f"ALTER TABLE away RENAME TO {table}"))
    assert await someone.transcript() == before
    after = await someone.say("le mien")
    assert after.recorded and after.replies[-1].text != failed("fr")
    assert len(await someone.transcript()) > len(before)


async def test_a_turn_that_is_stored_although_its_answer_was_lost_is_not_taken_twice(
    agent: Agent, store: ConversationStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    someone, key = Someone(agent), secrets.token_urlsafe(16)
    await someone.say("hello")
    write = type(store)._write

    def lost(self: Any, *arguments: Any) -> None:
        write(self, *arguments)
        raise sa.exc.OperationalError("COMMIT", {}, Exception("the connection was lost"))

    with monkeypatch.context() as patch:
        patch.setattr(type(store), "_write", lost)
        answer = await someone.say("How do I get my mammograms?", key)
        assert [reply.text for reply in answer.replies] == [failed("en")]
    again = await someone.say("How do I get my mammograms?", key)
    assert again.replies[0].topics == ("mammogram_images",)
    questions = [text for speaker, text in await someone.transcript() if speaker == "person"]
    assert questions == ["hello", "How do I get my mammograms?"]


@pytest.mark.parametrize("jump", [-2 * DAY, -600, 600, 23 * 3600])
async def test_a_clock_that_jumps_ends_no_conversation(
    agent: Agent, monkeypatch: pytest.MonkeyPatch, jump: int
) -> None:
    someone, real = Someone(agent), time.time
    await someone.say("I need my records")
    await someone.say("my own")
    before = await someone.transcript()
    monkeypatch.setattr(time, "time", lambda: real() + jump)
    key = secrets.token_urlsafe(16)
    answer = await someone.say("thank you", key)
    assert answer.recorded
    assert await someone.say("thank you", key) == answer
    after = await someone.transcript()
    assert after[: len(before)] == before and len(after) > len(before)


async def test_a_clock_that_jumps_over_the_end_begins_a_new_conversation(
    agent: Agent, monkeypatch: pytest.MonkeyPatch
) -> None:
    someone, real = Someone(agent), time.time
    await someone.say("I need my records")
    monkeypatch.setattr(time, "time", lambda: real() + 25 * 3600)
    answer = await someone.say("How do I get my mammograms?")
    assert answer.replies[0].topics == ("mammogram_images",)
    spoken = [text for speaker, text in await someone.transcript() if speaker == "person"]
    assert spoken == ["How do I get my mammograms?"]
