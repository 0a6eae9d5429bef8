"""The words for dates in one language, from ``bot/content/dates/<lang>.yml``."""

# dateutil carries no types of its own.
# mypy: disable-error-code="import-untyped, misc"

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Literal

from dateutil.parser import parserinfo
from pydantic import BaseModel, Extra, PositiveInt, conint, validator
from pydantic.fields import ModelField

from bot.content_loader import validated

Unit = Literal["day", "week", "month", "year"]
DayNumber = conint(ge=1, le=31)
DaysAgo = conint(ge=0, le=366)

_DASHES = str.maketrans(dict.fromkeys("‐‒–—−", "-"))
_MARKS = str.maketrans({"\u2019": "'", "\u02bc": "'", "\u060d": "/", "\u060c": ","})


@dataclass(frozen=True)
class Folded:
    """A text in the form that is compared, and where each character came from."""

    text: str
    origins: list[int]
    original: str

    def span(self, start: int, end: int) -> tuple[int, int]:
        """The place in the original of a non-empty place in the folded text."""
        last = self.origins[end - 1] + 1
        while last < len(self.original) and unicodedata.combining(self.original[last]):
            last += 1
        return self.origins[start], last


def fold(text: str) -> Folded:
    """Folds case, accents, widths and the digits of every script; keeps the places."""
    folded: list[str] = []
    origins: list[int] = []
    for place, character in enumerate(text):
        for part in _fold_character(character):
            folded.append(part)
            origins.append(place)
    return Folded("".join(folded), origins, text)


@lru_cache(maxsize=4096)
def _fold_character(character: str) -> str:
    digit = unicodedata.decimal(character, None)
    if digit is not None:
        return str(digit)
    parts = unicodedata.normalize("NFKD", character).casefold()
    # A second pass: folding a case can bring a new accent (such as the Turkish İ).
    parts = unicodedata.normalize("NFKD", parts).translate(_DASHES).translate(_MARKS)
    # Mn are accents; Cf are invisible marks, as between Arabic words and numbers.
    return "".join(x for x in parts if unicodedata.category(x) not in ("Mn", "Cf"))


def key(text: str) -> str:
    """The folded form of a content word or of a piece of a message, for look-ups."""
    return " ".join(fold(text).text.split())


class DateWords(BaseModel):
    """One content file. Upper and lower case and accents do not matter in it."""

    class Config:
        """Misspelt keys are mistakes."""

        extra = Extra.forbid

    language: str
    dayfirst: bool  # 3/4/2026 is 3 April
    spaces: bool = True  # words are set apart by spaces
    months: list[list[str]]
    weekdays: list[list[str]]
    word_months: list[str] = []  # also everyday words: a month only in the usual order
    connecting: list[str] = []  # of, the, de
    ordinals: list[str] = []  # st, nd, º
    year_suffixes: list[str] = []  # г., 年
    time_words: list[str] = []  # am, horas: the number before is no day
    number_words: list[str] = []  # MRN: the number after is no date
    cues: list[str] = []  # died: "3/4" or "Tuesday" after it is a date
    idioms: list[str] = []  # 24/7
    day_words: dict[str, DayNumber] = {}  # type: ignore[valid-type]
    days_ago: dict[str, DaysAgo] = {}  # type: ignore[valid-type]
    numbers: dict[str, PositiveInt] = {}
    units: dict[Unit, list[str]]
    ago: list[str] = []
    last_weekday: list[str] = []

    @validator("months", "weekdays")
    def _tells_its_names_apart(cls, value: list[list[str]], field: ModelField) -> list[list[str]]:
        expected = {"months": 12, "weekdays": 7}[field.name]
        if len(value) != expected:
            raise ValueError(f"it has {len(value)} entries instead of {expected}")
        seen: dict[str, int] = {}
        for index, names in enumerate(value):
            if not names or not all(key(name) for name in names):
                raise ValueError(f"entry {index + 1} has no name")
            for name in map(key, names):
                if seen.setdefault(name, index) != index:
                    raise ValueError(f"`{name}` stands for two of them")
        return value

    @validator("ago", each_item=True)
    def _counts_units(cls, value: str) -> str:
        if sorted(re.findall(r"\{.*?\}", value)) != ["{count}", "{unit}"]:
            raise ValueError("it needs {count} and {unit}, once each")
        return value

    @validator("last_weekday", each_item=True)
    def _names_a_weekday(cls, value: str) -> str:
        if re.findall(r"\{.*?\}", value) != ["{weekday}"]:
            raise ValueError("it needs {weekday}, once")
        return value

    @validator("word_months", each_item=True)
    def _is_a_month(cls, value: str, values: dict[str, list[list[str]]]) -> str:
        names = {key(name) for month in values.get("months", []) for name in month}
        if names and key(value) not in names:
            raise ValueError("it is not among the months")
        return value


class LanguageInfo(parserinfo):
    """dateutil's description of a language, filled from its content file."""

    def __init__(self, words: DateWords) -> None:
        """Hands dateutil the folded words."""
        self.JUMP = [*map(key, words.connecting), *map(key, words.ordinals)]
        self.PERTAIN = list(map(key, words.connecting))
        self.MONTHS = [tuple(map(key, names)) for names in words.months]
        self.WEEKDAYS = [tuple(map(key, names)) for names in words.weekdays]
        super().__init__(dayfirst=words.dayfirst)


def load_date_words(folder: Path) -> dict[str, DateWords]:
    """Reads every language of a folder.

    Args:
        folder: Holds one ``<lang>.yml`` per language; ``en.yml`` must be there.

    Raises:
        ContentError: A file cannot be used.
    """
    # English comes by name, so that a wrong folder is an error and not an empty answer.
    files = {folder / "en.yml", *folder.glob("*.yml")}
    return {path.stem: validated(path, DateWords) for path in sorted(files)}


def either(words: Iterable[str], spaces: bool) -> str:
    """A pattern for any of the words, in folded text; never matches if there are none.

    Args:
        words: Words or phrases.
        spaces: Whether a word ends where letters end.
    """
    # Longest first: "tháng 1" is the beginning of "tháng 12".
    keys = sorted({key(word) for word in words}, key=lambda word: (-len(word), word))
    if not keys:
        return r"(?!)"
    found = "|".join(re.escape(word).replace(r"\ ", r"[ \t]{1,3}") for word in keys)
    if not spaces:
        return rf"(?:{found})"
    return rf"(?<![^\W\d_])(?:{found})(?![^\W\d_])"
