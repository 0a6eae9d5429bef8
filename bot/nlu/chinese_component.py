"""Lets everything after it see Traditional Chinese as Simplified Chinese."""

from __future__ import annotations

from typing import Any

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.shared.nlu.constants import TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from bot.chinese import simplified

WRITTEN = "written"
"""The key of the text as it was written; `IntentDecider` puts it back, so that it is what stays."""


# A featurizer to Rasa, whose training data pass through no other kind that is not trained.
@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.MESSAGE_FEATURIZER, is_trainable=False)
class ChineseScript(GraphComponent):
    """Replaces the text of messages and training examples; the language is identified before."""

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> ChineseScript:
        """Loads the converter, so that no turn waits for it."""
        simplified("\u4e2d")
        return cls()

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        """Converts the examples."""
        for example in training_data.training_examples:
            if text := example.get(TEXT):
                example.set(TEXT, simplified(text))
        return training_data

    def process(self, messages: list[Message]) -> list[Message]:
        """Converts messages and keeps how they were written."""
        for message in messages:
            text = message.get(TEXT)
            if text and not text.startswith("/"):
                message.set(WRITTEN, text)
                message.set(TEXT, simplified(text))
        return messages


def restore(message: Message) -> None:
    """Gives a message back the text as it was written."""
    written = message.get(WRITTEN)
    if written is not None:
        message.set(TEXT, written, add_to_output=True)
