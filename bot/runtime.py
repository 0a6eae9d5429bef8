"""Puts the assistant together: model, stores, wording and actions in one process."""

from __future__ import annotations

import gc
import gzip
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.metadata import version
from pathlib import Path

from rasa.core.agent import Agent
from rasa.core.lock_store import LockStore
from rasa.exceptions import UnsupportedModelVersionError
from rasa.shared.core.domain import Domain
from sqlalchemy.engine import URL

from bot.actions_endpoint import InProcessActions
from bot.database import IN_MEMORY
from bot.locks import LocalLocks, RedisLocks
from bot.nlg import LocalizedResponseGenerator

# The model names these; imported here, a fault in one shows at once and not as a model that
# won't load.
from bot.nlu import (  # noqa: F401
    chinese_component,
    date_component,
    decision_component,
    entity_component,
    intent_classifier,
    language_component,
    question_component,
)
from bot.privacy.redactor import shipped_redactor
from bot.rasa_fast.speed_up import speed_up
from bot.redis_server import check_redis, redis_url
from bot.stores import ConversationStore
from bot.strict import without_fallbacks
from bot.training import model_path

_CHUNK = 1 << 20
_SAID = 200
"""Characters shown of what Rasa says is wrong."""


class StartError(RuntimeError):
    """The assistant cannot start; the message says why and how to mend it."""


def load_agent(model: Path | None = None, database: URL | str = IN_MEMORY) -> Agent:
    """Loads the assistant.

    Rasa's own loading falls back to an empty agent or to a store in memory where something is
    wrong; here anything wrong stops the start.

    Args:
        model: A trained model; the one for the present data if not given.
        database: The address of the database for the conversations; in memory if not given.

    Raises:
        StartError: The model is missing or damaged.
        bot.database.DatabaseError: The database cannot be used.
        bot.redis_server.RedisUnreachableError: Redis is configured and does not answer.
        bot.content_loader.ContentError: Content cannot be used.
    """
    path = model or model_path()
    if not path.exists():
        raise StartError(f"there is no model at {path}; run `roi train`")
    with _nothing_collected():
        return _load(path, database)


def _load(path: Path, database: URL | str) -> Agent:
    store = ConversationStore(Domain.empty(), database)
    speed_up()
    shipped_redactor()  # what cannot be redacted must not be taken in
    locks = _lock_store()
    nlg = LocalizedResponseGenerator()
    try:
        _read_through(path)
        agent = Agent.load(
            path,
            generator=nlg,
            tracker_store=store,
            lock_store=locks,
            action_endpoint=InProcessActions("actions"),
        )
    except UnsupportedModelVersionError as error:
        raise _of_another_version(path, error.model_version) from error
    except (Exception, SystemExit) as error:
        said = " ".join(str(error).split())[:_SAID]
        raise StartError(
            f"the model {path.name} cannot be loaded ({type(error).__name__}: {said}); "
            "run `roi train --force`"
        ) from error
    made_by = agent.processor.model_metadata.rasa_open_source_version if agent.processor else None
    if made_by != version("rasa"):
        raise _of_another_version(path, made_by)
    without_fallbacks(agent)
    return agent


@contextmanager
def _nothing_collected() -> Iterator[None]:
    """What is loaded stays: looking through it for garbage, again and again, finds none."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def _read_through(model: Path) -> None:
    """Compares the archive with its checksum, which stands where unpacking does not read."""
    with gzip.open(model) as archive:
        while archive.read(_CHUNK):
            continue


def _lock_store() -> LockStore:
    url = redis_url()
    if url is None:
        return LocalLocks()
    check_redis(url)
    return RedisLocks(url)


def _of_another_version(model: Path, made_by: object) -> StartError:
    return StartError(
        f"the model {model.name} was made by Rasa {made_by}, not by {version('rasa')}; "
        "run `roi train --force`"
    )
