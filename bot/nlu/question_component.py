"""Sends the parts of a message that may ask two things through the pipeline beside it."""

from __future__ import annotations

from typing import Any

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.shared.nlu.constants import METADATA, TEXT
from rasa.shared.nlu.training_data.message import Message

from bot.nlu.questions import QuestionSplitter

PART = "part"
"""The key that marks a part; :mod:`bot.nlu.decision_component` takes the parts out again."""
_LANGUAGE = "language"


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=False)
class QuestionParts(GraphComponent):
    """Puts the parts of each message after it, so that the same components understand them.

    A part is told the languages of the whole message and of the conversation. Messages without
    "and" or a second sentence pass as they are and cost nothing.
    """

    def __init__(self, splitter: QuestionSplitter) -> None:
        """Args: what cuts messages."""
        self._splitter = splitter

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> QuestionParts:
        """Reads the conjunctions.

        Raises:
            bot.content_loader.ContentError: Their file cannot be used.
        """
        return cls(QuestionSplitter.load())

    def process(self, messages: list[Message]) -> list[Message]:
        """Adds the parts."""
        return [each for message in messages for each in (message, *self._parts(message))]

    def _parts(self, message: Message) -> list[Message]:
        text = message.get(TEXT)
        if not text or text.startswith("/"):
            return []
        evidence = message.get(_LANGUAGE) or {}
        spoken = {"spoken": (message.get(METADATA) or {}).get("spoken")}
        return [
            Message(data={TEXT: part, _LANGUAGE: evidence, PART: True, METADATA: spoken})
            for part in self._splitter.parts(text, evidence.get("code"))
        ]
