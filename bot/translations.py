"""Translations as files to work on: what is outdated, marking them, writing them back."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.scalarstring import DoubleQuotedScalarString

from bot.wording_files import (
    FOLDER,
    SOURCE_LANGUAGE,
    Entry,
    ResponseFile,
    digest,
    merged,
    read_files,
)

_MARKS = ("review", "reviewer", "reviewed_on")


class TranslationError(ValueError):
    """A translation that cannot be marked or taken; the message says why and how to mend it."""


@dataclass(frozen=True)
class Status:
    """What is left to do for one language, as keys."""

    language: str
    entries: int
    unreviewed: tuple[str, ...]
    outdated: tuple[str, ...]
    missing: tuple[str, ...]


@dataclass(frozen=True)
class Translated:
    """One entry as it came back from a translator."""

    text: str
    sms: str | None


def translated_languages(folder: Path = FOLDER) -> list[str]:
    """The languages that have wording, English left out; offered or not."""
    names = sorted(path.parent.name for path in folder.glob("*/*.yml"))
    return [name for name in dict.fromkeys(names) if name != SOURCE_LANGUAGE]


def status(language: str, folder: Path = FOLDER) -> Status:
    """What is unreviewed, outdated or missing in a language.

    Raises:
        bot.content_loader.ContentError: A file cannot be read.
    """
    english = merged(read_files(folder / SOURCE_LANGUAGE))
    files = read_files(folder / language)
    entries = merged(files)
    unreviewed = [key for file in files.values() for key in file.responses if file.is_draft(key)]
    outdated = [
        key for key, entry in entries.items() if key in english and entry.of != digest(english[key])
    ]
    missing = [key for key in english if key not in entries]
    return Status(language, len(entries), tuple(unreviewed), tuple(outdated), tuple(missing))


def stamp(language: str, keys: Iterable[str] = (), folder: Path = FOLDER) -> list[str]:
    """Marks translations as made from the English text as it reads now.

    A reviewed translation of another English text becomes a draft again: nobody has reviewed
    this one.

    Args:
        language: Any translated language.
        keys: The entries to mark; all if none are given.
        folder: Holds a folder for each language.

    Returns:
        The keys whose mark has changed.

    Raises:
        TranslationError: There is no such entry.
        bot.content_loader.ContentError: A file cannot be read.
    """
    if language == SOURCE_LANGUAGE:
        raise TranslationError("English is what translations are made from; it bears no marks.")
    english = merged(read_files(folder / SOURCE_LANGUAGE))
    files = read_files(folder / language)
    entries = merged(files)
    wanted = tuple(keys) or tuple(key for key in entries if key in english)
    for key in wanted:
        if key not in entries or key not in english:
            raise TranslationError(f"{key}: {language} or English has no such entry.")
    changed = {key for key in wanted if entries[key].of != digest(english[key])}

    def mark(key: str, node: Any, file: ResponseFile) -> None:
        was_marked = entries[key].of is not None
        _set_of(node, digest(english[key]))
        if was_marked and not file.is_draft(key):
            _set_review(node, file, None, None)

    _rewrite(files, changed, mark)
    return [key for key in entries if key in changed]


def write_translations(
    language: str,
    translated: Mapping[str, Translated],
    reviewer: str | None,
    today: date,
    folder: Path = FOLDER,
) -> list[str]:
    """Writes checked translations into a language's files; unchanged drafts stay drafts.

    Args:
        language: Any translated language.
        translated: Entries by key, as checked by :mod:`bot.translation_import`.
        reviewer: Who vouches for all of them; without one, changed entries become drafts.
        today: The day of the review.
        folder: Holds a folder for each language.

    Returns:
        The keys that have changed.
    """
    source = read_files(folder / SOURCE_LANGUAGE)
    english, files = merged(source), read_files(folder / language)
    entries = merged(files)

    def write(key: str, node: Any, file: ResponseFile) -> None:
        new, old = translated[key], entries.get(key)
        is_changed = old is None or (old.text, old.sms) != (new.text, new.sms)
        if is_changed:
            node["text"] = DoubleQuotedScalarString(new.text)
            if new.sms is not None:
                _set_after(node, "sms", DoubleQuotedScalarString(new.sms), ("text",))
        _set_of(node, digest(english[key]))
        if reviewer is not None or is_changed:
            _set_review(node, file, reviewer, today)

    homes = {
        key: folder / language / path.name
        for path, file in source.items()
        for key in file.responses
        if key in translated and key not in entries
    }
    _rewrite(files, translated, write, homes)
    after = merged(read_files(folder / language))
    return [key for key in translated if after[key] != entries.get(key)]


def _set_of(node: Any, mark: str) -> None:
    # In quotes, since eight digits would be a number.
    _set_after(node, "of", DoubleQuotedScalarString(mark), ("sms", "text"))


def _set_after(node: Any, name: str, value: Any, before: tuple[str, ...]) -> None:
    if name in node:
        node[name] = value
        return
    place = next(key for key in before if key in node)
    node.insert(list(node).index(place) + 1, name, value)


def _set_review(node: Any, file: ResponseFile, reviewer: str | None, today: date | None) -> None:
    for mark in _MARKS:
        node.pop(mark, None)
    if reviewer is not None:
        node["review"] = "reviewed"
        node["reviewer"] = DoubleQuotedScalarString(reviewer)
        node["reviewed_on"] = today
    elif file.review != "draft":
        node["review"] = "draft"


def _rewrite(
    files: Mapping[Path, ResponseFile],
    keys: Iterable[str],
    change: Callable[[str, Any, ResponseFile], None],
    homes: Mapping[str, Path] | None = None,
) -> None:
    """Changes entries in place, with comments, quotes and order kept; all files or none."""
    yaml: Any = YAML()  # its types allow None alone for these two
    yaml.preserve_quotes = True
    yaml.width = 10**9  # lines stay as they are
    wanted, added = set(keys), homes or {}
    written: dict[Path, str] = {}
    for path, file in files.items():
        here = [key for key in file.responses if key in wanted]
        here += [key for key, home in added.items() if home == path]
        if not here:
            continue
        tree = yaml.load(path.read_text(encoding="utf-8"))
        for key in here:
            node = tree["responses"].setdefault(key, yaml.map())
            change(key, node, file)
        stream = io.StringIO()
        yaml.dump(tree, stream)
        written[path] = stream.getvalue()
    for path, text in written.items():
        aside = path.with_name(f".{path.name}.new")
        aside.write_text(text, encoding="utf-8")
        aside.replace(path)


def english_entries(folder: Path = FOLDER) -> dict[str, Entry]:
    """The English entries by key."""
    return merged(read_files(folder / SOURCE_LANGUAGE))
