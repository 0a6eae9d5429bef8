"""What is counted of each turn: closed lists only, no text, nobody's id.

A turn is counted where it is taken (bot/conversation.py), and goes to whatever listens in this
process: the numbers of `/metrics` (bot/metrics.py), the log (bot/quiet.py), a broker
(bot/broker.py). In `roi shell` and `roi ask` nothing listens.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from typing import Any, Literal, Protocol

from bot.content_store import shipped_guidance
from bot.keys import Key
from bot.languages import load_languages

logger = logging.getLogger(__name__)

Outcome = Literal["answered", "fallback", "handoff", "refused", "failed"]

CHANNELS = ("web", "sms")
HANDOFFS = ("interpreter", "human", "emergency")
OUTCOMES: tuple[Outcome, ...] = ("answered", "fallback", "handoff", "refused", "failed")
OTHER = "other"
"""In place of what is in no list, so that the lists stay as short as they are."""

NONE = "none"
PROBE = "probe:"
"""How the senders of bot/readiness.py begin."""

_FALLBACKS = {
    Key.REPAIR_CLARIFY.value,
    Key.REPAIR_NONE_OF_THESE.value,
    Key.REPAIR_REPHRASE.value,
    Key.REPAIR_REPHRASE_IN_REQUEST.value,
    Key.REPAIR_GIVE_PHONE.value,
}


class Said(Protocol):
    """What counts of a reply; :class:`bot.conversation.Reply` is one."""

    @property
    def key(self) -> str:
        """The wording it was made from."""

    @property
    def topics(self) -> tuple[str, ...]:
        """The topics it answers."""

    @property
    def handoff(self) -> str | None:
        """The people it hands over to."""


@dataclass(frozen=True)
class Turn:
    """One turn as it is counted.

    Attributes:
        channel: `web`, `sms` or `other`.
        language: An offered language, or `other`.
        topic: The topic answered first, or `none`.
        outcome: What came of it.
        handoff: To whom, or `none`.
        seconds: How long it took.
    """

    channel: str
    language: str
    topic: str
    outcome: Outcome
    handoff: str
    seconds: float

    def as_event(self) -> dict[str, Any]:
        """For logs and brokers."""
        return {**asdict(self), "seconds": round(self.seconds, 4)}


Listener = Callable[[Turn], None]
_listeners: list[Listener] = []


def listen(listener: Listener) -> None:
    """Has a listener told of every turn from now on."""
    _listeners.append(listener)


@contextmanager
def counted(channel: str, sender: str) -> Iterator[Counting]:
    """Times a turn and counts it at the end, also where it fails.

    Args:
        channel: Where it is taken.
        sender: Whose it is; what the readiness check asks is not counted.
    """
    counting = Counting(channel)
    try:
        yield counting
    except BaseException:
        counting.note("", (), failed=True)
        raise
    finally:
        if not sender.startswith(PROBE):
            counting.tell()


class Counting:
    """A turn being counted."""

    def __init__(self, channel: str) -> None:
        """Args: where it is taken."""
        self._channel = channel if channel in CHANNELS else OTHER
        self._since = time.perf_counter()
        self._turn: Turn | None = None

    def note(
        self,
        language: str,
        replies: tuple[Said, ...],
        *,
        recorded: bool = True,
        failed: bool = False,
    ) -> None:
        """Notes what the turn brought.

        Args:
            language: The language answered in.
            replies: The answer.
            recorded: Was the message taken up at all?
            failed: Nothing could be answered.
        """
        topics = [topic for reply in replies for topic in reply.topics]
        handoffs = [reply.handoff for reply in replies if reply.handoff in HANDOFFS]
        self._turn = Turn(
            channel=self._channel,
            language=language if language in load_languages().offered else OTHER,
            topic=_topic(topics),
            outcome="failed" if failed else _outcome(replies, recorded, bool(handoffs)),
            handoff=str(handoffs[0]) if handoffs else NONE,
            seconds=time.perf_counter() - self._since,
        )

    def tell(self) -> None:
        """Tells all listeners."""
        if self._turn is None:
            return
        for listener in _listeners:
            try:
                listener(self._turn)
            except Exception as error:
                # Nobody goes without an answer because it could not be counted.
                logger.error("a turn could not be counted: %s", type(error).__name__)


def _topic(topics: list[str]) -> str:
    if not topics:
        return NONE
    return topics[0] if topics[0] in shipped_guidance().topics else OTHER


def _outcome(replies: tuple[Said, ...], recorded: bool, hands_over: bool) -> Outcome:
    keys = {reply.key for reply in replies}
    if Key.SYSTEM_FAILED.value in keys:
        return "failed"
    if not recorded:
        return "refused"
    if keys & _FALLBACKS:
        return "fallback"
    return "handoff" if hands_over else "answered"
