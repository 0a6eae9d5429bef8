"""The entity matcher as a part of Rasa's pipeline."""

from __future__ import annotations

from typing import Any

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.shared.nlu.constants import ENTITIES, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from bot.content_store import shipped_guidance
from bot.language_choice import offered_form
from bot.languages import load_languages
from bot.nlu.entities import EntityMatcher, load_matcher

EXTRACTOR = "RequestEntityExtractor"


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.ENTITY_EXTRACTOR, is_trainable=False)
class RequestEntityExtractor(GraphComponent):
    """Finds item, subject, destination, sensitivity and requester with spaCy."""

    def __init__(self, matcher: EntityMatcher) -> None:
        """Args: the matcher built from the lexicon files."""
        self._matcher = matcher

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> RequestEntityExtractor:
        """Builds the matcher.

        Raises:
            bot.content_loader.ContentError: A lexicon file cannot be used.
        """
        return cls(load_matcher(shipped_guidance().routes))

    def process(self, messages: list[Message]) -> list[Message]:
        """Adds what is found to each message's entities."""
        for message in messages:
            text = message.get(TEXT)
            if text and not text.startswith("/"):
                found = self.entities(text, _language(message))
                message.set(ENTITIES, message.get(ENTITIES, []) + found, add_to_output=True)
        return messages

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        """Replaces the annotated entities by those found, which is what a conversation has."""
        for example in training_data.intent_examples:
            language = (example.get("metadata") or {}).get("language")
            example.set(ENTITIES, self.entities(example.get(TEXT), language))
        return training_data

    def entities(self, text: str, language: str | None) -> list[dict[str, Any]]:
        """Rasa's form of what the matcher finds."""
        return [
            {
                "entity": found.field,
                "value": found.value,
                "start": found.start,
                "end": found.end,
                "extractor": EXTRACTOR,
            }
            for found in self._matcher.find(text, language)
        ]


def _language(message: Message) -> str | None:
    evidence = message.get("language") or {}
    if not evidence.get("clear"):
        return None
    # Traditional Chinese has no lexicon of its own; it is read as Simplified Chinese.
    code = evidence.get("code")
    return offered_form(code, load_languages().offered) or code
