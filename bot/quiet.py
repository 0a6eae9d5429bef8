"""Keeps Rasa's logs free of what people write, and the terminal free of noise."""

from __future__ import annotations

import logging
import os
import warnings
from collections.abc import Callable
from typing import Any

import structlog

from bot.privacy.logs import QUIET, SafeFormatter
from bot.rasa_fast.on_demand import import_on_demand

# Read when Rasa and numpy are imported: no telemetry leaves the hospital, TensorFlow stays quiet,
# and numpy does not wake a second thread for sums of 20 microseconds, which wait for each other.
_ENVIRONMENT = {
    "OPENBLAS_NUM_THREADS": "1",
    "RASA_TELEMETRY_ENABLED": "false",
    "TF_CPP_MIN_LOG_LEVEL": "3",
    "SQLALCHEMY_SILENCE_UBER_WARNING": "1",
    "SQLALCHEMY_WARN_20": "0",
}


def prepare_environment() -> None:
    """Sets what must be set before Rasa is imported; what the caller set already stands."""
    import_on_demand()
    for name, value in _ENVIRONMENT.items():
        os.environ.setdefault(name, value)
    # Sanic turns deprecation warnings on again while it is imported, so a filter would not last.
    warnings.showwarning = _show_unless_of_libraries(warnings.showwarning)


def _show_unless_of_libraries(show: Callable[..., None]) -> Callable[..., None]:
    def show_if_ours(message: Warning | str, category: type[Warning], *rest: Any) -> None:
        known = str(message).startswith("Slot auto-fill has been removed")  # for any domain
        if not known and not issubclass(category, (DeprecationWarning, FutureWarning)):
            show(message, category, *rest)

    return show_if_ours


def configure_logging(level: int = logging.WARNING, *, for_good: bool = False) -> None:
    """Sets up logging so that no message text is ever written.

    Rasa's structlog calls carry texts and slots at debug level, and its JSON logs the local
    variables of every frame of an exception (notes/rasa-channels.md §7). Below `level`, which
    may not be lower than INFO, nothing is logged; exceptions are named, not dumped.

    Args:
        level: The lowest level that is logged.
        for_good: Nobody sets it up differently afterwards, so that Rasa's structured loggers need
            not ask at each of a turn's hundred calls.
    """
    level = max(level, logging.INFO)
    logging.basicConfig(level=level)
    logging.getLogger().setLevel(level)
    for handler in logging.getLogger().handlers:
        handler.setFormatter(SafeFormatter("%(asctime)s %(levelname)s %(name)s %(message)s"))
    for name in ("rasa", "rasa_sdk", "apscheduler", "sanic"):
        logging.getLogger(name).setLevel(max(level, logging.WARNING))
    # These log the text of a message that could not be handled, at WARNING and ERROR.
    for name in ("rasa.core.channels", "rasa.core.processor", "rasa.shared.core.training_data"):
        logging.getLogger(name).addFilter(_without_traceback)
    structlog.configure(
        processors=[drop_everything],
        wrapper_class=QUIET,
        cache_logger_on_first_use=for_good,
    )


def _without_traceback(record: logging.LogRecord) -> bool:
    record.exc_info = None
    record.exc_text = None
    return True


def drop_everything(logger: object, name: str, event: structlog.typing.EventDict) -> str:
    """The only processor of structlog in our own commands."""
    raise structlog.DropEvent
