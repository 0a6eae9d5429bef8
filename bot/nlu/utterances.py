"""Reads the training utterances of each language: ``data/nlu/<code>/*.yml``."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

# Rasa's annotation: [my daughter's]{"entity": "subject"} or [my daughter's](subject).
_ANNOTATED = re.compile(r"\[([^\]]+)\](?:\{[^}]*\}|\([^)]*\))")


class Utterance(NamedTuple):
    """A training utterance without its annotations."""

    language: str
    intent: str
    text: str


def read_utterances(folder: Path) -> dict[str, list[str]]:
    """Reads all utterances, without their annotations.

    Args:
        folder: The folder that holds a folder for each language.

    Returns:
        Texts by language code, in the order of the files.

    Raises:
        ValueError: A file is not valid YAML, or there are no utterances at all.
    """
    return texts_by_language(read_examples(folder))


def texts_by_language(utterances: Iterable[Utterance]) -> dict[str, list[str]]:
    """The texts by language code, in their order."""
    found: dict[str, list[str]] = {}
    for utterance in utterances:
        found.setdefault(utterance.language, []).append(utterance.text)
    return found


def read_examples(folder: Path) -> list[Utterance]:
    """Reads all utterances with their languages and intents; raises as read_utterances does."""
    found = [
        utterance
        for language in sorted(path for path in folder.glob("*") if path.is_dir())
        for utterance in utterances_of(language)
    ]
    if not found:
        raise ValueError(
            f"{folder}: no training utterances. Put them into {folder}/<language code>/*.yml, "
            "or set the key `data` of the component to the folder that holds them."
        )
    return found


def utterances_of(folder: Path) -> list[Utterance]:
    """Reads one language's folder, which may hold none; raises where a file is no YAML."""
    return [
        Utterance(folder.name, intent, text)
        for path in sorted(folder.glob("*.yml"))
        for intent, text in _examples(path)
    ]


def without_annotations(example: str) -> str:
    """The plain text of an annotated example."""
    return _ANNOTATED.sub(r"\1", example)


def _examples(path: Path) -> Iterator[tuple[str, str]]:
    try:
        content = YAML(typ="safe", pure=True).load(path.read_text(encoding="utf-8"))
    except YAMLError as error:
        raise ValueError(f"{path}: not valid YAML. {error}") from error
    for block in (content or {}).get("nlu") or []:
        if "intent" not in block:
            continue  # synonyms, regular expressions and lookup tables are not messages
        for line in str(block.get("examples") or "").splitlines():
            if line.lstrip().startswith("-"):
                yield block["intent"], without_annotations(line.lstrip()[1:].strip())
