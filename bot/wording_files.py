"""The files of the wording, ``bot/content/responses/<lang>/*.yml``, as they stand on disk."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from string import Formatter
from typing import Literal

from pydantic import BaseModel, ConstrainedStr, Extra

from bot.content_loader import ContentError, validated

FOLDER = Path(__file__).resolve().parent / "content" / "responses"

SOURCE_LANGUAGE = "en"

VARIANTS = ("text", "sms")

Review = Literal["source", "draft", "reviewed"]


class _Hash(ConstrainedStr):
    regex = r"^[0-9a-f]{8}$"


class Entry(BaseModel):
    """One text in one language.

    Attributes:
        text: The text.
        sms: Its short form, where English has one.
        of: The :func:`digest` of the English entry that it was translated from.
        same: It reads as in English on purpose, as a name does.
        review: Its review status, where it differs from the file's.
        reviewer: Who reviewed it.
        reviewed_on: When.
    """

    class Config:
        extra = Extra.forbid
        frozen = True

    text: str
    sms: str | None = None
    of: _Hash | None = None
    same: bool = False
    review: Review | None = None
    reviewer: str | None = None
    reviewed_on: date | None = None


class ResponseFile(BaseModel):
    """One file of a language's wording."""

    class Config:
        extra = Extra.forbid
        frozen = True

    language: str
    review: Review
    responses: dict[str, Entry]

    def is_draft(self, key: str) -> bool:
        """Has no translator reviewed this entry?"""
        return (self.responses[key].review or self.review) == "draft"


def digest(english: Entry) -> str:
    """A short hash of an English entry; another text has another hash."""
    content = json.dumps([english.text, english.sms], ensure_ascii=False)
    return hashlib.sha256(content.encode()).hexdigest()[:8]


def read_files(folder: Path) -> dict[Path, ResponseFile]:
    """Reads the files of one language, each checked by itself.

    Raises:
        ContentError: There are none, or one cannot be read.
    """
    paths = sorted(folder.glob("*.yml"))
    if not paths:
        raise ContentError(
            f"{folder}:1: file: there is no wording for `{folder.name}`. "
            "Add it, or set `offered: false` in bot/content/languages.yml."
        )
    return {path: validated(path, ResponseFile) for path in paths}


def merged(files: Mapping[Path, ResponseFile]) -> dict[str, Entry]:
    """All entries of a language by key."""
    return {key: entry for file in files.values() for key, entry in file.responses.items()}


def placeholders(text: str) -> frozenset[str]:
    """The names in {braces}.

    Raises:
        ValueError: The braces do not match.
    """
    return frozenset(name for _, name, _, _ in Formatter().parse(text) if name is not None)
