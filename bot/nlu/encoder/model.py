"""Turns a text into a vector of length one; texts that mean the same lie close, in any language."""

from __future__ import annotations

import hashlib
import os
import threading
import weakref
from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import numpy as np
import numpy.typing as npt

from bot.nlu.encoder.build import GRAPH, PIECES, SCORES, WORDS, read_manifest, sha256, verify
from bot.nlu.encoder.errors import EncoderError
from bot.nlu.encoder.q4 import Floats
from bot.nlu.encoder.runtime import BuiltGraph, OfficialGraph
from bot.nlu.encoder.tokenizer import UnigramTokenizer, normalize
from bot.privacy.keyed_hash import KeyedHash

PREFIX = "query: "
"""What the model was trained to see before a question; without it the vectors are worse."""

MAX_CHARACTERS = 300
"""People's questions are far shorter; what stands after this would only cost time."""

TOKENIZER = "tokenizer.json"  # of the official export; GRAPH has the same name in both

MAX_TOKENS = 512  # the model has no more positions


class Graph(Protocol):
    """Runs the model on texts with the same number of tokens."""

    hidden: int

    def run(self, ids: npt.NDArray[np.int64]) -> Floats:
        """The last hidden state, [texts, tokens, hidden], for ids [texts, tokens]."""
        ...


@dataclass(frozen=True)
class EncoderSettings:
    """How to run.

    Attributes:
        threads: Of ONNX Runtime, for one text. One is best where several workers share a machine.
        cache_size: How many vectors of recent texts to keep; 0 for none.
    """

    threads: int = 1
    cache_size: int = 2048


class SentenceEncoder:
    """Encodes texts; may be used by several threads at once, and after a fork."""

    def __init__(
        self, tokenizer: UnigramTokenizer, graph: Graph, identity: str, cache_size: int = 0
    ) -> None:
        """Args: its parts; `identity` changes with anything that changes a vector."""
        self.identity, self.size = identity, graph.hidden
        self._tokenizer, self._graph = tokenizer, graph
        self._cache_size = cache_size
        self._cache: OrderedDict[bytes, Floats] = OrderedDict()
        self._lock = threading.Lock()
        # The cache knows texts only by a keyed hash: what people wrote does not stay in memory.
        self._hashed = KeyedHash()
        _ENCODERS.add(self)

    @classmethod
    def load(cls, folder: Path, settings: EncoderSettings = EncoderSettings()) -> SentenceEncoder:
        """Loads what :func:`.build.build_encoder` built, each file verified by its hash.

        Raises:
            EncoderError: Files are missing or damaged.
        """
        hashes = read_manifest(folder)
        try:
            verify(folder, hashes)
        except EncoderError as error:
            raise EncoderError(f"{error} Delete {folder} and run `roi train`.") from error
        graph = BuiltGraph.load(folder / GRAPH, folder / WORDS, settings.threads)
        tokenizer = UnigramTokenizer.load(folder / PIECES, folder / SCORES)
        if tokenizer.size > graph.words:
            raise EncoderError(f"{folder}: more pieces than embeddings. Delete it, `roi train`.")
        return cls(tokenizer, graph, _identity(hashes), settings.cache_size)

    @classmethod
    def load_official(
        cls,
        folder: Path,
        hashes: Mapping[str, str],
        settings: EncoderSettings = EncoderSettings(),
    ) -> SentenceEncoder:
        """Loads the official ONNX export of multilingual-e5-small.

        Args:
            folder: Holds ``model.onnx`` and ``tokenizer.json``.
            hashes: The SHA-256 of both, by name.
            settings: How to run.

        Raises:
            EncoderError: A file or its hash is missing, or is not the expected one.
        """
        needed = (GRAPH, TOKENIZER)
        if set(hashes) != set(needed):
            raise EncoderError(f"Give the SHA-256 of {' and '.join(needed)}, and of nothing else.")
        verify(folder, dict(hashes))
        graph = OfficialGraph.load(folder / GRAPH, settings.threads)
        tokenizer = UnigramTokenizer.load_json(folder / TOKENIZER)
        return cls(tokenizer, graph, _identity(dict(hashes)), settings.cache_size)

    def encode(self, text: str) -> Floats:
        """The vector of a text, read-only; zeros if nothing in it can mean anything."""
        prepared = prepare(text)
        if not prepared:
            return np.zeros(self.size, dtype=np.float32)
        name = self._hashed(prepared)
        with self._lock:
            known = self._cache.get(name)
            if known is not None:
                self._cache.move_to_end(name)
                return known
        vector = self._run(self._ids(prepared))
        vector.setflags(write=False)  # the next who asks gets the same one
        with self._lock:
            self._cache[name] = vector
            while len(self._cache) > self._cache_size:
                self._cache.popitem(last=False)
        return vector

    def encode_many(
        self, texts: Sequence[str], progress: Callable[[int], None] | None = None
    ) -> Floats:
        """The vectors of many texts, [texts, size]; the cache in memory is left alone.

        Args:
            texts: In any order and with any length.
            progress: Called with the number of texts done since it was called last.
        """
        vectors = np.zeros((len(texts), self.size), dtype=np.float32)
        prepared = [(index, text) for index, text in enumerate(map(prepare, texts)) if text]
        # One text at a time, as in a conversation: 8 bits round otherwise where texts run together.
        with ThreadPoolExecutor(_processors()) as pool:
            made = pool.map(lambda pair: self._run(self._ids(pair[1])), prepared)
            for (index, _), vector in zip(prepared, made, strict=True):
                vectors[index] = vector
                if progress is not None:
                    progress(1)
        return vectors

    def _ids(self, prepared: str) -> list[int]:
        return self._tokenizer.ids(PREFIX + prepared, MAX_TOKENS)

    def _run(self, ids: list[int]) -> Floats:
        """Mean over the tokens, then length one."""
        hidden = self._graph.run(np.asarray([ids], dtype=np.int64))
        mean = hidden[0].mean(axis=0, dtype=np.float32)
        vector: Floats = (mean / max(float(np.linalg.norm(mean)), 1e-12)).astype(np.float32)
        return vector

    def renew_lock(self) -> None:
        """For a forked process: a thread of the parent may have held the lock at that moment."""
        self._lock = threading.Lock()


_ENCODERS: weakref.WeakSet[SentenceEncoder] = weakref.WeakSet()


def _after_fork() -> None:
    for encoder in list(_ENCODERS):
        encoder.renew_lock()


os.register_at_fork(after_in_child=_after_fork)


def _processors() -> int:
    """How many processors this process may use; not every system tells."""
    allowed = getattr(os, "sched_getaffinity", None)
    return len(allowed(0)) if allowed is not None else os.cpu_count() or 1


def prepare(text: str) -> str:
    """The part of a text that is encoded: normalised, spaces joined, not too long.

    Empty if there is no letter or number in it.
    """
    joined = " ".join(normalize(text[: 2 * MAX_CHARACTERS]).split())[:MAX_CHARACTERS].strip()
    return joined if any(character.isalnum() for character in joined) else ""


def _identity(hashes: dict[str, str]) -> str:
    parts = [f"{name}={value.lower()}" for name, value in sorted(hashes.items())]
    parts += [PREFIX, str(MAX_CHARACTERS), sha256(Path(__file__))]
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:32]
