"""Facts, dates and times as each language writes them, with Babel's locale data."""

from __future__ import annotations

from datetime import date, datetime, time
from functools import cache, lru_cache
from pathlib import Path

from babel import Locale, UnknownLocaleError
from babel.dates import format_date, format_time
from pydantic import BaseModel, Extra, conlist

from bot.content_loader import validated
from bot.guidance.calendar import OpeningHours
from bot.guidance.model import Fact

NAMES_FILE = Path(__file__).resolve().parent / "content" / "calendar_names.yml"
_WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


class CalendarNames(BaseModel):
    """One language's names in `calendar_names.yml`."""

    weekdays: conlist(str, min_items=7, max_items=7)  # type: ignore[valid-type]
    months: conlist(str, min_items=12, max_items=12)  # type: ignore[valid-type]

    class Config:
        extra = Extra.forbid


class CalendarNamesFile(BaseModel):
    """`calendar_names.yml`: names for each language that Babel has none for."""

    __root__: dict[str, CalendarNames]


@lru_cache(maxsize=1)
def _own_names() -> dict[str, CalendarNames]:
    return validated(NAMES_FILE, CalendarNamesFile).__root__


@cache
def locale_of(language: str) -> Locale:
    """How the language is written in the United States, else its common form, else English."""
    name = language.replace("-", "_")
    for candidate in (f"{name}_US", name):
        try:
            return Locale.parse(candidate)
        except (UnknownLocaleError, ValueError):
            continue  # Babel knows fewer languages than people speak
    return Locale.parse("en_US")


def fact_text(fact: Fact, locale: Locale) -> str:
    """A fact for a reader: phones and addresses as they stand, dates and hours localized."""
    if fact.kind == "date":
        return day_text(fact.value, locale)
    if fact.kind == "hours":
        return hours_text(fact.value, locale)
    return str(fact.value)


def day_text(day: date, locale: Locale) -> str:
    """A date without its weekday, such as "April 22, 2024"."""
    text = format_date(day, "long", locale=locale)
    if own := _own_names().get(locale.language):
        text = text.replace(locale.months["format"]["wide"][day.month], own.months[day.month - 1])
    return _plain_spaces(text)


def time_text(moment: datetime | time, locale: Locale) -> str:
    """A time of day, such as "4:30 PM"."""
    clock = moment.timetz() if isinstance(moment, datetime) else moment
    return _plain_spaces(format_time(clock.replace(tzinfo=None), "short", locale=locale))


def weekday_text(day: date, locale: Locale) -> str:
    """The weekday's name."""
    return _weekdays(locale)[day.weekday()]


def hours_text(hours: OpeningHours, locale: Locale) -> str:
    """Opening hours, such as "Monday - Friday, 8:00 AM - 4:30 PM"."""
    names = _weekdays(locale)
    indexes = [_WEEKDAYS.index(day) for day in hours.days]
    consecutive = indexes == list(range(indexes[0], indexes[0] + len(indexes)))
    days = (
        f"{names[indexes[0]]} - {names[indexes[-1]]}"
        if consecutive and len(indexes) > 1
        else ", ".join(names[index] for index in indexes)
    )
    return f"{days}, {time_text(hours.opens, locale)} - {time_text(hours.closes, locale)}"


def _weekdays(locale: Locale) -> list[str]:
    own = _own_names().get(locale.language)
    return own.weekdays if own else [locale.days["stand-alone"]["wide"][i] for i in range(7)]


def _plain_spaces(text: str) -> str:
    # CLDR puts narrow no-break spaces before AM and PM; they cost a text message its short
    # alphabet.
    return str(text).replace("\u202f", " ").replace("\u00a0", " ")
