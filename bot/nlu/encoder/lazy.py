"""A sentence vector that is worked out when somebody looks at it, and not before."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from rasa.shared.nlu.training_data.features import Features

from bot.nlu.encoder.q4 import Floats


class LazyFeatures(Features):
    """Dense features of Rasa's. Where the words of a message are enough, nothing is encoded."""

    def __init__(
        self, encode: Callable[[], Floats], feature_type: str, attribute: str, origin: Any
    ) -> None:
        """Args: what gives the vector; the rest as for Rasa's features."""
        self._encode = encode
        self._made: Floats | None = None
        super().__init__(encode, feature_type, attribute, origin)

    @property
    def features(self) -> Floats:
        """The vector, [1, size]."""
        if self._made is None:
            self._made = np.asarray(self._encode(), dtype=np.float32).reshape(1, -1)
        return self._made

    @features.setter
    def features(self, given: Any) -> None:
        # Rasa's constructor sets what it was given, which is no vector yet.
        self._made = given if isinstance(given, np.ndarray) else None

    def is_sparse(self) -> bool:
        """A vector is dense; Rasa's would look at it to say so."""
        return False

    def __deepcopy__(self, memo: dict[int, Any]) -> LazyFeatures:
        """A copy with the same encoder; Rasa copies features before it joins others to them."""
        copy = LazyFeatures(self._encode, self.type, self.attribute, self.origin)
        if self._made is not None:
            copy.features = self._made.copy()
        return copy
