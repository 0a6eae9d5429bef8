"""The sentence encoder as a part of Rasa's pipeline: a dense feature for the whole message."""

from __future__ import annotations

import threading
from functools import lru_cache, partial
from pathlib import Path
from typing import Any

import numpy as np
from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.shared.exceptions import InvalidConfigException, RasaException
from rasa.shared.nlu.constants import FEATURE_TYPE_SENTENCE, TEXT
from rasa.shared.nlu.training_data.features import Features
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData
from tqdm import tqdm

from bot.nlu.encoder.build import ENCODER, build_encoder
from bot.nlu.encoder.errors import EncoderError
from bot.nlu.encoder.lazy import LazyFeatures
from bot.nlu.encoder.model import EncoderSettings, SentenceEncoder
from bot.nlu.encoder.q4 import Floats
from bot.nlu.encoder.vector_cache import VectorCache

ORIGIN = "SentenceEncoderFeaturizer"
_LOADING = threading.Lock()


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.MESSAGE_FEATURIZER, is_trainable=False)
class SentenceEncoderFeaturizer(GraphComponent):
    """Adds the vector of each message's text; commands are left alone."""

    def __init__(self, encoder: SentenceEncoder, cache: Path = ENCODER / "cache") -> None:
        """Args: the encoder, and where the vectors of training texts are kept."""
        self._encoder, self._cache = encoder, cache

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        """The settings and their defaults."""
        return {
            # Threads for one text. One is best where several workers share a machine.
            "threads": EncoderSettings.threads,
            # How many vectors of recent messages to keep in memory; 0 for none.
            "cache_size": EncoderSettings.cache_size,
            # A folder with the official ONNX export of multilingual-e5-small (model.onnx and
            # tokenizer.json); none for the encoder built from the weights in the lock file.
            "model_directory": None,
            # {"model.onnx": ..., "tokenizer.json": ...}: the SHA-256 of both, if there is one.
            "model_sha256": None,
        }

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> SentenceEncoderFeaturizer:
        """Loads the encoder, building it first if that was not done yet.

        Raises:
            InvalidConfigException: A setting cannot be used.
            RasaException: The encoder cannot be built or loaded.
        """
        settings, hashes = _settings(config), _hashes(config)
        directory = config["model_directory"]
        try:
            with _LOADING:  # training and serving in one process share an encoder
                encoder = _load(settings, None if directory is None else str(directory), hashes)
        except EncoderError as error:
            raise RasaException(str(error)) from error
        return cls(encoder)

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        """Adds the vectors of all examples, from the cache on disk where they are known."""
        messages = [m for m in training_data.training_examples if _is_text(m)]
        texts = [message.get(TEXT) for message in messages]
        cache = VectorCache(self._cache, self._encoder)
        missing = cache.missing(texts)
        with tqdm(total=missing, desc="Encoding sentences", disable=not missing) as bar:
            vectors = cache.encode_many(texts, bar.update)
        for message, vector in zip(messages, vectors, strict=True):
            _add(message, vector)
        return training_data

    def process(self, messages: list[Message]) -> list[Message]:
        """Adds the vector of each message; it is worked out when it is looked at."""
        for message in messages:
            if _is_text(message):
                encode = partial(self._encoder.encode, message.get(TEXT))
                lazy = LazyFeatures(encode, FEATURE_TYPE_SENTENCE, TEXT, ORIGIN)
                message.add_features(lazy)
        return messages


@lru_cache(maxsize=2)
def _load(
    settings: EncoderSettings, directory: str | None, hashes: tuple[tuple[str, str], ...]
) -> SentenceEncoder:
    if directory is None:
        return SentenceEncoder.load(build_encoder(), settings)
    return SentenceEncoder.load_official(Path(directory), dict(hashes), settings)


def _settings(config: dict[str, Any]) -> EncoderSettings:
    threads, size = config["threads"], config["cache_size"]
    if type(threads) is not int or threads < 1:
        raise InvalidConfigException(f"{ORIGIN}: `threads` is {threads!r}; give 1 or more.")
    if type(size) is not int or size < 0:
        raise InvalidConfigException(f"{ORIGIN}: `cache_size` is {size!r}; give 0 or more.")
    return EncoderSettings(threads, size)


def _hashes(config: dict[str, Any]) -> tuple[tuple[str, str], ...]:
    given = config["model_sha256"]
    if (config["model_directory"] is None) != (given is None):
        raise InvalidConfigException(
            f"{ORIGIN}: `model_directory` and `model_sha256` belong together; give both or none."
        )
    if given is not None and not isinstance(given, dict):
        raise InvalidConfigException(
            f"{ORIGIN}: `model_sha256` is {given!r}; give a hash for each file by its name."
        )
    return tuple(sorted((str(name), str(value)) for name, value in (given or {}).items()))


def _is_text(message: Message) -> bool:
    text = message.get(TEXT)
    return bool(text) and not text.startswith("/")


def _add(message: Message, vector: Floats) -> None:
    row = np.asarray(vector, dtype=np.float32).reshape(1, -1)
    message.add_features(Features(row, FEATURE_TYPE_SENTENCE, TEXT, ORIGIN))
