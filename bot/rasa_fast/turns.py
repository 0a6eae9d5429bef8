"""Understanding and deciding one turn at a time, so that the event loop is free in between."""

from __future__ import annotations

import asyncio
import functools
from collections.abc import Awaitable, Callable
from typing import Any
from weakref import WeakKeyDictionary

from rasa.core.processor import MessageProcessor

from bot.turnstile import Turnstile

_TURNSTILES: WeakKeyDictionary[asyncio.AbstractEventLoop, Turnstile] = WeakKeyDictionary()


def _one_at_a_time(work: Callable[..., Awaitable[Any]], *, ends: bool) -> Callable[..., Any]:
    @functools.wraps(work)
    async def work_inside(*given: Any, **named: Any) -> Any:
        turnstile = _TURNSTILES.setdefault(asyncio.get_running_loop(), Turnstile())
        async with turnstile.passing(ends=ends):
            return await work(*given, **named)

    return work_inside


parse_message = _one_at_a_time(MessageProcessor.parse_message, ends=False)
run_prediction_loop = _one_at_a_time(MessageProcessor._run_prediction_loop, ends=True)
