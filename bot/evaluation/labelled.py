"""Messages with what they should be understood as."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bot.completeness import evaluation_sentences
from bot.content_loader import load_yaml
from bot.paths import PROJECT

Entity = tuple[str, str]


@dataclass(frozen=True)
class Labelled:
    """A message and what is right for it.

    Attributes:
        text: The message.
        language: The code of its language; evaluation sets of others may say "zh" for "zh-Hans".
        label: The intent.
        also: Other intents that are right as well.
        entities: The fields it names; None where it was not annotated.
        second: The topic of its second question, if it asks two.
    """

    text: str
    language: str
    label: str
    also: frozenset[str] = frozenset()
    entities: frozenset[Entity] | None = None
    second: str | None = None

    @property
    def right(self) -> frozenset[str]:
        """All intents that are right."""
        return self.also | {self.label}


def own_messages(language: str, root: Path = PROJECT) -> list[Labelled]:
    """The evaluation sentences of one language: ``tests/nlu/<language>``.

    Raises:
        bot.content_loader.ContentError: A file is no YAML.
    """
    return [
        Labelled(
            str(row["text"]), language, str(row["intent"]), entities=_entities(row.get("entities"))
        )
        for row in evaluation_sentences(language, root)
    ]


def two_questions(language: str, root: Path = PROJECT) -> list[Labelled]:
    """Messages with two questions: ``tests/data/two_questions/<language>.yml``, if there are any.

    Raises:
        bot.content_loader.ContentError: The file is no YAML.
    """
    path = root / "tests" / "data" / "two_questions" / f"{language}.yml"
    rows = load_yaml(path)[0] if path.exists() else []
    return [
        Labelled(str(row["text"]), language, row["topics"][0], second=row["topics"][1])
        for row in rows
    ]


def messages_of_jsonl(path: Path) -> list[Labelled]:
    """Reads lines of ``{"text", "lang", "label", "also"}``.

    Raises:
        ValueError: A line cannot be used; the message names it.
    """
    found = []
    lines = path.read_text(encoding="utf-8").splitlines()
    for number, line in enumerate(lines, start=1):
        try:
            row = json.loads(line)
            found.append(
                Labelled(row["text"], row["lang"], row["label"], frozenset(row.get("also", [])))
            )
        except (json.JSONDecodeError, KeyError, TypeError, AttributeError) as error:
            wanted = 'an object with "text", "lang" and "label"'
            raise ValueError(f"{path}:{number}: this is not {wanted} ({error})") from error
    return found


def _entities(annotated: Mapping[str, Any] | None) -> frozenset[Entity] | None:
    if annotated is None:
        return None
    return frozenset(
        (str(field), str(value))
        for field, values in annotated.items()
        for value in (values if isinstance(values, list) else [values])
    )
