"""What an offered language still lacks: sentences, lexicon, emergency wording, dates, texting."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from bot.content_loader import load_yaml
from bot.guidance.load import Guidance
from bot.nlu.utterances import utterances_of
from bot.paths import PROJECT
from bot.privacy.words import EVERY_LANGUAGE_HAS
from bot.wording_files import SOURCE_LANGUAGE

TRAINING, EVALUATION = 25, 8
"""How many sentences of each topic there must be to learn from and to measure on."""


def missing_parts(language: str, guidance: Guidance, root: Path = PROJECT) -> Iterator[str]:
    """What a language lacks beside its wording, which :mod:`bot.wording` checks.

    Args:
        language: Offered or about to be.
        guidance: Knows the topics.
        root: The project's folder.

    Yields:
        A line for each thing that is missing, with file and mend.

    Raises:
        bot.content_loader.ContentError: A file cannot be read.
    """
    yield from _sentences(language, guidance, root)
    yield from _lexicon(language, root)
    yield from _emergency(language, root)
    if not _content(root, "dates", language).exists():
        yield _absent("dates", language)
    yield from _redaction(language, root)
    yield from _texting(language, root)


def _sentences(language: str, guidance: Guidance, root: Path) -> Iterator[str]:
    training = Counter(row.intent for row in utterances_of(root / "data" / "nlu" / language))
    evaluation = Counter(row.get("intent") for row in evaluation_sentences(language, root))
    for folder, kind, counts, enough in (
        ("data/nlu", "to learn from", training, TRAINING),
        ("tests/nlu", "to measure on", evaluation, EVALUATION),
    ):
        for topic in guidance.topics:
            if counts[topic] < enough:
                lacking = enough - counts[topic]
                yield (
                    f"{folder}/{language}:1: {topic}: {counts[topic]} sentences {kind} instead of "
                    f"at least {enough}. Write {lacking} more; docs/training-data.md says how."
                )


def evaluation_sentences(language: str, root: Path = PROJECT) -> list[dict[str, Any]]:
    """The sentences of ``tests/nlu/<language>``, with their intents and entities."""
    paths = sorted((root / "tests" / "nlu" / language).glob("*.yml"))
    return [row for path in paths for row in load_yaml(path)[0]["examples"]]


def _lexicon(language: str, root: Path) -> Iterator[str]:
    path = _content(root, "lexicon", language)
    if not path.exists():
        yield _absent("lexicon", language)
        return
    english = load_yaml(_content(root, "lexicon", SOURCE_LANGUAGE))[0]
    mine, lines = load_yaml(path)
    for part in ("possessives", "negations"):
        if english.get(part) and not mine.get(part):
            yield lines.problem((part,), "there are no words", "Write some")
    for field, values in english["entities"].items():
        for value in values:
            if not mine["entities"].get(field, {}).get(value):
                at = ("entities", field, value)
                yield lines.problem(at, "there are no phrases", "Write what people call it")


def _emergency(language: str, root: Path) -> Iterator[str]:
    path = _content(root, "emergency", language)
    if not path.exists():
        yield _absent("emergency", language)
        return
    mine, lines = load_yaml(path)
    for kind, groups in mine["kinds"].items():
        for group, phrases in groups.items():
            if not phrases:
                at = ("kinds", kind, group)
                yield lines.problem(at, "there are no phrases", "Write what people say in danger")


def _redaction(language: str, root: Path) -> Iterator[str]:
    path = _content(root, "redaction", language)
    if not path.exists():
        yield _absent("redaction", language)
        return
    mine, lines = load_yaml(path)
    for part in EVERY_LANGUAGE_HAS:
        if not mine.get(part):
            message = "there are no words, so such details would be kept"
            yield lines.problem((part,), message, "Write what people say before them")


def _texting(language: str, root: Path) -> Iterator[str]:
    mine, lines = load_yaml(root / "bot" / "content" / "sms.yml")
    if language not in mine["languages"]:
        message = f"`{language}` has no words to stop, start and get help by text message"
        yield lines.problem(("languages",), message, "Add them, as for the other languages")


def _content(root: Path, part: str, language: str) -> Path:
    return root / "bot" / "content" / part / f"{language}.yml"


def _absent(part: str, language: str) -> str:
    return (
        f"bot/content/{part}/{language}.yml:1: file: it is missing. "
        f"Translate bot/content/{part}/{SOURCE_LANGUAGE}.yml, or that of a similar language."
    )
