"""The numbers of `/metrics`, in the format of Prometheus: at an address of their own."""

from __future__ import annotations

import os
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from prometheus_client import REGISTRY, CollectorRegistry, Counter, Gauge, Histogram
from prometheus_client.exposition import start_http_server

from bot.counts import NONE, Turn

PORT, HOST = "ROI_METRICS_PORT", "ROI_METRICS_HOST"

_BUCKETS = (0.005, 0.01, 0.02, 0.03, 0.05, 0.075, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0)


class MetricsError(RuntimeError):
    """The numbers cannot be served; the message says why and how to mend it."""


class Metrics:
    """Counts turns; every label comes from a closed list (bot/counts.py)."""

    def __init__(self, registry: CollectorRegistry = REGISTRY) -> None:
        """Args: where the numbers are kept."""
        about = ["channel", "language", "topic"]
        self._turns = Counter(
            "roi_turns", "Messages answered.", [*about, "outcome"], registry=registry
        )
        self._seconds = Histogram(
            "roi_turn_seconds",
            "How long a turn took in its worker.",
            ["channel"],
            buckets=_BUCKETS,
            registry=registry,
        )
        self._fallbacks = Counter(
            "roi_fallbacks", "Messages not understood well enough.", about, registry=registry
        )
        self._handoffs = Counter(
            "roi_handoffs", "People handed over to people.", [*about, "to"], registry=registry
        )
        self._failures = Counter(
            "roi_failures", "Messages answered with a phone line only.", about, registry=registry
        )
        self._limited = Counter(
            "roi_limited", "Requests refused, since there were too many.", ["by"], registry=registry
        )
        self._ready = Gauge("roi_ready", "1 if messages can be answered.", registry=registry)

    def turn(self, turn: Turn) -> None:
        """Counts a turn."""
        about = (turn.channel, turn.language, turn.topic)
        self._turns.labels(*about, turn.outcome).inc()
        self._seconds.labels(turn.channel).observe(turn.seconds)
        if turn.outcome == "fallback":
            self._fallbacks.labels(*about).inc()
        if turn.outcome == "failed":
            self._failures.labels(*about).inc()
        if turn.handoff != NONE:
            self._handoffs.labels(*about, turn.handoff).inc()

    def limited(self, by: str) -> None:
        """Counts a request refused by the limit of a session or an address."""
        self._limited.labels(by).inc()

    def ready(self, is_ready: bool) -> None:
        """Notes whether messages can be answered."""
        self._ready.set(int(is_ready))


@lru_cache(maxsize=1)
def process_metrics() -> Metrics:
    """The numbers of this process."""
    return Metrics()


def serve_metrics(environment: Mapping[str, str] = os.environ) -> Any:
    """Serves the numbers where ROI_METRICS_PORT says so, on a thread of its own.

    The address is another than that of the chat, and on loopback unless ROI_METRICS_HOST says
    otherwise: what is counted is no secret of anybody, but nobody else's business either.

    Args:
        environment: Where the settings stand.

    Returns:
        The server, or None without a port.

    Raises:
        MetricsError: A setting cannot be used, or the port is taken.
    """
    port = environment.get(PORT) or ""
    if not port:
        return None
    if not (port.isascii() and port.isdigit() and int(port) <= 65535):
        raise MetricsError(f"{PORT} must be a port from 0 to 65535, not `{port}`")
    host = environment.get(HOST) or "127.0.0.1"
    try:
        server, _ = start_http_server(int(port), host)
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise MetricsError(f"{PORT}: {host}:{port} cannot be used ({reason})") from error
    return server
