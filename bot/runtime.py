"""Puts the assistant together: model, stores, wording and actions in one process."""

from __future__ import annotations

from pathlib import Path

from rasa.core.agent import Agent
from rasa.core.lock_store import LockStore
from sqlalchemy.exc import SQLAlchemyError

from bot.actions_endpoint import InProcessActions
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
from bot.rasa_fast.speed_up import speed_up
from bot.stores import ConversationStore, sqlite_store
from bot.training import model_path


class StartError(RuntimeError):
    """The assistant cannot start; the message says why and how to mend it."""


def load_agent(model: Path | None = None, database: Path | None = None) -> Agent:
    """Loads the assistant.

    Rasa's own loading falls back to an empty agent or to a store in memory where something is
    wrong; here anything wrong stops the start.

    Args:
        model: A trained model; the one for the present data if not given.
        database: A SQLite file for the conversations; in memory if not given.

    Raises:
        StartError: The model is missing or damaged, or a store cannot be opened.
        bot.content_loader.ContentError: Content cannot be used.
    """
    path = model or model_path()
    if not path.exists():
        raise StartError(f"there is no model at {path}; run `roi train`")
    speed_up()
    nlg = LocalizedResponseGenerator()
    try:
        return Agent.load(
            path,
            generator=nlg,
            tracker_store=_tracker_store(database),
            lock_store=LockStore.create(None),
            action_endpoint=InProcessActions("actions"),
        )
    except Exception as error:
        raise StartError(
            f"the model {path.name} cannot be loaded ({type(error).__name__}: {error}); "
            "run `roi train --force`"
        ) from error


def _tracker_store(database: Path | None) -> ConversationStore:
    try:
        return sqlite_store(database)
    except (OSError, SQLAlchemyError) as error:
        raise StartError(
            f"the database {database} cannot be opened ({type(error).__name__}); "
            "check that its folder can be written"
        ) from error
