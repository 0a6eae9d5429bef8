"""Our intent classifier as a part of Rasa's pipeline.

Rasa's LogisticRegressionClassifier stores its model with skops, whose loading walks every imported
module: 14 s of a 15 s model load (DESIGN 3). This one stores plain arrays.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.shared.exceptions import RasaException
from rasa.shared.nlu.constants import ENTITIES, INTENT, METADATA, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from bot.nlu.entities import FIELD_ENTITIES
from bot.nlu.language_component import LANGUAGE, LANGUAGES
from bot.nlu.linear_model import Example, FitSettings, LinearModel, lexicon_features
from bot.nlu.ngrams import Array, NgramSettings

INTENT_RANKING = "intent_ranking"
_DENSE = ("dense_c", "dense_scale", "ngram_share", "dense_share", "sure")


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=True)
class LinearIntentClassifier(GraphComponent):
    """Answers with a probability for the likeliest intents."""

    def __init__(
        self,
        config: dict[str, Any],
        storage: ModelStorage,
        resource: Resource,
        model: LinearModel | None = None,
    ) -> None:
        """Keeps what it was given; the model comes with training or loading."""
        self._config, self._storage, self._resource = config, storage, resource
        self._model = model

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        """The settings; see FitSettings and NgramSettings for what each does."""
        return {
            # Chosen by cross-validation, see docs/nlu.md.
            "C": FitSettings.c,
            "max_iterations": FitSettings.max_iterations,
            "dense_c": FitSettings.dense_c,
            "dense_scale": FitSettings.dense_scale,
            "ngram_share": FitSettings.ngram_share,
            "dense_share": FitSettings.dense_share,
            "sure": FitSettings.sure,
            "min_chars": NgramSettings.min_chars,
            "max_chars": NgramSettings.max_chars,
            "max_words": NgramSettings.max_words,
            "min_examples": NgramSettings.min_examples,
            # How many intents the ranking names.
            "ranking_length": 6,
        }

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> LinearIntentClassifier:
        """Creates a classifier that is yet to be trained."""
        return cls(config, model_storage, resource)

    def train(self, training_data: TrainingData) -> Resource:
        """Learns from the examples that have an intent, and stores what it learned."""
        examples = training_data.intent_examples
        names = ("min_chars", "max_chars", "max_words", "min_examples")
        settings = FitSettings(
            c=self._config["C"],
            max_iterations=self._config["max_iterations"],
            **{name: self._config[name] for name in _DENSE},
            ngrams=NgramSettings(**{name: self._config[name] for name in names}),
        )
        self._model = LinearModel.fit(
            [_example(message) for message in examples],
            [message.get(INTENT) for message in examples],
            settings,
        )
        with self._storage.write_to(self._resource) as folder:
            self._model.save(Path(folder))
        return self._resource

    @classmethod
    def load(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
        **kwargs: Any,
    ) -> LinearIntentClassifier:
        """Loads a trained classifier.

        Raises:
            RasaException: The model holds none that can be used.
        """
        try:
            with model_storage.read_from(resource) as folder:
                model = LinearModel.load(Path(folder))
        except (ValueError, KeyError, OSError) as error:
            raise RasaException(
                f"This model holds no usable intent classifier ({error}). "
                "Train it again with `roi train --force`."
            ) from error
        return cls(config, model_storage, resource, model)

    def process(self, messages: list[Message]) -> list[Message]:
        """Adds intent and ranking; commands and resolved choices are left alone.

        Raises:
            RasaException: The classifier was neither trained nor loaded.
        """
        if self._model is None:
            raise RasaException("The intent classifier is not trained. Run `roi train`.")
        for message in messages:
            text = message.get(TEXT)
            if not text or text.startswith("/"):
                continue
            ranking = [
                {"name": name, "confidence": confidence}
                for name, confidence in self._model.ranking(
                    _example(message), self._config["ranking_length"], not can_answer(message)
                )
            ]
            message.set(INTENT, ranking[0], add_to_output=True)
            message.set(INTENT_RANKING, ranking, add_to_output=True)
        return messages


def can_answer(message: Message) -> bool:
    """Does it name something, where something was asked or answered before?

    "MyChart" may then be an answer, although by itself it is a topic: words alone do not tell.
    """
    goes_on = (message.get(METADATA) or {}).get("goes_on")
    return bool(message.get(ENTITIES)) and bool(goes_on)


def _example(message: Message) -> Example:
    entities = [
        (entity["entity"], entity["value"])
        for entity in message.get(ENTITIES, [])
        if entity.get("entity") in FIELD_ENTITIES
    ]
    return Example(
        message.get(TEXT), lexicon_features(entities), _dense(message), languages_of(message)
    )


def languages_of(message: Message) -> tuple[str, ...]:
    """The languages of a training example; those that a message is, or may be, written in.

    "non" may be French, but in the middle of a conversation in Haitian Creole it is as likely that.
    """
    if codes := message.get(LANGUAGES):
        return tuple(codes)
    evidence = message.get(LANGUAGE) or {}
    code = evidence.get("code")
    if not code:
        return ()  # "MyChart" and "ok" are everybody's
    spoken = None if evidence.get("clear") else (message.get(METADATA) or {}).get("spoken")
    return tuple(dict.fromkeys(each for each in (code, spoken) if each))


def _dense(message: Message) -> Callable[[], Array] | None:
    """Gives the sentence vector of an encoder earlier in the pipeline, if there is one."""
    _, sentence = message.get_dense_features(TEXT, [])
    if sentence is None:
        return None
    return lambda: np.asarray(sentence.features, dtype=np.float32).reshape(-1)
