"""The encoder's adapter, on small weights made up here."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("onnx")
pytest.importorskip("onnxruntime")

from bot.nlu.encoder.adapter import (
    ABOUT,
    FACTORS,
    Adapter,
    Pair,
    read_adapter,
    write_adapter,
)
from bot.nlu.encoder.build import GRAPH, build_encoder, sha256
from bot.nlu.encoder.errors import EncoderError
from bot.nlu.encoder.model import TOKENIZER, SentenceEncoder
from bot.nlu.encoder.q4 import dequantize
from bot.nlu.encoder.weights import read_weights
from tests.encoder.hugging_face import tokenizer_json
from tests.encoder.official_graph import official_graph
from tests.encoder.tiny import PIECES, SCORES, SHAPE, write_tiny_weights

TEXTS = ["records", "a record", "copy records", "病历", "a cord of red"]
RANK = 4


@pytest.fixture(scope="module")
def weights(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The small weight file."""
    return write_tiny_weights(tmp_path_factory.mktemp("weights") / "weights.bin")


@pytest.fixture
def folder(weights: Path, tmp_path: Path) -> Path:
    """An adapter for some of its matrices."""
    random = np.random.default_rng(1)

    def pair(rows: int, columns: int) -> Pair:
        down, up = random.normal(0, 0.2, (RANK, columns)), random.normal(0, 0.2, (rows, RANK))
        return Pair(*(part.astype(np.float16).astype(np.float32) for part in (down, up)))

    hidden, inner = SHAPE.hidden, SHAPE.feed_forward
    pairs = {
        "l0.q": pair(hidden, hidden),
        "l0.fi": pair(inner, hidden),
        "l1.fo": pair(hidden, inner),
        "l1.ao": pair(hidden, hidden),
    }
    folder = tmp_path / "adapter"
    write_adapter(folder, Adapter(sha256(weights), pairs), {"rank": RANK})
    return folder


def test_it_does_what_adding_it_to_the_matrices_would(
    weights: Path, folder: Path, tmp_path: Path
) -> None:
    built = build_encoder(tmp_path / "encoder", weights, sha256(weights), folder)
    encoder = SentenceEncoder.load(built)
    original = read_weights(weights)
    pairs = read_adapter(folder, sha256(weights), original.shape).pairs
    added = {f"{name}.w": pair.up @ pair.down for name, pair in pairs.items()}
    export = tmp_path / "official"
    export.mkdir()
    (export / GRAPH).write_bytes(official_graph(original, added).SerializeToString())
    (export / TOKENIZER).write_text(json.dumps(tokenizer_json(PIECES, SCORES)), encoding="utf-8")
    hashes = {name: sha256(export / name) for name in (GRAPH, TOKENIZER)}
    merged = SentenceEncoder.load_official(export, hashes)
    bare = SentenceEncoder.load(build_encoder(tmp_path / "bare", weights, sha256(weights), None))
    for text in TEXTS:
        assert encoder.encode(text) @ merged.encode(text) > 0.998, text
        assert encoder.encode(text) @ bare.encode(text) < 0.98, text


def test_another_adapter_is_another_build(weights: Path, folder: Path, tmp_path: Path) -> None:
    first = build_encoder(tmp_path / "encoder", weights, sha256(weights), folder)
    original = read_adapter(folder, sha256(weights), SHAPE)
    pairs = {name: Pair(down, -up) for name, (down, up) in original.pairs.items()}
    write_adapter(folder, dataclasses.replace(original, pairs=pairs), {})
    second = build_encoder(tmp_path / "encoder", weights, sha256(weights), folder)
    assert first != second
    loaded = [SentenceEncoder.load(each) for each in (first, second)]
    assert loaded[0].identity != loaded[1].identity


def test_what_is_missing_or_damaged_is_named(weights: Path, folder: Path, tmp_path: Path) -> None:
    (folder / FACTORS).write_bytes(b"PK damaged")
    with pytest.raises(EncoderError, match=r"adapter.*tune_encoder"):
        build_encoder(tmp_path / "encoder", weights, sha256(weights), folder)
    (folder / ABOUT).unlink()
    with pytest.raises(EncoderError, match=ABOUT):
        build_encoder(tmp_path / "encoder", weights, sha256(weights), folder)


def test_beside_other_weights_it_means_nothing(folder: Path) -> None:
    with pytest.raises(EncoderError, match="other weights"):
        read_adapter(folder, "0" * 64, SHAPE)


def test_matrices_of_another_shape_are_refused(weights: Path, folder: Path) -> None:
    wrong = {"l0.q": Pair(np.zeros((4, 32), np.float32), np.zeros((64, 4), np.float32))}
    write_adapter(folder, Adapter(sha256(weights), wrong), {})
    with pytest.raises(EncoderError, match="shape"):
        read_adapter(folder, sha256(weights), SHAPE)


def test_numbers_that_are_none_are_refused(weights: Path, folder: Path) -> None:
    down = np.full((4, 64), np.nan, np.float32)
    write_adapter(
        folder, Adapter(sha256(weights), {"l0.q": Pair(down, np.zeros((64, 4), np.float32))}), {}
    )
    with pytest.raises(EncoderError, match="numbers that are none"):
        read_adapter(folder, sha256(weights), SHAPE)


def test_the_small_weights_have_what_the_test_changes(weights: Path) -> None:
    assert dequantize(read_weights(weights).matrices["l0.q.w"]).shape == (64, 64)
