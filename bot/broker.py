"""Sends what is counted of each turn to RabbitMQ, through Rasa's own event broker.

Rasa gives a broker every event of every conversation: texts, slots, senders. This one takes only
turns as bot/counts.py makes them and drops everything else, so that no configuration can send what
people wrote.
"""

# mypy: disable-error-code="no-untyped-call"

from __future__ import annotations

import asyncio
import logging
import os
from collections import deque
from collections.abc import Mapping
from datetime import datetime, timezone
from typing import Any
from urllib.parse import urlsplit

# Rasa's broker uses this module without importing it, and sends nothing where nobody else does.
import rasa.shared.core.events  # noqa: F401
from rasa.core.brokers.broker import EventBroker
from rasa.core.brokers.pika import PikaEventBroker

from bot.counts import CHANNELS, HANDOFFS, NONE, OTHER, OUTCOMES, Turn
from bot.languages import load_languages

logger = logging.getLogger(__name__)

URL, QUEUE = "ROI_BROKER_URL", "ROI_BROKER_QUEUE"
EVENT = "roi_turn"

KEPT = 10_000
"""Turns kept while RabbitMQ is away; the oldest go first. Rasa's broker keeps all, without end."""

_ATTEMPTS, _PAUSE = 3, 1.0


class BrokerError(RuntimeError):
    """The broker is configured and cannot be used; the message says how to mend it."""


class CountsBroker(EventBroker):
    """Lets counts through to another broker, and nothing else."""

    def __init__(self, behind: EventBroker) -> None:
        """Args: the broker that sends."""
        self._behind = behind

    @classmethod
    async def from_endpoint_config(
        cls, broker_config: Any, event_loop: asyncio.AbstractEventLoop | None = None
    ) -> CountsBroker | None:
        """Made by Rasa from endpoints.yml, for people who use its own commands."""
        behind = await PikaEventBroker.from_endpoint_config(broker_config, event_loop)
        return cls(behind) if behind is not None else None

    def turn(self, turn: Turn) -> None:
        """Sends a turn; the hour is told, not the second, so that nobody is found by it."""
        hour = datetime.now(timezone.utc).strftime("%Y-%m-%dT%H:00Z")
        self.publish({"event": EVENT, "hour": hour, **turn.as_event()})

    def publish(self, event: dict[str, Any]) -> None:
        """Sends an event if it is a turn, and only the fields that a turn has.

        Args:
            event: Any event.
        """
        if event.get("event") == EVENT and _is_turn(event):
            self._behind.publish({name: event[name] for name in _FIELDS})

    def is_ready(self) -> bool:
        """Is there a connection?"""
        return bool(self._behind.is_ready())

    async def close(self) -> None:
        """Closes the connection."""
        await self._behind.close()


async def connect(environment: Mapping[str, str] = os.environ) -> CountsBroker | None:
    """The configured broker, connected; None where there is none.

    Args:
        environment: ROI_BROKER_URL, such as `amqp://user:password@host:5672/vhost`, and
            ROI_BROKER_QUEUE.

    Raises:
        BrokerError: The address cannot be used, or nobody answers there.
    """
    given = environment.get(URL) or ""
    if not given:
        return None
    address = urlsplit(given)
    if address.scheme not in ("amqp", "amqps") or not address.hostname:
        raise BrokerError(f"{URL} must read amqp://user:password@host:5672/vhost")
    port = address.port or (5671 if address.scheme == "amqps" else 5672)
    # Rasa writes what it takes for the host into its log; so there is no password in it.
    place = f"{address.scheme}://{address.hostname}:{port}{address.path or '/'}"
    behind = PikaEventBroker(
        f"{place}?{address.query}" if address.query else place,
        username=address.username or "guest",
        password=address.password or "guest",
        port=port,
        queues=[environment.get(QUEUE) or "roi_turns"],
        exchange_name="roi",
        connection_attempts=_ATTEMPTS,
        retry_delay_in_seconds=_PAUSE,
        event_loop=asyncio.get_running_loop(),
    )
    behind._unpublished_events = deque(maxlen=KEPT)
    try:
        await behind.connect()
    except Exception as error:
        # The address is not shown: it holds a password.
        raise BrokerError(
            f"RabbitMQ at {URL} does not answer ({type(error).__name__}); start it, correct the "
            "address, or unset it: counts are then in /metrics alone"
        ) from error
    return CountsBroker(behind)


_FIELDS = ("event", "hour", "channel", "language", "topic", "outcome", "handoff", "seconds")


def _is_turn(event: Mapping[str, Any]) -> bool:
    """Does each field hold what a turn may hold there?"""
    lists = {
        "channel": (*CHANNELS, OTHER),
        "language": (*load_languages().offered, OTHER),
        "outcome": OUTCOMES,
        "handoff": (*HANDOFFS, NONE),
    }
    closed = all(event.get(name) in values for name, values in lists.items())
    topic = str(event.get("topic")).replace("_", "")
    return (
        closed
        and topic.isalpha()
        and len(topic) <= 40
        and len(str(event.get("hour"))) == 17
        and isinstance(event.get("seconds"), float)
    )
