"""Sentences in languages that the assistant should recognise well but does not answer in."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from bot.content_loader import load_yaml

FOLDER = Path(__file__).resolve().parent / "content" / "language_samples"


@lru_cache(maxsize=2)
def read_samples(folder: Path = FOLDER) -> dict[str, list[str]]:
    """Reads ``<code>.yml``: sentences by spelling.

    Args:
        folder: Another folder, for tests.

    Returns:
        Sentences by language code.

    Raises:
        bot.content_loader.ContentError: A file cannot be read, or is not lists of sentences.
    """
    return {path.stem: _sentences(path) for path in sorted(folder.glob("*.yml"))}


def _sentences(path: Path) -> list[str]:
    spellings, lines = load_yaml(path)
    if not isinstance(spellings, dict):
        raise lines.error((), "this is not sentences by spelling", "Write `spelling:` and a list")
    for spelling, sentences in spellings.items():
        texts = sentences if isinstance(sentences, list) else [None]
        for index, text in enumerate(texts):
            if not isinstance(text, str):
                message, mend = "this is not a sentence", "Put it in quotation marks"
                raise lines.error((spelling, index), message, mend)
    return [text for sentences in spellings.values() for text in sentences]
