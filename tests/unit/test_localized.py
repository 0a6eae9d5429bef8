"""Dates and hours in each language's own words."""

from __future__ import annotations

from datetime import date, time

import pytest

from bot.guidance.calendar import OpeningHours
from bot.languages import load_languages
from bot.localized import day_text, hours_text, locale_of, weekday_text

HOURS = OpeningHours(
    days=("mon", "tue", "wed", "thu", "fri"), opens=time(8, 0), closes=time(16, 30)
)


@pytest.mark.parametrize(
    ("language", "day", "weekday"),
    [
        ("en", "August 5, 2026", "Wednesday"),
        ("es", "5 de agosto de 2026", "miércoles"),
        ("pt", "5 de agosto de 2026", "quarta-feira"),
        ("ht", "5 out 2026", "mèkredi"),
        ("fr", "5 août 2026", "mercredi"),
        ("vi", "5 tháng 8, 2026", "Thứ Tư"),
        ("zh-Hans", "2026年8月5日", "星期三"),
        ("ar", "5 أغسطس 2026", "الأربعاء"),
        ("ru", "5 августа 2026 г.", "среда"),
    ],
)
def test_a_day_is_written_in_the_language(language, day, weekday):
    locale = locale_of(language)
    assert day_text(date(2026, 8, 5), locale) == day
    assert weekday_text(date(2026, 8, 5), locale) == weekday


def test_no_two_languages_share_their_weekdays():
    days = [date(2026, 8, 3 + offset) for offset in range(7)]
    written = {
        code: tuple(weekday_text(day, locale_of(code)) for day in days)
        for code in load_languages().offered
    }
    assert len(set(written.values())) == len(written)


def test_hours_in_creole_are_not_in_french():
    assert hours_text(HOURS, locale_of("ht")) == "lendi - vandredi, 08:00 - 16:30"
