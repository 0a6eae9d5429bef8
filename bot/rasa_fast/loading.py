"""Loads of a model what answering needs."""

from __future__ import annotations

from typing import Any

from rasa.engine.graph import GraphSchema
from rasa.engine.storage.storage import ModelMetadata


class UnreadSchema(GraphSchema):
    """A schema that is read when first looked into."""

    def __init__(self, serialized: dict[str, Any]) -> None:
        """Args: as in the model's metadata.json."""
        self._serialized = serialized

    def __getattr__(self, name: str) -> Any:
        """Reads the nodes."""
        if name != "nodes":
            raise AttributeError(f"{type(self).__name__!r} object has no attribute {name!r}")
        self.nodes = GraphSchema.from_dict(self._serialized).nodes
        return self.nodes


def metadata_from_dict(serialized: dict[str, Any]) -> ModelMetadata:
    """What Rasa's `ModelMetadata.from_dict` makes.

    Rasa imports the class of every step of the training, too. One of them checks training data
    for all of Rasa's own components and so imports these: 14 s with TensorFlow, for nothing.
    """
    metadata = _from_dict({**serialized, "train_schema": {"nodes": {}}})
    metadata.train_schema = UnreadSchema(serialized["train_schema"])
    return metadata


_from_dict = ModelMetadata.from_dict
