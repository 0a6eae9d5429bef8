"""An answer that takes too long is not lost; what fails still names a phone line."""

from __future__ import annotations

import asyncio
import itertools
import logging
from typing import TYPE_CHECKING, Any

import pytest

from bot.content_store import shipped_wording
from bot.keys import Key

if TYPE_CHECKING:
    from bot.channels.sms.texting import Texting

_numbers = itertools.count(1000)
SECRET = "only-for-these-tests-" * 3


def said(key: Key, language: str = "en") -> str:
    return shipped_wording().text(language, key.value, short=True)


def texting_with(handler: Any, wait: float) -> Texting:
    from bot.channels.sms.settings import SmsSettings
    from bot.channels.sms.texting import Texting
    from bot.channels.sms.words import shipped_words

    settings = SmsSettings("token", "https://example.org/", SECRET)
    return Texting(settings, shipped_words(), handler, wait)


def incoming(body: str, number: str) -> Any:
    from bot.channels.sms.payloads import Incoming
    from bot.cli.sms_sim import parameters

    return Incoming.parse_obj(parameters(body, number))


@pytest.fixture
def number() -> str:
    return f"+1857555{next(_numbers):04d}"


@pytest.fixture
def slow(agent: Any) -> Any:
    async def handle(message: Any) -> Any:
        await asyncio.sleep(0.6)
        return await agent.handle_message(message)

    return handle


async def test_a_late_answer_gives_way_to_a_phone_line_and_comes_with_more(agent, slow, number):
    texting = texting_with(slow, wait=0.2)
    message = incoming("How do I get my mammograms?", number)
    assert await texting.reply(agent, message) == said(Key.SMS_LATE)
    assert "617.414.4213" in said(Key.SMS_LATE)
    assert await texting.reply(agent, message) == said(Key.SMS_LATE), "the same when it is retried"
    await asyncio.sleep(1.5)
    answer = await texting.reply(agent, incoming("MORE", number))
    assert "617.414.4884" in answer and said(Key.SMS_INTRO) in answer


async def test_the_late_line_is_in_the_language_of_the_conversation(agent, slow, number):
    quick = texting_with(agent.handle_message, wait=20)
    await quick.reply(agent, incoming("¿Cómo puedo pedir mi expediente médico?", number))
    late = texting_with(slow, wait=0.2)
    assert await late.reply(agent, incoming("hola", number)) == said(Key.SMS_LATE, "es")
    await asyncio.sleep(1.5)  # it ends in its own time


async def test_a_message_behind_a_late_one_waits_its_turn(agent, slow, number):
    texting = texting_with(slow, wait=5)
    first = asyncio.ensure_future(texting.reply(agent, incoming("I need my records", number)))
    await asyncio.sleep(0)
    second = asyncio.ensure_future(texting.reply(agent, incoming("1", number)))
    assert shipped_wording().text("en", "question.destination") in await first
    assert shipped_wording().text("en", "question.sensitivity", short=True) in await second


async def test_a_stop_silences_the_answer_that_is_being_made(agent, slow, number):
    from bot.stores import store_of

    texting = texting_with(slow, wait=5)
    first = asyncio.ensure_future(texting.reply(agent, incoming("I need my records", number)))
    await asyncio.sleep(0.2)
    assert await texting.reply(agent, incoming("STOP", number)) == ""
    assert await first == ""
    sender = store_of(agent).shared_state(SECRET).sender("sms", number)
    assert await agent.tracker_store.retrieve(sender) is None


async def test_a_late_stop_is_silent_too(agent, slow, number):
    texting = texting_with(slow, wait=0.2)
    first = asyncio.ensure_future(texting.reply(agent, incoming("I need my records", number)))
    await asyncio.sleep(0.1)
    assert await texting.reply(agent, incoming("STOP", number)) == ""
    await first
    await asyncio.sleep(1)
    assert await texting.reply(agent, incoming("hello", number)) == ""


async def test_a_turn_that_fails_names_the_phone_lines_and_logs_no_text(agent, number, caplog):
    async def broken(message: Any) -> None:
        raise ValueError(f"cannot handle {message.text}")

    texting = texting_with(broken, wait=5)
    with caplog.at_level(logging.DEBUG):
        answer = await texting.reply(agent, incoming("zebra quagga", number))
    assert answer == said(Key.SYSTEM_FAILED) and "617.414.4213" in answer
    assert "ValueError" in caplog.text
    assert "zebra" not in caplog.text and number[1:] not in caplog.text


async def test_nobody_is_left_in_a_queue(agent, slow, number):
    texting = texting_with(slow, wait=0.1)
    message = incoming("hello", number)
    await asyncio.gather(*(texting.reply(agent, message) for _ in range(3)))
    await texting.reply(agent, incoming("STOP", number))
    await asyncio.sleep(1.5)
    assert len(texting._queues) == 0 and not texting._running


async def test_places_are_reached_in_the_order_in_which_they_were_taken():
    from bot.order import Queues

    queues, reached = Queues(), []
    places = [queues.join("a") for _ in range(4)]
    other = queues.join("b")
    await asyncio.wait_for(other.reached(), 1)

    async def wait(index: int) -> None:
        await places[index].reached()
        reached.append(index)
        places[index].leave()

    places[1].leave()  # it was not needed; those behind it still wait for the first
    tasks = [asyncio.ensure_future(wait(index)) for index in (3, 2, 0)]
    await asyncio.wait_for(asyncio.gather(*tasks), 1)
    other.leave()
    await asyncio.sleep(0)
    assert reached == [0, 2, 3] and len(queues) == 0
