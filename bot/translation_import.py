"""Checks what came back from a translator; nothing is taken unless all of it is right."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Set

from bot.translation_files import Unit
from bot.translations import Translated
from bot.wording_checks import template_problems, translation_problems, untranslated_problems
from bot.wording_files import VARIANTS, Entry


def checked(
    rows: Iterable[Unit],
    english: Mapping[str, Entry],
    present: Mapping[str, Entry],
    known: Set[str],
) -> tuple[dict[str, Translated], list[str]]:
    """Puts the texts together and checks them.

    Args:
        rows: As read from the file.
        english: The English entries as they read now.
        present: The entries of the language as they are.
        known: All placeholders there are.

    Returns:
        The entries by key, and the problems, each with its row, key and mend.
    """
    problems: list[str] = []
    parts: dict[str, dict[str, Unit]] = {}
    for row in rows:
        found = [*_row_problems(row, english, known)]
        if row.part in parts.get(row.key, {}):
            found = [("it stands in the file twice", "Keep one of the two")]
        problems += [_problem(row, message, mend) for message, mend in found]
        if not found:
            parts.setdefault(row.key, {})[row.part] = row
    translated: dict[str, Translated] = {}
    for key, by_part in parts.items():
        source, first = english[key], next(iter(by_part.values()))
        absent = [p for p in VARIANTS if getattr(source, p) is not None and p not in by_part]
        if absent:
            # A part that was found wrong has been reported already.
            if not any(f" {key} " in problem for problem in problems):
                message = f"its `{absent[0]}` is not in the file"
                problems.append(_problem(first, message, "Send both of its parts"))
            continue
        sms = by_part["sms"].translation.strip() if "sms" in by_part else None
        entry = Translated(by_part["text"].translation.strip(), sms)
        same = present[key].same if key in present else False
        as_entry = Entry(text=entry.text, sms=entry.sms, same=same)
        found = [*translation_problems(as_entry, source)]
        found += untranslated_problems(as_entry, source)
        problems += [_problem(first, message, mend) for message, mend in found]
        translated[key] = entry
    if not parts and not problems:
        problems.append("there is nothing in the file. Export it anew.")
    return translated, problems


def _problem(row: Unit, message: str, mend: str) -> str:
    return f"{row.row}: {row.key} ({row.part}): {message}. {mend}."


def _row_problems(
    row: Unit, english: Mapping[str, Entry], known: Set[str]
) -> Iterator[tuple[str, str]]:
    source = getattr(english.get(row.key), row.part, None) if row.part in VARIANTS else None
    if source is None:
        yield "there is no such text", "Keep the keys as exported, or export the file anew"
        return
    if row.english != source:
        yield (
            "the English text in the file is not the present one",
            "Export the file anew and compare this translation",
        )
    if any(unicodedata.category(c) == "Cc" for c in row.translation):
        yield "it holds line breaks or control characters", "Write it on one line"
    yield from template_problems(row.translation, known)
