"""Building, loading and running the encoder, on a small weight file made up here."""

from __future__ import annotations

import json
import os
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("onnx")
pytest.importorskip("onnxruntime")

from bot.nlu.encoder.build import FILES, GRAPH, MANIFEST, WORDS, build_encoder, sha256
from bot.nlu.encoder.errors import EncoderError
from bot.nlu.encoder.model import (
    MAX_CHARACTERS,
    TOKENIZER,
    EncoderSettings,
    SentenceEncoder,
    prepare,
)
from bot.nlu.encoder.weights import read_weights
from tests.encoder.hugging_face import tokenizer_json
from tests.encoder.official_graph import official_graph
from tests.encoder.tiny import PIECES, SCORES, SHAPE, write_tiny_weights

TEXTS = ["records", "a record", "copy records", "query", "病历", "a cord of red", "records a copy"]


@pytest.fixture(scope="module")
def weights(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The small weight file."""
    return write_tiny_weights(tmp_path_factory.mktemp("weights") / "weights.bin")


@pytest.fixture(scope="module")
def built(weights: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The encoder built from it; not to be changed."""
    return build_encoder(tmp_path_factory.mktemp("encoder"), weights, sha256(weights), None)


@pytest.fixture
def encoder(built: Path) -> SentenceEncoder:
    """The encoder loaded."""
    return SentenceEncoder.load(built)


@pytest.fixture
def copy(weights: Path, tmp_path: Path) -> Path:
    """A build that a test may damage."""
    return build_encoder(tmp_path / "encoder", weights, sha256(weights), None)


@pytest.fixture
def export(weights: Path, tmp_path: Path) -> Path:
    """A folder like the official export, with the same weights."""
    folder = tmp_path / "official"
    folder.mkdir()
    graph = official_graph(read_weights(weights))
    (folder / GRAPH).write_bytes(graph.SerializeToString())
    (folder / TOKENIZER).write_text(json.dumps(tokenizer_json(PIECES, SCORES)), encoding="utf-8")
    return folder


def hashes(folder: Path) -> dict[str, str]:
    """What a configuration would hold."""
    return {name: sha256(folder / name) for name in (GRAPH, TOKENIZER)}


def test_a_build_has_all_its_files_and_leaves_nothing_else(copy: Path) -> None:
    assert {path.name for path in copy.iterdir()} == {*FILES, MANIFEST}
    assert [path.name for path in copy.parent.iterdir()] == [copy.name]


def test_building_again_finds_the_build(copy: Path, weights: Path) -> None:
    before = (copy / GRAPH).stat().st_mtime_ns
    assert build_encoder(copy.parent, Path("gone.bin"), sha256(weights), None) == copy
    assert (copy / GRAPH).stat().st_mtime_ns == before


def test_a_damaged_build_is_built_again(copy: Path, weights: Path) -> None:
    (copy / WORDS).write_bytes(b"damaged")
    assert build_encoder(copy.parent, weights, sha256(weights), None) == copy
    assert SentenceEncoder.load(copy).size == SHAPE.hidden


def test_other_weights_are_not_built_from(weights: Path, tmp_path: Path) -> None:
    with pytest.raises(EncoderError, match="SHA-256"):
        build_encoder(tmp_path, weights, adapter=None)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", FILES)
def test_a_damaged_file_is_not_loaded(copy: Path, name: str) -> None:
    data = bytearray((copy / name).read_bytes())
    data[-1] ^= 1
    (copy / name).write_bytes(bytes(data))
    with pytest.raises(EncoderError, match=rf"{name}: SHA-256 .* Delete"):
        SentenceEncoder.load(copy)


@pytest.mark.parametrize("name", [*FILES, MANIFEST])
def test_a_missing_file_is_named(copy: Path, name: str) -> None:
    (copy / name).unlink()
    with pytest.raises(EncoderError, match=name):
        SentenceEncoder.load(copy)


def test_vectors_have_length_one(encoder: SentenceEncoder) -> None:
    for text in TEXTS:
        assert np.linalg.norm(encoder.encode(text)) == pytest.approx(1, abs=1e-5)


def test_our_graph_and_a_plain_one_give_the_same_vectors(
    encoder: SentenceEncoder, export: Path
) -> None:
    official = SentenceEncoder.load_official(export, hashes(export))
    for text in TEXTS:
        assert encoder.encode(text) @ official.encode(text) > 0.999, text


def test_many_at_once_are_the_same_as_one_by_one(encoder: SentenceEncoder) -> None:
    texts = [*TEXTS, "", *TEXTS * 5]
    done: list[int] = []
    together = encoder.encode_many(texts, done.append)
    assert np.array_equal(together, np.stack([encoder.encode(text) for text in texts]))
    assert sum(done) == len(texts) - 1  # the empty one needs no work


@pytest.mark.parametrize("text", ["", "  ", "?!", "😀", "\x00", "\ud800", "\u200b\ufeff", "—"])
def test_a_text_without_letters_or_numbers_is_a_zero_vector(
    encoder: SentenceEncoder, text: str
) -> None:
    assert not encoder.encode(text).any()


@pytest.mark.parametrize(
    "text",
    ["ﷺ" * 8, "ﷺ" * 200, "a\x00 b", "re\ud800cord", "a " * 5000, "é" * 10_000, "😀 record"],
    ids=["ligature", "ligatures", "nul", "surrogate", "long", "long-accents", "emoji"],
)
def test_difficult_texts_give_a_proper_vector(encoder: SentenceEncoder, text: str) -> None:
    assert np.linalg.norm(encoder.encode(text)) == pytest.approx(1, abs=1e-5)


def test_what_stands_after_nul_counts(encoder: SentenceEncoder) -> None:
    assert np.array_equal(encoder.encode("record\x00s copy"), encoder.encode("records copy"))


def test_a_long_text_is_cut_before_any_work() -> None:
    assert prepare("record " * 10_000) == ("record " * 100)[:MAX_CHARACTERS].strip()


def test_the_cache_answers_and_stays_small(built: Path) -> None:
    encoder = SentenceEncoder.load(built, EncoderSettings(cache_size=2))
    first = encoder.encode("records")
    assert encoder.encode(" records\u200b ") is first  # the same once normalised
    for text in ("copy", "query"):
        encoder.encode(text)
    assert encoder.encode("records") is not first
    assert len(encoder._cache) == 2


def test_the_cache_holds_no_text(encoder: SentenceEncoder) -> None:
    encoder.encode("records copy")
    assert not any(b"record" in key for key in encoder._cache)


def test_cached_vectors_cannot_be_changed(encoder: SentenceEncoder) -> None:
    with pytest.raises(ValueError, match="read-only"):
        encoder.encode("records")[0] = 5


def test_threads_get_the_same_vectors(built: Path) -> None:
    encoder = SentenceEncoder.load(built, EncoderSettings(cache_size=3))
    expected = dict(zip(TEXTS, encoder.encode_many(TEXTS), strict=True))
    texts = TEXTS * 60
    with ThreadPoolExecutor(4) as pool:
        for text, vector in zip(texts, pool.map(encoder.encode, texts), strict=True):
            assert np.array_equal(vector, expected[text])


def test_a_forked_process_encodes_even_if_the_cache_was_in_use(encoder: SentenceEncoder) -> None:
    expected = encoder.encode("records")
    with encoder._lock:  # as another thread may hold it at that moment
        child = os.fork()
        if child == 0:
            same = np.array_equal(encoder.encode("records"), expected)
            vector = encoder.encode("records copy")
            os._exit(0 if same and vector.any() else 1)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0


def test_identity_changes_with_the_weights(encoder: SentenceEncoder, tmp_path: Path) -> None:
    path = write_tiny_weights(tmp_path / "other.bin", seed=1)
    other = SentenceEncoder.load(build_encoder(tmp_path / "encoder", path, sha256(path), None))
    assert other.identity != encoder.identity


def test_the_official_export_needs_both_hashes(export: Path) -> None:
    with pytest.raises(EncoderError, match=r"model\.onnx and tokenizer\.json"):
        SentenceEncoder.load_official(export, {GRAPH: "0" * 64})


@pytest.mark.parametrize("name", [GRAPH, TOKENIZER])
def test_another_official_export_is_not_loaded(export: Path, name: str) -> None:
    with pytest.raises(EncoderError, match=rf"{name}: SHA-256"):
        SentenceEncoder.load_official(export, {**hashes(export), name: "0" * 64})


def test_a_graph_with_other_inputs_is_refused(export: Path, built: Path) -> None:
    (export / GRAPH).write_bytes((built / GRAPH).read_bytes())
    with pytest.raises(EncoderError, match="not those of a sentence encoder"):
        SentenceEncoder.load_official(export, hashes(export))


def test_a_file_that_is_no_graph_is_refused(export: Path) -> None:
    (export / GRAPH).write_bytes(b"no graph")
    with pytest.raises(EncoderError, match="ONNX Runtime cannot load it"):
        SentenceEncoder.load_official(export, hashes(export))


def test_the_manifest_names_the_weights(built: Path, weights: Path) -> None:
    manifest = json.loads((built / MANIFEST).read_text(encoding="utf-8"))
    assert manifest["weights_sha256"] == sha256(weights)
