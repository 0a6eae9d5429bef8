"""One line of JSON for each log entry, for machines: `ROI_LOGS=json`.

A line has the time, the level, who says it, what, and the number of the request that it belongs
to, which nginx gives (`X-Request-ID`): the lines of one request are found with it through all
machines. There is no message text in any of them (bot/quiet.py), and no sender.
"""

from __future__ import annotations

import logging
import os
import re
from collections.abc import Mapping
from contextvars import ContextVar
from typing import Any

import structlog
from structlog.typing import EventDict

from bot.counts import Turn

SETTING = "ROI_LOGS"

request_id: ContextVar[str] = ContextVar("request_id", default="")
"""The number of the request that is being answered."""

_NUMBER = re.compile(r"[0-9A-Za-z-]{8,64}")

_turns = logging.getLogger("roi.turns")


class LogsError(RuntimeError):
    """The setting cannot be used; the message says how to mend it."""


def is_json(environment: Mapping[str, str] = os.environ) -> bool:
    """Are logs for machines?

    Raises:
        LogsError: The setting is neither `text` nor `json`.
    """
    wanted = environment.get(SETTING) or "text"
    if wanted not in ("text", "json"):
        raise LogsError(f"{SETTING} must be text or json, not `{wanted}`")
    return wanted == "json"


def write_json() -> None:
    """Has everything that is logged written as JSON, and each turn logged."""
    formatter = structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=[
            structlog.stdlib.add_log_level,
            structlog.stdlib.add_logger_name,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            _add_request,
            structlog.stdlib.ExtraAdder(allow=("turn",)),
        ],
        processors=[
            structlog.stdlib.ProcessorFormatter.remove_processors_meta,
            _name_fault,
            structlog.processors.JSONRenderer(),
        ],
    )
    for handler in logging.getLogger().handlers:
        handler.setFormatter(formatter)
    _turns.setLevel(logging.INFO)


def log_turn(turn: Turn) -> None:
    """Logs a turn as it is counted."""
    _turns.info("turn", extra={"turn": turn.as_event()})


def note_request(given: str | None) -> None:
    """Takes over the number of a request if it is one; other text could forge lines.

    Args:
        given: The header `X-Request-ID`.
    """
    request_id.set(given if given and _NUMBER.fullmatch(given) else "")


def _add_request(logger: Any, name: str, event: EventDict) -> EventDict:
    if request_id.get():
        event["request"] = request_id.get()
    return event


def _name_fault(logger: Any, name: str, event: EventDict) -> EventDict:
    """Names an exception by its kind: its text and traceback may hold what somebody wrote."""
    fault = event.pop("exc_info", None)
    event.pop("exception", None)
    event.pop("stack_info", None)
    if isinstance(fault, tuple) and fault[0] is not None:
        event["fault"] = fault[0].__name__
    return event
