"""Keeps the vectors of training texts on disk, so that training again encodes only what is new.

Training texts only: what people write to the assistant never comes here.
"""

from __future__ import annotations

import hashlib
import logging
import os
import tempfile
import zipfile
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np

from bot.nlu.encoder.model import SentenceEncoder
from bot.nlu.encoder.q4 import Floats

_LOG = logging.getLogger(__name__)


class VectorCache:
    """A file for each encoder: hashes of texts and their vectors."""

    def __init__(self, folder: Path, encoder: SentenceEncoder) -> None:
        """Args: where the file stands, and the encoder whose vectors it holds."""
        self._encoder = encoder
        self._path = folder / f"{encoder.identity}.npz"

    def encode_many(
        self, texts: Sequence[str], progress: Callable[[int], None] | None = None
    ) -> Floats:
        """The vectors of the texts, encoding those that are new; each text once.

        Args:
            texts: Training texts.
            progress: Called after each batch with the number of texts done in it.
        """
        known = self._read()
        keys = [_key(text) for text in texts]
        missing = {key: text for key, text in zip(keys, texts, strict=True) if key not in known}
        if missing:
            new = self._encoder.encode_many(list(missing.values()), progress)
            known.update(zip(missing, new, strict=True))
            self._write(known)
        size = self._encoder.size
        return np.array([known[key] for key in keys], dtype=np.float32).reshape(-1, size)

    def missing(self, texts: Sequence[str]) -> int:
        """How many different texts are yet to be encoded."""
        return len({_key(text) for text in texts} - self._read().keys())

    def _read(self) -> dict[bytes, Floats]:
        """What is there; a damaged file counts as empty."""
        if not self._path.exists():
            return {}
        try:
            with np.load(self._path, allow_pickle=False) as stored:
                keys, vectors = stored["keys"], stored["vectors"]
            if keys.dtype != np.uint8 or keys.shape != (len(vectors), 16):
                raise ValueError("keys and vectors do not belong together")
            if vectors.shape[1:] != (self._encoder.size,) or not np.isfinite(vectors).all():
                raise ValueError("vectors of another size, or damaged ones")
        except (OSError, ValueError, KeyError, zipfile.BadZipFile) as error:
            _LOG.warning("%s: not usable (%s), all texts are encoded again", self._path, error)
            return {}
        return {key.tobytes(): vector for key, vector in zip(keys, vectors, strict=True)}

    def _write(self, known: dict[bytes, Floats]) -> None:
        self._path.parent.mkdir(parents=True, exist_ok=True)
        keys = np.frombuffer(b"".join(known), dtype=np.uint8).reshape(-1, 16)
        handle, name = tempfile.mkstemp(dir=self._path.parent, suffix=".part")
        with os.fdopen(handle, "wb") as stream:
            np.savez(stream, keys=keys, vectors=np.stack(list(known.values())))
        Path(name).replace(self._path)


def _key(text: str) -> bytes:
    return hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=16).digest()
