"""Reads tests/data/wording: what the wording of each language must and must not say."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, Extra

from bot.chinese import traditional
from bot.content_loader import validated
from bot.languages import load_languages

RULES = Path(__file__).resolve().parent / "data" / "wording"


class Pattern(BaseModel):
    """A pattern, and words that it must find."""

    pattern: str
    finds: str

    def found(self, text: str) -> bool:
        return re.search(self.pattern, text, re.IGNORECASE) is not None


class Rules(BaseModel):
    """A file of tests/data/wording: what a language must and must not say."""

    sms_alphabet: Literal["gsm7", "ucs2"]
    program: str
    in_english: str
    changed: str
    sympathy: str
    duty: Pattern
    claims: tuple[Pattern, ...]
    office: dict[str, str]
    space_before: str = ""

    class Config:
        extra = Extra.forbid


def rules(language: str) -> Rules:
    """Of one language; one without them fails. Converted wording has those of its source."""
    known = load_languages().get(language)
    if known is None or known.converted_from is None:
        return validated(RULES / f"{language}.yml", Rules)
    source = rules(known.converted_from)
    office = {state: traditional(words) for state, words in source.office.items()}
    return source.copy(update={"office": office})
