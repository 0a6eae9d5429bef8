"""The 4-bit form of the weights: blocks of 32 values, a half-precision scale and 32 nibbles each.

A value is ``(nibble - 8) * scale``. Byte j of a block holds value j in its low half and value
j + 16 in its high half. A matrix is ``uint8[rows, columns / 32, 18]``: scale first, then nibbles.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Bytes = npt.NDArray[np.uint8]
Floats = npt.NDArray[np.float32]

BLOCK = 32
BLOCK_BYTES = 2 + BLOCK // 2


def scales(blocks: Bytes) -> Floats:
    """The scale of each block: one dimension less than `blocks`."""
    raw = np.ascontiguousarray(blocks[..., :2])
    return raw.view("<f2")[..., 0].astype(np.float32)


def nibbles(blocks: Bytes) -> Bytes:
    """The 32 numbers from 0 to 15 of each block, in the order of the values."""
    packed = blocks[..., 2:]
    return np.concatenate([packed & 15, packed >> 4], axis=-1)


def dequantize(blocks: Bytes) -> Floats:
    """The values: ``float32[rows, columns]`` for ``uint8[rows, columns / 32, 18]``."""
    values = (nibbles(blocks).astype(np.float32) - 8.0) * scales(blocks)[..., None]
    return np.ascontiguousarray(values.reshape(*blocks.shape[:-2], -1))


def quantize(matrix: Floats) -> Bytes:
    """The nearest 4-bit form of a matrix whose number of columns is a multiple of 32.

    The weights come quantized; this is for the small weights that tests make up.
    """
    rows, columns = matrix.shape
    values = matrix.reshape(rows, columns // BLOCK, BLOCK)
    scale = (np.abs(values).max(axis=-1, keepdims=True) / 7.0).astype("<f2")
    divisor = np.where(scale == 0, 1, scale).astype(np.float32)
    numbers = np.clip(np.rint(values / divisor) + 8, 0, 15).astype(np.uint8)
    packed = numbers[..., : BLOCK // 2] | (numbers[..., BLOCK // 2 :] << 4)
    return np.concatenate([np.ascontiguousarray(scale).view(np.uint8), packed], axis=-1)
