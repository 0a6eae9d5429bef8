"""Names for texts that tell nothing of them, for what a process remembers of what people wrote."""

from __future__ import annotations

import hashlib
import os


class KeyedHash:
    """A hash whose key nobody knows and that ends with the process."""

    def __init__(self) -> None:
        """Makes the key."""
        self._key = os.urandom(16)

    def __call__(self, text: str) -> bytes:
        """The name of a text: the same each time, and no other's."""
        data = text.encode("utf-8", "surrogatepass")
        return hashlib.blake2b(data, key=self._key, digest_size=16).digest()
