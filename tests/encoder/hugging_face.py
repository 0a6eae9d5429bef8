"""The same tokenizer in the format of Hugging Face `tokenizers`: the reference for ours."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from bot.nlu.encoder.tokenizer import BEGIN, END, SPACE, UNKNOWN


def tokenizer_json(pieces: Sequence[str], scores: Sequence[float]) -> dict[str, Any]:
    """The same tokenizer in the format of Hugging Face `tokenizers`, which can load it."""
    ids = {piece: index for index, piece in enumerate(pieces)}
    special = [
        {
            "id": ids[piece],
            "content": piece,
            "special": True,
            "single_word": False,
            "lstrip": False,
            "rstrip": False,
            "normalized": False,
        }
        for piece in (BEGIN, END)
    ]
    parts = [
        {"SpecialToken": {"id": BEGIN, "type_id": 0}},
        {"Sequence": {"id": "A", "type_id": 0}},
        {"SpecialToken": {"id": END, "type_id": 0}},
    ]
    template = {p: {"id": p, "ids": [ids[p]], "tokens": [p]} for p in (BEGIN, END)}
    return {
        "version": "1.0",
        "truncation": None,
        "padding": None,
        "added_tokens": sorted(special, key=lambda token: int(str(token["id"]))),
        "normalizer": {
            "type": "Sequence",
            "normalizers": [
                {"type": "Nmt"},
                {"type": "NFKC"},
                {"type": "Replace", "pattern": {"Regex": " {2,}"}, "content": " "},
                {"type": "Strip", "strip_left": True, "strip_right": True},
            ],
        },
        "pre_tokenizer": {
            "type": "Metaspace",
            "replacement": SPACE,
            "prepend_scheme": "always",
            "split": True,
        },
        "post_processor": {
            "type": "TemplateProcessing",
            "single": parts,
            "pair": parts,
            "special_tokens": template,
        },
        "decoder": None,
        "model": {
            "type": "Unigram",
            "unk_id": ids[UNKNOWN],
            "vocab": [[piece, score] for piece, score in zip(pieces, scores, strict=True)],
            "byte_fallback": False,
        },
    }
