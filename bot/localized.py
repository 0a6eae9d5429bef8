"""Facts, dates and times as each language writes them, with Babel's locale data."""

from __future__ import annotations

from datetime import date, datetime, time
from functools import cache

from babel import Locale, UnknownLocaleError
from babel.dates import format_date, format_time

from bot.guidance.calendar import OpeningHours
from bot.guidance.model import Fact

_WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


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
    return _plain_spaces(format_date(day, "long", locale=locale))


def time_text(moment: datetime | time, locale: Locale) -> str:
    """A time of day, such as "4:30 PM"."""
    clock = moment.timetz() if isinstance(moment, datetime) else moment
    return _plain_spaces(format_time(clock.replace(tzinfo=None), "short", locale=locale))


def weekday_text(day: date, locale: Locale) -> str:
    """The weekday's name."""
    return str(locale.days["stand-alone"]["wide"][day.weekday()])


def hours_text(hours: OpeningHours, locale: Locale) -> str:
    """Opening hours, such as "Monday - Friday, 8:00 AM - 4:30 PM"."""
    names = locale.days["stand-alone"]["wide"]
    indexes = [_WEEKDAYS.index(day) for day in hours.days]
    consecutive = indexes == list(range(indexes[0], indexes[0] + len(indexes)))
    days = (
        f"{names[indexes[0]]} - {names[indexes[-1]]}"
        if consecutive and len(indexes) > 1
        else ", ".join(names[index] for index in indexes)
    )
    return f"{days}, {time_text(hours.opens, locale)} - {time_text(hours.closes, locale)}"


def _plain_spaces(text: str) -> str:
    # CLDR puts narrow no-break spaces before AM and PM; they cost a text message its short
    # alphabet.
    return str(text).replace("\u202f", " ").replace("\u00a0", " ")
