"""The encoder's tokenizer."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from bot.nlu.encoder.errors import EncoderError
from bot.nlu.encoder.tokenizer import UnigramTokenizer, normalize, save
from tests.encoder.hugging_face import tokenizer_json
from tests.encoder.tiny import PIECES, SCORES

TEXTS = [
    "records", "a record", "  copy   records ", "query: copy", "病历", "a病历b", "ERROR x records",
    "caf\u00e9", "cafe\u0301", "ﷺ" * 8, "re\u200bcords", "a\tb\nc", "\ufeffcopy", "\u2581copy", "",
    "😀😀 records", "zzz", "ｒｅｃｏｒｄｓ", "a" * 600,
]  # fmt: skip


@pytest.fixture
def tokenizer() -> UnigramTokenizer:
    """One with a handful of pieces."""
    return UnigramTokenizer(PIECES, SCORES)


def pieces(tokenizer: UnigramTokenizer, text: str) -> list[str]:
    """The pieces between beginning and end."""
    return [PIECES[index] for index in tokenizer.ids(text, 512)[1:-1]]


def test_the_likeliest_pieces_are_found(tokenizer: UnigramTokenizer) -> None:
    assert pieces(tokenizer, "records") == ["▁records"]
    assert pieces(tokenizer, "recordsa") == ["▁records", "a"]
    assert pieces(tokenizer, "病历") == ["▁", "病历"]


def test_every_text_has_a_beginning_and_an_end(tokenizer: UnigramTokenizer) -> None:
    assert tokenizer.ids("", 512) == [0, 2]


def test_unknown_characters_in_a_row_are_one_unknown_piece(tokenizer: UnigramTokenizer) -> None:
    assert pieces(tokenizer, "zzz a") == ["▁", "<unk>", "▁", "a"]


def test_special_pieces_cannot_be_written_in_a_text(tokenizer: UnigramTokenizer) -> None:
    for special in ("<s>", "</s>", "<mask>", "<pad>"):
        found = tokenizer.ids(f"a {special}", 512)[1:-1]
        assert not set(found) & {0, 1, 2, len(PIECES) - 1}


def test_a_long_text_is_cut_and_keeps_its_end_piece(tokenizer: UnigramTokenizer) -> None:
    found = tokenizer.ids("a " * 1000, 512)
    assert len(found) == 512
    assert (found[0], found[-1]) == (0, 2)


def test_nul_and_lone_surrogates_vanish_and_what_follows_stays() -> None:
    assert normalize("records\x00 of \ud800my\udfff father") == "records of my father"


def test_full_width_and_decomposed_letters_become_plain_ones() -> None:
    assert normalize("ＭＲＩ cafe\u0301") == "MRI café"


def test_both_kinds_of_files_give_the_same_ids(tmp_path: Path, tokenizer: UnigramTokenizer) -> None:
    path = tmp_path / "tokenizer.json"
    path.write_text(json.dumps(tokenizer_json(PIECES, SCORES)), encoding="utf-8")
    pieces, scores = tmp_path / "pieces.txt", tmp_path / "scores.npy"
    save(PIECES, SCORES, pieces, scores)
    for again in (UnigramTokenizer.load_json(path), UnigramTokenizer.load(pieces, scores)):
        assert [again.ids(text, 512) for text in TEXTS] == [tokenizer.ids(t, 512) for t in TEXTS]


def test_hugging_face_tokenizers_gives_the_same_ids(tokenizer: UnigramTokenizer) -> None:
    library = pytest.importorskip("tokenizers")
    reference = library.Tokenizer.from_str(json.dumps(tokenizer_json(PIECES, SCORES)))
    for text in TEXTS:
        assert tokenizer.ids(text, 10_000) == reference.encode(text).ids, repr(text)


@pytest.mark.parametrize(
    "content",
    ["", "[]", "{}", '{"model": {"type": "BPE", "vocab": {}}}', '{"model": {"type": "Unigram"}}',
     '{"model": {"type": "Unigram", "vocab": [["a", 0.0]]}}'],
)  # fmt: skip
def test_another_file_is_refused(tmp_path: Path, content: str) -> None:
    path = tmp_path / "tokenizer.json"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(EncoderError):
        UnigramTokenizer.load_json(path)


def test_a_missing_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(EncoderError, match="not a tokenizer"):
        UnigramTokenizer.load_json(tmp_path / "none.json")
    with pytest.raises(EncoderError, match=r"none\.txt: not usable"):
        UnigramTokenizer.load(tmp_path / "none.txt", tmp_path / "none.npy")


def test_files_that_do_not_belong_together_are_refused(tmp_path: Path) -> None:
    pieces, scores = tmp_path / "pieces.txt", tmp_path / "scores.npy"
    save(PIECES, SCORES[:-1], pieces, scores)
    with pytest.raises(EncoderError, match="27 pieces and 26 scores"):
        UnigramTokenizer.load(pieces, scores)
