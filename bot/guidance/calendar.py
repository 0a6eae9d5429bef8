"""Business days and opening hours, with the public holidays of Massachusetts.

The page that the guidance rests on does not say whether an office closes on a public
holiday. Holidays count as closed here, and :attr:`OpenState.is_holiday` lets the wording
say so and ask the person to call first.
"""

# dateutil carries no types of its own.
# mypy: disable-error-code="import-untyped"

from __future__ import annotations

import re
from collections.abc import Container, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, timezone, tzinfo
from functools import lru_cache
from itertools import islice
from typing import Any, Literal, cast

import holidays
from dateutil import tz
from dateutil.rrule import (
    DAILY,
    FR,
    MO,
    SA,
    SU,
    TH,
    TU,
    WE,
    rrule,
)
from pydantic import BaseModel, Extra, Field, root_validator, validator

Weekday = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]

_RULE_DAYS = {
    "mon": MO,
    "tue": TU,
    "wed": WE,
    "thu": TH,
    "fri": FR,
    "sat": SA,
    "sun": SU,
}


class OpeningHours(BaseModel):
    """The hours of one office, the same on each of its days."""

    class Config:
        """Misspelt keys are mistakes; loaded hours do not change."""

        extra = Extra.forbid
        allow_mutation = False

    days: list[Weekday] = Field(..., min_items=1, unique_items=True)
    opens: time
    closes: time
    timezone: str = "America/New_York"

    @validator("opens", "closes", pre=True)
    def _is_hours_and_minutes(cls, value: object) -> object:
        # pydantic would read a bare 8 as eight seconds past midnight.
        if not isinstance(value, time) and not re.fullmatch(
            r"([01][0-9]|2[0-3]):[0-5][0-9]", str(value)
        ):
            raise ValueError('a time is written as "08:00" or "16:30"')
        return value

    @validator("timezone")
    def _is_a_place(cls, value: str) -> str:
        # gettz answers an empty name with the server's own zone, so ask for a place.
        if "/" not in value or tz.gettz(value) is None:
            raise ValueError("a time zone is written as America/New_York")
        return value

    @root_validator(skip_on_failure=True)
    def _opens_before_it_closes(cls, values: dict[str, Any]) -> dict[str, Any]:
        if values["opens"] >= values["closes"]:
            raise ValueError("the office must open before it closes")
        return values

    @property
    def tzinfo(self) -> tzinfo:
        """The time zone. dateutil brings its own data where the system has none."""
        return cast(tzinfo, tz.gettz(self.timezone))


@dataclass(frozen=True)
class OpenState:
    """Whether an office is open at one moment.

    Attributes:
        is_open: From the opening minute on, up to but without the closing minute.
        closes_at: When it closes today; None while it is closed.
        next_opening: The first opening after this moment.
        is_holiday: Today is a public holiday, at the office.
    """

    is_open: bool
    closes_at: datetime | None
    next_opening: datetime
    is_holiday: bool


@lru_cache(maxsize=1)
def massachusetts_holidays() -> Container[date]:
    """The public holidays of Massachusetts, with the days they are observed on."""
    return holidays.country_holidays("US", subdiv="MA")


def business_days_after(day: date, count: int, holidays: Container[date] | None = None) -> date:
    """The date on which a number of business days have passed since a day.

    Args:
        day: Where the count starts. The first day counted is the first business day
            after it.
        count: How many business days; none leaves ``day`` as it is.
        holidays: The days that do not count, beside weekends; those of Massachusetts
            if not given.

    Returns:
        The last of the business days counted.

    Raises:
        ValueError: The count is negative.
    """
    if count < 0:
        raise ValueError(f"cannot count {count} business days")
    if count == 0:
        return day
    closed = massachusetts_holidays() if holidays is None else holidays
    working = _days(("mon", "tue", "wed", "thu", "fri"), day + timedelta(days=1), closed)
    return next(islice(working, count - 1, None))


def open_state(
    hours: OpeningHours, now: datetime, holidays: Container[date] | None = None
) -> OpenState:
    """Says whether an office is open, until when, and when it opens next.

    Args:
        hours: The office's hours.
        now: The moment asked about, with any time zone.
        holidays: Days on which the office is closed; the public holidays of
            Massachusetts if not given.

    Raises:
        ValueError: ``now`` has no time zone.
    """
    if now.tzinfo is None:
        raise ValueError("`now` needs a time zone, such as datetime.now(timezone.utc)")
    closed = massachusetts_holidays() if holidays is None else holidays
    # Two times of one zone are compared by the clock on the wall, which runs twice
    # through an hour in autumn; in UTC they are compared as moments.
    moment = now.astimezone(timezone.utc)
    today = now.astimezone(hours.tzinfo).date()
    opening, closing = _at(hours, today, hours.opens), _at(hours, today, hours.closes)
    works_today = _weekday(today) in hours.days and today not in closed
    is_open = works_today and _utc(opening) <= moment < _utc(closing)
    return OpenState(
        is_open=is_open,
        closes_at=closing if is_open else None,
        next_opening=_next_opening(hours, moment, today, closed),
        is_holiday=today in closed,
    )


def _next_opening(
    hours: OpeningHours, moment: datetime, today: date, closed: Container[date]
) -> datetime:
    openings = (_at(hours, day, hours.opens) for day in _days(hours.days, today, closed))
    return next(opening for opening in openings if _utc(opening) > moment)


def _days(weekdays: Iterable[str], first: date, closed: Container[date]) -> Iterator[date]:
    rule = rrule(DAILY, byweekday=[_RULE_DAYS[day] for day in weekdays], dtstart=first)
    return (moment.date() for moment in rule if moment.date() not in closed)


def _at(hours: OpeningHours, day: date, clock: time) -> datetime:
    return datetime.combine(day, clock, tzinfo=hours.tzinfo)


def _utc(moment: datetime) -> datetime:
    return moment.astimezone(timezone.utc)


def _weekday(day: date) -> str:
    return list(_RULE_DAYS)[day.weekday()]
