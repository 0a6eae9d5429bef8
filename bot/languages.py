"""The languages the assistant knows: which it answers in, which it only recognises.

Everything comes from ``bot/content/languages.yml``; nothing else names a language. A new one is a
new entry there, training utterances in ``data/nlu/<code>/`` and its translations.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConstrainedStr, PrivateAttr, StrictBool

from bot.content_loader import LineLookup, validated

LANGUAGES_FILE = Path(__file__).resolve().parent / "content" / "languages.yml"


class _Code(ConstrainedStr):
    # The part of BCP 47 that is used here: language, script, region.
    regex = r"^[a-z]{2,3}(-[A-Z][a-z]{3})?(-([A-Z]{2}|[0-9]{3}))?$"


def same_language(one: str | None, other: str | None) -> bool:
    """Is it the same language, whatever script or region the codes add?"""
    if not one or not other:
        return False
    return one.casefold().partition("-")[0] == other.casefold().partition("-")[0]


class _Text(ConstrainedStr):
    min_length = 1
    strip_whitespace = True


class _Model(BaseModel):
    class Config:
        extra = "forbid"
        frozen = True  # and so hashable: what is computed from the languages can be cached


class Language(_Model):
    """One language, as described at the top of ``languages.yml``."""

    code: _Code
    name: _Text
    english_name: _Text
    direction: Literal["ltr", "rtl"]
    scripts: tuple[_Text, ...]
    offered: StrictBool
    converted_from: _Code | None = None
    profile: _Text | None = None
    asked_for: tuple[_Text, ...] = ()
    greetings: tuple[_Text, ...] = ()
    words: tuple[_Text, ...] = ()
    letters: str = ""
    lends: tuple[_Text, ...] = ()

    def __hash__(self) -> int:
        """The same for the same entry; all its words would be hashed again each time."""
        return hash(self.code)


class Languages(_Model):
    """All languages, in the order in which ties between them are broken."""

    languages: tuple[Language, ...]
    neutral: tuple[_Text, ...] = ()
    names: tuple[_Text, ...] = ()
    asking: tuple[_Text, ...] = ()
    interpreters: tuple[_Text, ...] = ()
    interpreting: tuple[_Text, ...] = ()
    named_in: tuple[_Code, ...] = ()

    # Asked for in every message; what is computed from all entries is computed once.
    _codes: tuple[str, ...] = PrivateAttr(())
    _offered: tuple[str, ...] = PrivateAttr(())
    _answered: tuple[str, ...] = PrivateAttr(())

    def __init__(self, **given: Any) -> None:
        """Reads what a file gives; raises as pydantic's models do."""
        super().__init__(**given)
        self._codes = tuple(language.code for language in self.languages)
        self._offered = tuple(language.code for language in self.languages if language.offered)
        self._answered = tuple(
            language.code
            for language in self.languages
            if language.offered or language.converted_from in self._offered
        )

    def __hash__(self) -> int:
        """The same for the same entries; all their words would be hashed again each time."""
        return hash(self._codes)

    def source_of(self, code: str) -> str:
        """The language whose wording a language is answered with: itself, or what it is made of."""
        known = self.get(code)
        return (known.converted_from if known is not None else None) or code

    @property
    def codes(self) -> tuple[str, ...]:
        """Every known code."""
        return self._codes

    @property
    def offered(self) -> tuple[str, ...]:
        """The codes of the languages that have data and wording of their own."""
        return self._offered

    @property
    def answered(self) -> tuple[str, ...]:
        """The codes of the languages that the assistant answers in.

        Those offered, and those whose wording is another's in other characters.
        """
        return self._answered

    def get(self, code: str) -> Language | None:
        """The language with this code, if it is known."""
        return next((known for known in self.languages if known.code == code), None)


def load_languages(path: Path = LANGUAGES_FILE) -> Languages:
    """Reads and checks the languages.

    Args:
        path: Another file, for tests.

    Returns:
        The languages.

    Raises:
        bot.content_loader.ContentError: The file cannot be used; each line of the message names
            file, line and mend.
    """
    if path == LANGUAGES_FILE:
        return _shipped()
    return _checked(path)


@lru_cache(maxsize=128)
def direction_in(code: str) -> Literal["ltr", "rtl"]:
    """The direction in which a language is written; left to right where it is not known."""
    language = load_languages().get(code)
    return language.direction if language is not None else "ltr"


@lru_cache(maxsize=1)
def _shipped() -> Languages:
    return _checked(LANGUAGES_FILE)


def _checked(path: Path) -> Languages:
    languages = validated(path, Languages)
    for location, message, mend in _contradictions(languages):
        raise LineLookup(path).error(location, message, mend)
    return languages


def _contradictions(
    languages: Languages,
) -> Iterator[tuple[tuple[int | str, ...], str, str]]:
    """What no single field can show: the same thing claimed by two languages."""
    if not languages.offered:
        yield ("languages",), "no language is offered", "Write `offered: true` for at least one"
    for index, language in enumerate(languages.languages):
        if language.converted_from is not None and language.offered:
            message = "an offered language has wording of its own"
            yield ("languages", index, "converted_from"), message, "Take one of the two out"
        if language.converted_from not in (None, *languages.codes):
            message = f"there is no language `{language.converted_from}`"
            yield ("languages", index, "converted_from"), message, "Name one of this file"
    mend = "Keep it in one of the two"
    for field in ("code", "asked_for", "greetings"):
        seen: dict[str, str] = {}
        for index, language in enumerate(languages.languages):
            for place, value in _values(language, field):
                key = value.casefold()
                if key in seen:
                    message = f"`{value}` stands under {seen[key]} too"
                    yield ("languages", index, field, *place), message, mend
                seen[key] = language.code


def _values(language: Language, field: str) -> Sequence[tuple[tuple[int, ...], str]]:
    value: Any = getattr(language, field)
    if isinstance(value, str):
        return [((), value)]
    return [((index,), item) for index, item in enumerate(value)]
