"""One notice a language that is only recognised: the interpreter line and what to say there."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from string import Formatter
from typing import Literal

from pydantic import BaseModel, Extra

from bot.content_loader import ContentError, LineLookup, validated
from bot.languages import Language, Languages

FILE = Path(__file__).resolve().parent / "content" / "handoff.yml"

NEEDED = ("english_name", "interpreter_phone")
"""What each notice names once: the language's English name to say to the operator, and the line."""

# Isolates, so that a Latin name and a number stay whole inside a sentence from right to left, and
# that sentence inside a message from left to right.
_RTL, _LTR, _END = "\u2067", "\u2066", "\u2069"


class HandoffFile(BaseModel):
    """`handoff.yml`: a notice for each language code."""

    class Config:
        extra = Extra.forbid

    review: Literal["draft", "reviewed"]
    notices: dict[str, str]


def load_handoffs(languages: Languages, file: Path = FILE) -> Mapping[str, str]:
    """Reads the notices.

    Args:
        languages: Every language in them that is not offered needs a notice.
        file: Another file, for tests.

    Returns:
        The notice of each language code, with its placeholders.

    Raises:
        ContentError: A language is missing or unknown, a placeholder is missing, or a number
            stands in a notice.
    """
    notices = validated(file, HandoffFile).notices
    lines = LineLookup(file)
    problems = [*_unknown(notices, languages, lines), *_missing(notices, languages, lines)]
    for code, notice in notices.items():
        problems += [
            lines.problem(("notices", code), message, mend) for message, mend in _faults(notice)
        ]
    if problems:
        raise ContentError(*problems)
    return notices


def notice_text(notice: str, language: Language, phone: str) -> str:
    """A notice with its placeholders filled.

    Args:
        notice: As it stands in the file.
        language: The language it is in.
        phone: The interpreter line.

    Returns:
        The text; one from right to left keeps its direction wherever it is put.
    """
    values = {"interpreter_phone": phone, "english_name": language.english_name}
    if language.direction == "ltr":
        return notice.format_map(values)
    isolated = {name: f"{_LTR}{value}{_END}" for name, value in values.items()}
    return f"{_RTL}{notice.format_map(isolated)}{_END}"


def _unknown(notices: Mapping[str, str], languages: Languages, lines: LineLookup) -> Iterator[str]:
    for code in notices:
        if languages.get(code) is None:
            mend = "Use a code of languages.yml or add the language there"
            yield lines.problem(("notices", code), "there is no such language", mend)


def _missing(notices: Mapping[str, str], languages: Languages, lines: LineLookup) -> Iterator[str]:
    for language in languages.languages:
        if not language.offered and language.code not in notices:
            message = f"`{language.code}` ({language.english_name}) has no notice"
            yield lines.problem(("notices",), message, "Add one in that language")


def _faults(notice: str) -> Iterator[tuple[str, str]]:
    try:
        names = [name for _, name, _, _ in Formatter().parse(notice) if name is not None]
    except ValueError as error:
        yield f"the braces do not match ({error})", "Write each placeholder as {name}"
        return
    if sorted(names) != sorted(NEEDED):
        needed = " and ".join(f"{{{name}}}" for name in NEEDED)
        yield "placeholders are missing or unknown", f"Use {needed} once each"
    if any(character.isdigit() for character in notice):
        yield "a number stands in it", "Use {interpreter_phone}"
