"""The sentence encoder inside Rasa, and the vectors of training texts on disk."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

pytest.importorskip("onnx")
pytest.importorskip("onnxruntime")

from rasa.shared.exceptions import InvalidConfigException, RasaException
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from bot.nlu.encoder.build import build_encoder, sha256
from bot.nlu.encoder.component import SentenceEncoderFeaturizer
from bot.nlu.encoder.model import SentenceEncoder
from bot.nlu.encoder.vector_cache import VectorCache
from tests.encoder.tiny import SHAPE, write_tiny_weights


@pytest.fixture(scope="module")
def encoder(tmp_path_factory: pytest.TempPathFactory) -> SentenceEncoder:
    """A small one."""
    folder = tmp_path_factory.mktemp("encoder")
    weights = write_tiny_weights(folder / "weights.bin")
    return SentenceEncoder.load(build_encoder(folder, weights, sha256(weights), None))


@pytest.fixture
def component(encoder: SentenceEncoder, tmp_path: Path) -> SentenceEncoderFeaturizer:
    """The component with it."""
    return SentenceEncoderFeaturizer(encoder, tmp_path / "cache")


def vector(message: Message) -> Any:
    """The dense sentence feature, or None."""
    tokens, sentence = message.get_dense_features("text", [])
    assert tokens is None
    return None if sentence is None else sentence.features


def create(**settings: Any) -> SentenceEncoderFeaturizer:
    """Creates the component as Rasa does."""
    config = {**SentenceEncoderFeaturizer.get_default_config(), **settings}
    parts: Any = None
    return SentenceEncoderFeaturizer.create(config, parts, parts, parts)


def test_a_message_gets_one_row_for_the_whole_sentence(
    component: SentenceEncoderFeaturizer, encoder: SentenceEncoder
) -> None:
    message = Message({"text": "copy records"})
    component.process([message])
    assert vector(message).shape == (1, SHAPE.hidden)
    assert np.array_equal(vector(message)[0], encoder.encode("copy records"))


def test_a_message_is_encoded_when_somebody_looks_at_its_vector(
    encoder: SentenceEncoder, tmp_path: Path
) -> None:
    asked = []

    class Counting(SentenceEncoder):
        def encode(self, text: str) -> Any:
            asked.append(text)
            return encoder.encode(text)

    counting = Counting(encoder._tokenizer, encoder._graph, encoder.identity)
    message = Message({"text": "copy records"})
    SentenceEncoderFeaturizer(counting, tmp_path).process([message])
    _, sentence = message.get_dense_features("text", [])
    assert sentence is not None and sentence.is_dense() and asked == []
    joined = Message({"text": "copy records"}, features=[*message.features, *message.features])
    assert vector(joined).shape == (1, 2 * SHAPE.hidden), "as Rasa's own components join them"
    assert set(asked) == {"copy records"}


@pytest.mark.parametrize("data", [{"text": "/greet"}, {"text": ""}, {"intent": "greet"}])
def test_commands_and_messages_without_text_are_left_alone(
    component: SentenceEncoderFeaturizer, data: dict[str, Any]
) -> None:
    message = Message(data)
    component.process([message])
    assert message.features == []


def test_training_examples_get_the_vectors_that_messages_get(
    component: SentenceEncoderFeaturizer, encoder: SentenceEncoder
) -> None:
    texts = ["records", "a copy", "records", "?", "/command"]
    data = TrainingData([Message({"text": text, "intent": "x"}) for text in texts])
    component.process_training_data(data)
    for example in data.training_examples:
        text = example.get("text")
        if text == "/command":
            assert vector(example) is None
        else:
            assert np.array_equal(vector(example)[0], encoder.encode(text))


def test_training_data_without_texts_is_fine(component: SentenceEncoderFeaturizer) -> None:
    component.process_training_data(TrainingData([]))


def test_training_again_encodes_only_what_is_new(encoder: SentenceEncoder, tmp_path: Path) -> None:
    done: list[int] = []
    first = VectorCache(tmp_path, encoder).encode_many(["records", "copy", "copy"], done.append)
    assert sum(done) == 2
    again = VectorCache(tmp_path, encoder).encode_many(["copy", "query", "records"], done.append)
    assert sum(done) == 3
    assert np.array_equal(again[[2, 0]], first[:2])


def test_the_cache_on_disk_holds_no_text(encoder: SentenceEncoder, tmp_path: Path) -> None:
    VectorCache(tmp_path, encoder).encode_many(["records"])
    (path,) = tmp_path.iterdir()
    assert b"records" not in path.read_bytes()


@pytest.mark.parametrize("content", [b"", b"no zip", b"PK\x03\x04damaged"])
def test_a_damaged_cache_is_written_anew(
    encoder: SentenceEncoder, tmp_path: Path, content: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    cache = VectorCache(tmp_path, encoder)
    (tmp_path / f"{encoder.identity}.npz").write_bytes(content)
    assert cache.encode_many(["records"]).any()
    assert "all texts are encoded again" in caplog.text
    assert cache.missing(["records"]) == 0


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"threads": 0}, "threads"),
        ({"threads": "two"}, "threads"),
        ({"cache_size": -1}, "cache_size"),
        ({"model_directory": "official"}, "belong together"),
        ({"model_sha256": {"model.onnx": "0"}}, "belong together"),
        ({"model_directory": "official", "model_sha256": "0"}, "for each file"),
    ],
)
def test_a_setting_that_cannot_be_used_is_named(settings: dict[str, Any], message: str) -> None:
    with pytest.raises(InvalidConfigException, match=message):
        create(**settings)


def test_an_official_export_that_is_not_there_says_so(tmp_path: Path) -> None:
    wanted = {"model.onnx": "0" * 64, "tokenizer.json": "0" * 64}
    with pytest.raises(RasaException, match=r"model\.onnx: cannot be read"):
        create(model_directory=str(tmp_path), model_sha256=wanted)
