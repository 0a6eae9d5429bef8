"""The second guard before anything is logged, also where Rasa's own commands set up the logging.

`roi` logs nothing of Rasa's below a warning (:mod:`bot.quiet`). Under `rasa run --debug` all of
Rasa's structured logs are written; then Rasa's own hook for a "pipeline that anonymises" and a
processor of structlog take personal details out, and the local variables of frames, which Rasa's
JSON logs carry along (notes/rasa-channels.md §7), are dropped.
"""

from __future__ import annotations

import json
import logging
import traceback
from collections.abc import Mapping
from types import TracebackType
from typing import Any

import structlog

_PLUGIN = "roi-personal-details"
_WITHHELD = "(not shown: the content that tells personal details cannot be used)"
_DROPPED = frozenset({"locals", "exc_value"})

QUIET = structlog.make_filtering_bound_logger(logging.CRITICAL)
"""The logger that writes nothing of Rasa's; see :mod:`bot.quiet`."""

ExcInfo = tuple[type[BaseException], BaseException, TracebackType | None] | tuple[None, None, None]


class PrivacyPipeline:
    """What Rasa asks for by its hook; it came with Rasa Pro, and the hook is in Rasa too."""

    def run(self, event: object) -> None:
        """Rasa shows each event here before it is saved, as a copy; the store guards itself."""

    def log_run(self, value: object) -> object:
        """A logged value without personal details."""
        return redacted(value)


class _Hooks:
    """The plug-in; pluggy finds the hook by its name and mark."""

    def __init__(self) -> None:
        self._pipeline = PrivacyPipeline()

    def get_anonymization_pipeline(self) -> PrivacyPipeline | None:
        # Where Rasa's structured logs are off there is nothing to redact, and with a pipeline Rasa
        # reads each conversation from the store once more.
        return self._pipeline if drop_details in structlog.get_config()["processors"] else None


class SafeFormatter(logging.Formatter):
    """Writes log lines without personal details, and of a fault its kind and where it happened."""

    def format(self, record: logging.LogRecord) -> str:
        """The line; the record may have been formatted before by another handler."""
        record.exc_text = None
        return _clean(super().format(record))

    def formatException(self, ei: ExcInfo) -> str:  # noqa: N802 - logging's name
        """The frames and the kind of a fault; its text may hold what somebody wrote."""
        kind, _, frames = ei
        lines = traceback.format_tb(frames)
        return "".join(
            ["Traceback (most recent call last):\n", *lines, kind.__name__ if kind else ""]
        )


def guard_logs() -> None:
    """Registers the hook and puts the guard into structlog's processors, once each."""
    import pluggy
    from rasa.plugin import plugin_manager

    manager = plugin_manager()
    if manager.get_plugin(_PLUGIN) is None:
        mark = pluggy.HookimplMarker("rasa")
        mark(_Hooks.get_anonymization_pipeline)
        manager.register(_Hooks(), name=_PLUGIN)
    if structlog.get_config()["wrapper_class"] is not QUIET:
        guard_structlog()


def guard_structlog() -> None:
    """Puts the guard before the last processor, which makes the line.

    The list is changed in place: Rasa's loggers keep the one that they were first used with.
    """
    processors: list[Any] = structlog.get_config()["processors"]
    if drop_details not in processors:
        processors.insert(max(0, len(processors) - 1), drop_details)


def drop_details(
    logger: object, name: str, event: structlog.typing.EventDict
) -> structlog.typing.EventDict:
    """A processor of structlog: no personal details, no local variables, no texts of faults."""
    return {key: redacted(value) for key, value in event.items() if key not in _DROPPED}


def redacted(value: object) -> object:
    """A value of any kind without personal details; what is no plain data becomes its text."""
    if isinstance(value, bool | int | float) or value is None:
        return value
    if isinstance(value, str):
        return _clean(value)
    if isinstance(value, Mapping):
        return {str(k): redacted(v) for k, v in value.items() if k not in _DROPPED}
    if isinstance(value, list | tuple | set | frozenset):
        return [redacted(each) for each in value]
    if isinstance(value, BaseException):
        return type(value).__name__
    return _clean(_as_text(value))


def _as_text(value: object) -> str:
    try:
        return json.dumps(value, ensure_ascii=False, default=repr)
    except (TypeError, ValueError):
        return repr(value)


def _clean(text: str) -> str:
    from bot.content_loader import ContentError
    from bot.privacy.redactor import shipped_redactor

    try:
        redactor = shipped_redactor()
    except ContentError:
        return _WITHHELD
    return redactor.redact(text).text
