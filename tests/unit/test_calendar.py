"""Business days and opening hours, checked against a paper calendar."""

# dateutil carries no types of its own.
# mypy: disable-error-code="import-untyped"

from __future__ import annotations

from datetime import date, datetime, time, timedelta, timezone

import pytest
from dateutil import tz
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from bot.guidance.calendar import (
    OpeningHours,
    business_days_after,
    massachusetts_holidays,
    open_state,
)

BOSTON = tz.gettz("America/New_York")
OFFICE = OpeningHours.parse_obj(
    {
        "days": ["mon", "tue", "wed", "thu", "fri"],
        "opens": "08:00",
        "closes": "16:30",
        "timezone": "America/New_York",
    }
)
DAYS = st.dates(date(1990, 1, 1), date(2090, 12, 31))
COUNTS = st.integers(1, 60)


def boston(day: str, clock: str, second: int = 0) -> datetime:
    """A moment on the wall clock in Boston."""
    moment = datetime.fromisoformat(f"{day} {clock}")
    return moment.replace(second=second, tzinfo=BOSTON)


def after(day: str, count: int) -> str:
    """The answer as ISO text."""
    return business_days_after(date.fromisoformat(day), count).isoformat()


def test_thirty_business_days_after_an_autumn_death_pass_two_holidays() -> None:
    # 2026-10-30 is a Friday. The count by week:
    #   Nov  2- 6  Mon-Fri                                   1-5
    #   Nov  9-13  Mon Tue Thu Fri (11th: Veterans Day)      6-9
    #   Nov 16-20  Mon-Fri                                  10-14
    #   Nov 23-27  Mon Tue Wed Fri (26th: Thanksgiving)     15-18
    #   Nov 30-Dec 4                                        19-23
    #   Dec  7-11                                           24-28
    #   Dec 14 Mon, Dec 15 Tue                              29, 30
    assert after("2026-10-30", 30) == "2026-12-15"


@pytest.mark.parametrize(
    ("day", "count", "expected", "why"),
    [
        ("2026-03-02", 1, "2026-03-03", "Monday to Tuesday"),
        ("2026-03-06", 1, "2026-03-09", "Friday to Monday"),
        ("2026-03-07", 1, "2026-03-09", "a Saturday does not count itself"),
        ("2026-03-08", 1, "2026-03-09", "nor does a Sunday"),
        ("2026-03-07", 5, "2026-03-13", "a full week from a weekend"),
        ("2026-11-25", 1, "2026-11-27", "over Thanksgiving"),
        ("2026-11-26", 1, "2026-11-27", "from Thanksgiving"),
        ("2026-04-17", 1, "2026-04-21", "over Patriots' Day, Monday 20 April"),
        ("2026-06-18", 1, "2026-06-22", "over Juneteenth on a Friday"),
        ("2022-06-17", 1, "2022-06-21", "Juneteenth on Sunday, observed on Monday"),
        ("2022-12-23", 1, "2022-12-27", "Christmas on Sunday, observed on Monday"),
        ("2027-12-23", 1, "2027-12-27", "Christmas on Saturday, observed on Friday"),
        ("2027-12-30", 1, "2028-01-03", "New Year on Saturday, observed on Friday"),
        ("2026-07-02", 1, "2026-07-06", "4 July on Saturday, observed on Friday"),
        ("2028-02-28", 1, "2028-02-29", "leap day, a Tuesday, is a business day"),
        ("2028-02-29", 1, "2028-03-01", "and so is the day after it"),
        ("2027-02-26", 1, "2027-03-01", "no leap day"),
        ("2026-03-06", 0, "2026-03-06", "nothing to count"),
    ],
)
def test_business_days_skip_weekends_and_holidays(
    day: str, count: int, expected: str, why: str
) -> None:
    assert after(day, count) == expected, why


def test_a_negative_count_is_refused() -> None:
    with pytest.raises(ValueError, match="cannot count -1 business days"):
        after("2026-03-02", -1)


def test_the_holidays_can_be_given() -> None:
    closed = {date(2026, 3, 3)}
    assert business_days_after(date(2026, 3, 2), 1, closed) == date(2026, 3, 4)
    assert business_days_after(date(2026, 11, 25), 1, set()) == date(2026, 11, 26)


@given(DAYS, COUNTS)
def test_the_day_reached_is_never_a_weekend_or_a_holiday(day: date, count: int) -> None:
    reached = business_days_after(day, count)
    assert reached.weekday() < 5
    assert reached not in massachusetts_holidays()


@given(DAYS, COUNTS)
def test_one_more_day_is_always_later(day: date, count: int) -> None:
    earlier = business_days_after(day, count)
    assert day < earlier < business_days_after(day, count + 1)


@given(DAYS, COUNTS)
def test_a_later_death_never_has_an_earlier_date(day: date, count: int) -> None:
    tomorrow = business_days_after(day + timedelta(days=1), count)
    assert business_days_after(day, count) <= tomorrow


@given(DAYS, st.integers(1, 30), st.integers(1, 30))
def test_counting_in_two_steps_is_counting_once(day: date, one: int, two: int) -> None:
    halfway = business_days_after(day, one)
    assert business_days_after(halfway, two) == business_days_after(day, one + two)


@pytest.mark.parametrize(
    ("moment", "is_open"),
    [
        (boston("2026-03-03", "07:59", 59), False),
        (boston("2026-03-03", "08:00"), True),
        (boston("2026-03-03", "16:29", 59), True),
        (boston("2026-03-03", "16:30"), False),
        (boston("2026-03-07", "12:00"), False),
        (boston("2026-03-08", "12:00"), False),
    ],
)
def test_opening_is_inclusive_and_closing_exclusive(moment: datetime, is_open: bool) -> None:
    state = open_state(OFFICE, moment)
    assert state.is_open is is_open
    assert state.is_holiday is False


def test_an_open_office_says_when_it_closes_and_opens_again() -> None:
    state = open_state(OFFICE, boston("2026-03-06", "10:00"))
    assert state.closes_at == boston("2026-03-06", "16:30")
    assert state.next_opening == boston("2026-03-09", "08:00")


def test_before_opening_the_next_opening_is_today() -> None:
    state = open_state(OFFICE, boston("2026-03-03", "06:00"))
    assert state.closes_at is None
    assert state.next_opening == boston("2026-03-03", "08:00")


def test_after_closing_the_next_opening_is_the_next_working_day() -> None:
    state = open_state(OFFICE, boston("2026-03-06", "16:30"))
    assert state.next_opening == boston("2026-03-09", "08:00")


def test_a_holiday_is_closed_and_says_so() -> None:
    state = open_state(OFFICE, boston("2026-11-26", "10:00"))
    assert (state.is_open, state.closes_at, state.is_holiday) == (False, None, True)
    assert state.next_opening == boston("2026-11-27", "08:00")


def test_the_eve_of_a_long_weekend_looks_past_the_holiday() -> None:
    state = open_state(OFFICE, boston("2026-04-17", "17:00"))
    assert state.next_opening == boston("2026-04-21", "08:00")


def test_the_holiday_is_that_of_the_office_and_not_of_the_caller() -> None:
    # 22:00 on Thanksgiving eve in Boston is already Thanksgiving in UTC.
    eve = datetime(2026, 11, 26, 3, 0, tzinfo=timezone.utc)
    assert open_state(OFFICE, eve).is_holiday is False
    assert open_state(OFFICE, eve + timedelta(hours=12)).is_holiday is True


@pytest.mark.parametrize(
    ("moment", "is_open"),
    [
        # Eastern Standard Time until 2026-03-08: 08:00 is 13:00 UTC.
        (datetime(2026, 3, 6, 12, 59, tzinfo=timezone.utc), False),
        (datetime(2026, 3, 6, 13, 0, tzinfo=timezone.utc), True),
        # Daylight Saving Time from then on: 08:00 is 12:00 UTC.
        (datetime(2026, 3, 9, 11, 59, tzinfo=timezone.utc), False),
        (datetime(2026, 3, 9, 12, 0, tzinfo=timezone.utc), True),
        # And back on 2026-11-01: 16:30 is 20:30 UTC on Friday, 21:30 UTC on Monday.
        (datetime(2026, 10, 30, 20, 30, tzinfo=timezone.utc), False),
        (datetime(2026, 11, 2, 21, 29, tzinfo=timezone.utc), True),
        (datetime(2026, 11, 2, 21, 30, tzinfo=timezone.utc), False),
    ],
)
def test_hours_follow_daylight_saving_time(moment: datetime, is_open: bool) -> None:
    assert open_state(OFFICE, moment).is_open is is_open


def test_an_office_open_on_the_day_the_clocks_change_keeps_wall_clock_hours() -> None:
    every_day = OFFICE.copy(update={"days": ["sun"]})
    spring = open_state(every_day, datetime(2026, 3, 8, 12, 0, tzinfo=timezone.utc))
    autumn = open_state(every_day, datetime(2026, 11, 1, 12, 59, tzinfo=timezone.utc))
    assert spring.is_open is True
    assert autumn.is_open is False
    assert autumn.next_opening == boston("2026-11-01", "08:00")


def test_an_hour_that_the_clock_shows_twice_is_told_apart() -> None:
    night = OpeningHours(days=["sun"], opens=time(0, 30), closes=time(1, 45))
    first = datetime(2026, 11, 1, 5, 40, tzinfo=timezone.utc)  # 01:40 daylight time
    assert open_state(night, first).is_open is True
    assert open_state(night, first + timedelta(hours=1)).is_open is False


@given(st.datetimes(datetime(2020, 1, 1), datetime(2035, 1, 1)))
def test_the_next_opening_is_later_open_and_on_time(moment: datetime) -> None:
    now = moment.replace(tzinfo=timezone.utc)
    state = open_state(OFFICE, now)
    opening = state.next_opening
    assert opening.astimezone(timezone.utc) > now
    assert open_state(OFFICE, opening).is_open
    assert not open_state(OFFICE, opening - timedelta(minutes=1)).is_open
    assert state.is_open is (state.closes_at is not None)


def test_a_moment_without_a_time_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="needs a time zone"):
        open_state(OFFICE, datetime(2026, 3, 3, 9, 0))


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"opens": "8"}, "a time is written as"),
        ({"opens": 8}, "a time is written as"),
        ({"closes": "24:00"}, "a time is written as"),
        ({"closes": "07:00"}, "must open before it closes"),
        ({"timezone": "Boston"}, "a time zone is written as"),
        ({"timezone": ""}, "a time zone is written as"),
        ({"timezone": "America/Bostonia"}, "a time zone is written as"),
        ({"days": []}, "at least 1 item"),
        ({"days": ["mon", "mon"]}, "duplicated items"),
        ({"days": ["monday"]}, "unexpected value"),
        ({"lunch": "12:00"}, "extra fields not permitted"),
    ],
)
def test_hours_that_make_no_sense_are_refused(change: dict[str, object], message: str) -> None:
    hours = {"days": ["mon"], "opens": "08:00", "closes": "16:30"}
    with pytest.raises(ValidationError, match=message):
        OpeningHours.parse_obj({**hours, **change})
