"""Examples with all their features, as the trained pipeline sees them; shared by the benchmarks."""

from __future__ import annotations

import tarfile
import tempfile
from collections.abc import Sequence
from pathlib import Path

from bot.content_store import shipped_guidance
from bot.evaluation.labelled import Labelled, messages_of_jsonl
from bot.languages import load_languages, same_language
from bot.nlu.encoder.build import ADAPTER, build_encoder
from bot.nlu.encoder.model import SentenceEncoder
from bot.nlu.entities import load_matcher
from bot.nlu.linear_model import Example, LinearModel, lexicon_features
from bot.training import ensure_model


class Features:
    """Makes examples from texts."""

    def __init__(self, encode: bool = True, adapted: bool = True) -> None:
        """Makes what examples are made with.

        Args:
            encode: Whether sentence vectors belong to them.
            adapted: Whether the encoder has its adapter, which has seen all training utterances.
        """
        self._matcher = load_matcher(shipped_guidance().routes)
        adapter = ADAPTER if adapted else None
        folder = build_encoder(adapter=adapter) if encode else None
        self._encoder = SentenceEncoder.load(folder) if folder else None

    def examples(self, texts: Sequence[str], languages: Sequence[str]) -> list[Example]:
        """One example for each text, in the language that stands at its place."""
        vectors = self._encoder.encode_many(texts) if self._encoder else [None] * len(texts)
        return [
            Example(text, self._lexicon(text), vector, (language,))
            for text, vector, language in zip(texts, vectors, languages, strict=True)
        ]

    def _lexicon(self, text: str) -> tuple[str, ...]:
        return lexicon_features((found.field, found.value) for found in self._matcher.find(text))


def trained_model() -> LinearModel:
    """The classifier in the model of the present data."""
    with tempfile.TemporaryDirectory() as name, tarfile.open(ensure_model()) as archive:
        archive.extractall(name)
        (found,) = Path(name).rglob("linear_model.json")
        return LinearModel.load(found.parent)


def offered_messages(path: Path) -> list[Labelled]:
    """The messages of a file of labelled ones that are in an offered language."""
    offered = load_languages().offered
    return [
        message
        for message in messages_of_jsonl(path)
        if any(same_language(code, message.language) for code in offered)
    ]
