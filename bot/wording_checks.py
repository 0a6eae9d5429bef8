"""What can be wrong with wording: each check yields a message and how to mend it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Set
from pathlib import Path

from bot.content_loader import LineLookup
from bot.wording_files import (
    SOURCE_LANGUAGE,
    VARIANTS,
    Entry,
    ResponseFile,
    digest,
    merged,
    placeholders,
)

Problems = Iterator[tuple[str, str]]


def language_problems(
    files: Mapping[Path, ResponseFile],
    source: Mapping[Path, ResponseFile],
    required: Set[str],
    known: Set[str],
    folder: Path,
) -> Iterator[str]:
    """The problems of one language's files, each with file, line and mend."""
    english = merged(source)
    where: dict[str, Path] = {}
    for path, file in files.items():
        lines = LineLookup(path)
        for key, entry in file.responses.items():
            at = ("responses", key)
            if key in where:
                yield lines.problem(at, f"the key stands in {where[key].name} too", "Keep one")
            where[key] = path
            if key not in required:
                yield lines.problem(at, "nothing uses this key", "Remove it or correct its name")
            for variant in VARIANTS:
                for message, mend in template_problems(getattr(entry, variant), known):
                    yield lines.problem((*at, variant), message, mend)
            if key in english:
                problems = [*translation_problems(entry, english[key])]
                if file.language != SOURCE_LANGUAGE:
                    problems += age_problems(entry, english[key], file.language, key)
                    problems += untranslated_problems(entry, english[key])
                for message, mend in problems:
                    yield lines.problem(at, message, mend)
    for key in sorted(required - set(where)):
        yield f"{folder}:1: {key}: this key is missing. Add it to one of the files in this folder."


def template_problems(template: str | None, known: Set[str]) -> Problems:
    """What is wrong with one text by itself."""
    if template is None:
        return
    if not template.strip():
        yield "the text is empty", "Write it"
    try:
        names = placeholders(template)
    except ValueError as error:
        yield f"the braces do not match ({error})", "Write each placeholder as {name}"
        return
    for name in sorted(names - known):
        yield f"there is no fact {{{name}}}", "Use a fact or link of guidance/directory.yml"
    bare = re.sub(r"\{[^}]*\}", "", template)
    if re.search(r"\d", bare):
        yield "a number stands in the text", "Store it in guidance/directory.yml and use its {name}"
    if re.search(r"https?:|www\.", bare):
        yield "a link stands in the text", "Configure it in guidance/directory.yml"


def translation_problems(entry: Entry, english: Entry) -> Problems:
    """What does not fit the English entry: placeholders, or a text message too many."""
    if (entry.sms is None) != (english.sms is None):
        yield "`sms` must stand here just where English has it", "Add or remove `sms`"
    for variant in VARIANTS:
        mine, theirs = getattr(entry, variant), getattr(english, variant)
        if mine is None or theirs is None:
            continue
        try:
            lost = placeholders(theirs) ^ placeholders(mine)
        except ValueError:
            continue  # reported by template_problems
        if lost:
            names = ", ".join(f"{{{name}}}" for name in sorted(lost))
            yield f"`{variant}` and English differ in {names}", "Use the same placeholders"


def age_problems(entry: Entry, english: Entry, language: str, key: str) -> Problems:
    """Was the translation made from the English text as it reads now?"""
    stamp = f"`roi translations stamp {language} {key}`"
    if entry.of is None:
        yield (
            "`of` is missing, the mark of the English text it was made from",
            f"Compare it with English, then run {stamp}",
        )
    elif entry.of != digest(english):
        yield (
            "English has changed since this was translated",
            f"Bring the text up to date, then run {stamp}",
        )


def untranslated_problems(entry: Entry, english: Entry) -> Problems:
    """Does it still read as in English?"""
    for variant in VARIANTS:
        text = getattr(entry, variant)
        if text == getattr(english, variant) and _has_words(text) and not entry.same:
            yield (
                f"`{variant}` is still in English",
                "Translate it, or add `same: true` if it reads so on purpose, as a name does",
            )


def _has_words(text: str | None) -> bool:
    # "HIM" and "{phone}." are the same in every language.
    return re.search(r"[a-z]{2}|\bNo\b", re.sub(r"\{[^}]*\}", "", text or "")) is not None
