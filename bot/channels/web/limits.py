"""How often one session and one address may ask, so that nobody crowds out the others."""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Callable
from ipaddress import IPv6Address, ip_address, ip_network

from sanic.request import Request

REMEMBERED = 20_000
"""Askers kept in mind; beyond, whoever has been quiet the longest is forgotten."""

_NETWORK = 64
"""Bits of an IPv6 address that one household or phone has to itself."""


class RateLimiter:
    """A bucket of tokens for each asker, refilled evenly; it takes a minute from empty to full.

    It counts what this process sees; shared_limits.py has one for several workers.
    """

    def __init__(
        self,
        per_minute: int,
        *,
        clock: Callable[[], float] = time.monotonic,
        remembered: int = REMEMBERED,
    ) -> None:
        """Args: the requests that one asker may make, a clock in seconds, and how many to know."""
        self._size, self._clock, self._remembered = float(per_minute), clock, remembered
        self._buckets: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def wait(self, asker: str) -> float:
        """Counts a request.

        Args:
            asker: Who makes it.

        Returns:
            0 if it may be made, else the seconds until the next may.
        """
        now = self._clock()
        tokens, since = self._buckets.pop(asker, (self._size, now))
        tokens = min(self._size, tokens + (now - since) * self._size / 60)
        allowed = tokens >= 1
        self._buckets[asker] = (tokens - 1 if allowed else tokens, now)
        if len(self._buckets) > self._remembered:
            self._buckets.popitem(last=False)
        return 0.0 if allowed else (1 - tokens) * 60 / self._size


def address_of(request: Request, proxies: int) -> str:
    """The network address that a request comes from.

    Args:
        request: The request.
        proxies: How many proxies of ours stand in front. Each appends the address it sees to
            `X-Forwarded-For`; what stands before those was written by the asker and counts for
            nothing.
    """
    seen = str(request.ip)
    if proxies:
        lines = request.headers.getall("x-forwarded-for", [])
        hops = [hop.strip() for line in lines for hop in line.split(",")]
        if len(hops) >= proxies:
            seen = hops[-proxies]
    return _network(seen) or _network(str(request.ip)) or "unknown"


def _network(address: str) -> str | None:
    try:
        parsed = ip_address(address)
    except ValueError:
        return None
    if not isinstance(parsed, IPv6Address):
        return str(parsed)
    if parsed.ipv4_mapped is not None:
        return str(parsed.ipv4_mapped)
    return str(ip_network((int(parsed), _NETWORK), strict=False))
