"""Rasa component that says in which language a message is written."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Any

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.shared.exceptions import InvalidConfigException, RasaException
from rasa.shared.nlu.constants import METADATA, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from bot.nlu.language_id import LanguageIdentifier
from bot.nlu.utterances import read_utterances

LANGUAGE = "language"  # the key of the evidence in a message, and of a language in metadata
LANGUAGES = "languages"
"""The key of the codes of all languages that a training example belongs to."""


# A featurizer to Rasa, which knows no kind of component for "something about the whole message".
@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.MESSAGE_FEATURIZER, is_trainable=True)
class LanguageDetector(GraphComponent):
    """Adds ``language: {code, confidence, clear, sentence}`` to each message."""

    def __init__(
        self,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        identifier: LanguageIdentifier | None = None,
    ) -> None:
        """Keeps what it was given; the identifier comes with training or loading."""
        self._config = config
        self._model_storage = model_storage
        self._resource = resource
        self._identifier = identifier

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        """The settings and their defaults."""
        return {
            # Holds a folder for each language; read where examples carry no language themselves,
            # because Rasa forgets which file an example came from.
            "data": "data/nlu",
        }

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> LanguageDetector:
        """Creates an untrained detector."""
        return cls(config, model_storage, resource)

    @classmethod
    def load(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
        **kwargs: Any,
    ) -> LanguageDetector:
        """Loads a trained detector.

        Raises:
            RasaException: The model holds none, or one of another version.
        """
        try:
            with model_storage.read_from(resource) as folder:
                identifier = LanguageIdentifier.load(Path(folder))
        except (ValueError, KeyError, OSError) as error:
            raise RasaException(
                f"This model holds no usable language detector ({error}). "
                "Train it again with `rasa train`."
            ) from error
        return cls(config, model_storage, resource, identifier)

    def train(self, training_data: TrainingData) -> Resource:
        """Learns the languages of the training examples and stores what it learnt."""
        utterances = self._utterances(training_data)
        self._identifier = LanguageIdentifier.train(utterances)
        with self._model_storage.write_to(self._resource) as folder:
            self._identifier.save(Path(folder))
        return self._resource

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        """Tells each example the languages it stands in: "ok" is everybody's."""
        languages: dict[str, list[str]] = {}
        for code, texts in self._utterances(training_data).items():
            for text in dict.fromkeys(texts):
                languages.setdefault(text, []).append(code)
        for example in training_data.intent_examples:
            example.set(LANGUAGES, languages.get(example.get(TEXT), []))
        return training_data

    def process(self, messages: list[Message]) -> list[Message]:
        """Adds the evidence to each message that a person wrote.

        Raises:
            RasaException: The detector was neither trained nor loaded.
        """
        if self._identifier is None:
            raise RasaException("The language detector is not trained. Run `rasa train`.")
        for message in messages:
            text = message.get(TEXT) or ""
            if text.startswith("/"):
                continue  # a command such as /session_start has no language
            evidence = asdict(self._identifier.identify(text))
            message.set(LANGUAGE, evidence, add_to_output=True)
        return messages

    def _utterances(self, training_data: TrainingData) -> dict[str, list[str]]:
        """Texts by language, as the examples themselves or else the files say."""
        if labelled := _labelled(training_data):
            return labelled
        try:
            return read_utterances(Path(self._config["data"]))
        except ValueError as error:
            raise InvalidConfigException(str(error)) from error


def _labelled(training_data: TrainingData) -> dict[str, list[str]]:
    """Texts by language, where the examples' metadata names it."""
    found: dict[str, list[str]] = {}
    for example in training_data.intent_examples:
        if code := _language_of(example.get(METADATA) or {}):
            found.setdefault(code, []).append(example.get(TEXT))
    return found


def _language_of(metadata: dict[str, Any]) -> str | None:
    # Rasa nests what stands in YAML under "intent" (of the block) and "example" (of the line).
    for part in (metadata.get("example"), metadata.get("intent"), metadata):
        if isinstance(part, dict) and isinstance(part.get(LANGUAGE), str):
            return str(part[LANGUAGE])
    return None
