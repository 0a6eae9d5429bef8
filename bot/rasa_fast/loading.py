"""Loads of a model what answering needs."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import rasa.shared.utils.io
from rasa.engine.graph import GraphSchema
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelMetadata, ModelStorage
from rasa.graph_components.providers.domain_provider import DomainProvider
from rasa.shared.core.domain import Domain


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


def load_domain(
    cls: type[DomainProvider],
    config: dict[str, Any],
    model_storage: ModelStorage,
    resource: Resource,
    *given: Any,
    **named: Any,
) -> DomainProvider:
    """What Rasa's `DomainProvider.load` gives.

    Rasa reads the domain of a model three times and checks it, as training has done before.
    """
    with model_storage.read_from(resource) as folder:
        files = [path for path in Path(folder).iterdir() if path.suffix == ".yml"]
        if len(files) != 1:
            return _load_domain(config, model_storage, resource, *given, **named)
        read = rasa.shared.utils.io.read_yaml(rasa.shared.utils.io.read_file(files[0]))
    return cls(model_storage, resource, Domain.from_dict(read))


_load_domain = DomainProvider.load
