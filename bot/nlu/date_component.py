"""The Rasa component that adds the dates of a message to its entities."""

# Rasa and dateutil carry no types of their own.
# mypy: disable-error-code="import-untyped, misc"

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path
from typing import Any

from dateutil import tz
from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.extractors.extractor import EntityExtractorMixin
from rasa.shared.nlu.constants import (
    ENTITIES,
    ENTITY_ATTRIBUTE_END,
    ENTITY_ATTRIBUTE_START,
    ENTITY_ATTRIBUTE_TYPE,
    ENTITY_ATTRIBUTE_VALUE,
    TEXT,
)
from rasa.shared.nlu.training_data.message import Message

from bot.language_choice import offered_form
from bot.languages import load_languages
from bot.nlu.dates import DateFinder
from bot.nlu.question_component import PART
from bot.privacy.passing import passed_dates

LANGUAGE = "language"

_PROJECT = Path(__file__).resolve().parent.parent.parent


def today_at_hospital() -> date:
    """The date in Boston, wherever the server stands."""
    return datetime.now(tz.gettz("America/New_York")).date()


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.ENTITY_EXTRACTOR, is_trainable=False)
class DateEntityExtractor(GraphComponent, EntityExtractorMixin):
    """Adds an entity ``date`` with an ISO value for each date up to today.

    Days with a number have been taken out of the text before (:mod:`bot.privacy`); they come
    beside it and have no place in it. "Three weeks ago" still stands there.
    """

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        """The component's configuration and its defaults."""
        return {
            # Folder with the words for dates, one <lang>.yml per language. A relative
            # path starts at the project's root.
            "content": "bot/content/dates",
        }

    def __init__(self, config: dict[str, Any]) -> None:
        """Reads the words for dates.

        Args:
            config: The configuration, see ``get_default_config``.

        Raises:
            ContentError: A content file cannot be used.
        """
        self._finder = DateFinder.load(_PROJECT / config["content"])

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> DateEntityExtractor:
        """Creates the component (see parent class for full docstring)."""
        return cls(config)

    def process(self, messages: list[Message]) -> list[Message]:
        """Adds the dates to the entities of each message.

        Args:
            messages: Messages, with the language that an earlier component found.

        Returns:
            The same messages.
        """
        today = today_at_hospital()
        for message in messages:
            text = message.get(TEXT)
            # A leading slash carries an intent with its entities, not words.
            if not text or text.startswith("/"):
                continue
            language = _language(message)
            found = self._entities(text, language, today)
            if not message.get(PART):
                found += self._passed(language, today)
            entities = [*message.get(ENTITIES, []), *found]
            message.set(ENTITIES, entities, add_to_output=True)
        return messages

    def _entities(self, text: str, language: str, today: date) -> list[dict[str, Any]]:
        entities: list[dict[str, Any]] = [
            {
                ENTITY_ATTRIBUTE_TYPE: "date",
                ENTITY_ATTRIBUTE_VALUE: found.value.isoformat(),
                ENTITY_ATTRIBUTE_START: found.start,
                ENTITY_ATTRIBUTE_END: found.end,
            }
            for found in self._finder.find(text, language, today)
        ]
        self.add_extractor_name(entities)
        return entities

    def _passed(self, language: str, today: date) -> list[dict[str, Any]]:
        values = [
            d.value for text in passed_dates() for d in self._finder.find(text, language, today)
        ]
        entities: list[dict[str, Any]] = [
            {ENTITY_ATTRIBUTE_TYPE: "date", ENTITY_ATTRIBUTE_VALUE: value.isoformat()}
            for value in values
        ]
        self.add_extractor_name(entities)
        return entities


def _language(message: Message) -> str:
    code = (message.get(LANGUAGE) or {}).get("code")
    # Traditional Chinese is read with the words of Simplified Chinese.
    return offered_form(code, load_languages().offered) or code or "en"
