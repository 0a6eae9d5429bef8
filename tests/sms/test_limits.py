"""A number gets so many answers a minute, one line that it is too much, and then silence."""

from __future__ import annotations

import itertools
from typing import Any

import pytest

from bot.content_store import shipped_wording
from bot.keys import Key
from tests.http.clients import SECRET

LIMIT = 3
_numbers = itertools.count(4000)


def said(key: Key, language: str = "en") -> str:
    return shipped_wording().text(language, key.value, short=True)


@pytest.fixture
def number() -> str:
    return f"+1857555{next(_numbers):04d}"


def texts_with(agent: Any) -> Any:
    """Texts from a number, and gives the answer; counts from nothing."""
    from bot.channels.sms.payloads import Incoming
    from bot.channels.sms.settings import SmsSettings
    from bot.channels.sms.texting import Texting
    from bot.channels.sms.words import shipped_words
    from bot.cli.sms_sim import parameters

    settings = SmsSettings("token", "https://example.org/", SECRET, per_number=LIMIT)
    texting = Texting(settings, shipped_words(), agent.handle_message, 60)

    async def send(number: str, body: str, form: dict[str, str] | None = None) -> str:
        incoming = Incoming.parse_obj(form or parameters(body, number))
        return await texting.reply(agent, incoming)

    return send


@pytest.fixture
def text(agent: Any) -> Any:
    return texts_with(agent)


async def test_a_number_that_texts_without_end_is_told_once_and_then_left_alone(text, number):
    answers = [await text(number, "ok") for _ in range(LIMIT)]
    assert all(answers) and said(Key.SYSTEM_TOO_MANY) not in answers
    assert await text(number, "ok") == said(Key.SYSTEM_TOO_MANY)
    assert [await text(number, "ok") for _ in range(5)] == [""] * 5
    assert await text("+18575550999", "I need my records") != "", "others are answered"


async def test_it_is_told_in_its_language(text, number):
    for _ in range(LIMIT):
        await text(number, "¿Cómo puedo pedir mi expediente médico?")
    assert await text(number, "ok") == said(Key.SYSTEM_TOO_MANY, "es")


async def test_stop_and_help_are_heard_however_many_came_before(text, number):
    for _ in range(LIMIT + 2):
        await text(number, "ok")
    assert await text(number, "HELP") == said(Key.SMS_HELP)
    assert await text(number, "STOP") == ""
    assert [await text(number, "ok") for _ in range(LIMIT + 2)] == [""] * (LIMIT + 2)
    assert await text(number, "START") != ""


async def test_a_message_delivered_again_does_not_count(text, number):
    from bot.cli.sms_sim import parameters

    form = parameters("I need my records", number)
    first = await text(number, "", form)
    for _ in range(LIMIT * 2):
        assert await text(number, "", form) == first
    assert await text(number, "ok") not in ("", said(Key.SYSTEM_TOO_MANY))


async def test_the_rest_of_an_answer_is_not_lost_by_asking_too_often(agent, text, number):
    await text(number, "hello")
    await text(number, "ok")
    assert said(Key.SMS_MORE, "vi") in await text(number, "Tôi muốn xin báo cáo khám nghiệm tử thi")
    assert said(Key.SYSTEM_TOO_MANY, "vi") == await text(number, "MORE")
    assert await text(number, "MORE") == ""
    assert said(Key.SMS_NO_MORE, "vi") != await texts_with(agent)(number, "MORE") != ""
