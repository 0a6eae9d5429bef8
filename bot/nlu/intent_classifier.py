"""Our intent classifier: n-grams and lexicon features into one linear layer, stored as plain arrays.

Rasa's LogisticRegressionClassifier stores its model with skops, whose loading walks every imported
module: 14 s of a 15 s model load (DESIGN 3).
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.shared.nlu.constants import ENTITIES, INTENT, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData
from scipy.sparse import csr_matrix, hstack
from sklearn.linear_model import LogisticRegression

from bot.nlu.ngrams import NgramSettings, NgramVectorizer

Array = npt.NDArray[np.float32]

INTENT_RANKING = "intent_ranking"
FIELD_ENTITIES = ("item", "subject", "destination", "sensitivity", "requester")


def lexicon_features(message: Message) -> list[str]:
    """What the entity matchers found, as named features: "subject=child"."""
    return [
        f"{entity['entity']}={entity['value']}"
        for entity in message.get(ENTITIES, [])
        if entity.get("entity") in FIELD_ENTITIES
    ]


def dense_sentence_features(message: Message) -> Array | None:
    """The sentence vector of an encoder earlier in the pipeline, if there is one."""
    _, sentence = message.get_dense_features(TEXT, [])
    if sentence is None:
        return None
    return np.asarray(sentence.features, dtype=np.float32).reshape(-1)


@DefaultV1Recipe.register(
    DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=True
)
class LinearIntentClassifier(GraphComponent):
    """Multinomial logistic regression; answers with a probability for every intent."""

    def __init__(
        self, config: dict[str, Any], storage: ModelStorage, resource: Resource
    ) -> None:
        """See :meth:`create`; without :meth:`train` or :meth:`load` it knows no intent."""
        self._config, self._storage, self._resource = config, storage, resource
        self.labels: list[str] = []
        self._vectorizer: NgramVectorizer | None = None
        self._weights: Array = np.zeros((0, 0), dtype=np.float32)
        self._dense_weights: Array | None = None
        self._bias: Array = np.zeros(0, dtype=np.float32)

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        """The settings and what changing them does."""
        return {
            # Inverse regularisation: more trusts the training data more. Chosen by
            # cross-validation, see docs/nlu.md.
            "C": 30.0,
            # Iterations of the solver; it stops by itself when nothing improves.
            "max_iterations": 200,
            # Sizes of n-grams, see bot.nlu.ngrams.NgramSettings.
            "min_chars": 2,
            "max_chars": 5,
            "max_words": 2,
            "min_examples": 2,
            # Encoder vectors have length one in a narrow cone; scaled, C suits them too.
            "dense_scale": 12.0,
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
        texts = [example.get(TEXT) for example in examples]
        features = [lexicon_features(example) for example in examples]
        settings = NgramSettings(
            **{
                key: self._config[key]
                for key in ("min_chars", "max_chars", "max_words", "min_examples")
            }
        )
        self._vectorizer = NgramVectorizer.fit(texts, features, settings)
        matrix = self._vectorizer.matrix(texts, features)
        sparse_columns = matrix.shape[1]
        dense = [dense_sentence_features(example) for example in examples]
        if all(vector is not None for vector in dense) and dense:
            scaled = np.stack([v for v in dense if v is not None]) * self._config["dense_scale"]
            matrix = hstack([matrix, csr_matrix(scaled)], format="csr")
        model = LogisticRegression(
            C=self._config["C"],
            class_weight="balanced",
            max_iter=self._config["max_iterations"],
            solver="lbfgs",
            random_state=0,
        )
        model.fit(matrix, [example.get(INTENT) for example in examples])
        self.labels = [str(label) for label in model.classes_]
        weights = np.ascontiguousarray(model.coef_.T.astype(np.float32))
        self._weights = weights[:sparse_columns]
        self._dense_weights = weights[sparse_columns:] if len(weights) > sparse_columns else None
        self._bias = model.intercept_.astype(np.float32)
        self._persist()
        return self._resource

    def _persist(self) -> None:
        with self._storage.write_to(self._resource) as folder:
            self._save(Path(folder))

    def _save(self, folder: Path) -> None:
        if self._vectorizer is None:
            raise ValueError("the classifier has not been trained")
        self._vectorizer.save(folder)
        (folder / "labels.json").write_text(json.dumps(self.labels), encoding="utf-8")
        # Half precision halves the file; the difference in a probability is below 0.001.
        np.save(folder / "weights.npy", self._weights.astype(np.float16), allow_pickle=False)
        np.save(folder / "bias.npy", self._bias, allow_pickle=False)
        if self._dense_weights is not None:
            np.save(folder / "dense_weights.npy", self._dense_weights, allow_pickle=False)

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
            ValueError, OSError: The model's files are missing or damaged; nothing is guessed.
        """
        classifier = cls(config, model_storage, resource)
        with model_storage.read_from(resource) as directory:
            folder = Path(directory)
            classifier._vectorizer = NgramVectorizer.load(folder)
            classifier.labels = json.loads((folder / "labels.json").read_text(encoding="utf-8"))
            classifier._weights = np.load(folder / "weights.npy", allow_pickle=False).astype(np.float32)
            classifier._bias = np.load(folder / "bias.npy", allow_pickle=False)
            dense = folder / "dense_weights.npy"
            if dense.exists():
                classifier._dense_weights = np.load(dense, allow_pickle=False)
        return classifier

    def process(self, messages: list[Message]) -> list[Message]:
        """Adds intent and ranking; messages that a channel resolved already are left alone."""
        for message in messages:
            text = message.get(TEXT)
            if text and not text.startswith("/"):
                ranking = self._ranking(message)
                message.set(INTENT, ranking[0], add_to_output=True)
                message.set(INTENT_RANKING, ranking, add_to_output=True)
        return messages

    def _ranking(self, message: Message) -> list[dict[str, Any]]:
        probabilities = self.probabilities(
            message.get(TEXT), lexicon_features(message), dense_sentence_features(message)
        )
        order = np.argsort(probabilities)[::-1][: self._config["ranking_length"]]
        return [
            {"name": self.labels[index], "confidence": float(probabilities[index])}
            for index in order
        ]

    def probabilities(
        self, text: str, features: list[str], dense: Array | None = None
    ) -> Array:
        """P(intent) for each of :attr:`labels`."""
        if self._vectorizer is None:
            raise ValueError("the classifier has not been trained")
        columns, values = self._vectorizer.vector(text, features)
        logits = self._bias + values @ self._weights[columns]
        if self._dense_weights is not None and dense is not None:
            logits = logits + (dense * self._config["dense_scale"]) @ self._dense_weights
        exponents = np.exp(logits - logits.max())
        result: Array = exponents / exponents.sum()
        return result
