"""Dates as people write them, and what only looks like one."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bot.content_loader import ContentError
from bot.nlu.date_words import fold, load_date_words
from bot.nlu.dates import CONTENT, DateFinder, extract_dates

TODAY = date(2026, 11, 22)  # a Sunday


def found(text: str, language: str = "en", today: date = TODAY) -> list[str]:
    """The dates found, as ISO text."""
    return [hit.value.isoformat() for hit in extract_dates(text, language, today)]


def marked(text: str, language: str = "en") -> list[str]:
    """The pieces of the text that were found."""
    return [text[hit.start : hit.end] for hit in extract_dates(text, language, TODAY)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("March 3rd", "2026-03-03"),
        ("march 3", "2026-03-03"),
        ("MARCH 3, 2025", "2025-03-03"),
        ("Mar. 3 2025", "2025-03-03"),
        ("March 3,2025", "2025-03-03"),
        ("March the third", "2026-03-03"),
        ("the 3rd of March, 2025", "2025-03-03"),
        ("3 March 2025", "2025-03-03"),
        ("2025 March 3", "2025-03-03"),
        ("3-Mar-2025", "2025-03-03"),
        ("3mar2025", "2025-03-03"),
        ("10-oct-25", "2025-10-10"),
        ("oct 10 '25", "2025-10-10"),
        ("Sept. 3", "2026-09-03"),
        ("twenty-first of june", "2026-06-21"),
        ("3/4/2026", "2026-03-04"),
        ("3 / 4 / 2026", "2026-03-04"),
        ("03-04-2026", "2026-03-04"),
        ("3.4.2026.", "2026-03-04"),
        ("2026-03-04", "2026-03-04"),
        ("2026-03-04T10:30:00Z", "2026-03-04"),
        ("2026/3/4", "2026-03-04"),
        ("yesterday", "2026-11-21"),
        ("Today", "2026-11-22"),
        ("last night", "2026-11-21"),
        ("the day before yesterday", "2026-11-20"),
        ("last Tuesday", "2026-11-17"),
        ("last sunday", "2026-11-15"),
        ("three weeks ago", "2026-11-01"),
        ("3 weeks ago", "2026-11-01"),
        ("a month ago", "2026-10-22"),
        ("a couple of days ago", "2026-11-20"),
        ("2 years ago", "2024-11-22"),
    ],
)
def test_english_dates_are_found(text: str, expected: str) -> None:
    assert found(text) == [expected]
    assert found(f"My mother passed away {text} at home") == [expected]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("10 de octubre", "2026-10-10"),
        ("el 5 de oct", "2026-10-05"),
        ("el 5 de oct.", "2026-10-05"),
        ("10 de octubre del 2025", "2025-10-10"),
        ("10 de octubre del año 2025", "2025-10-10"),
        ("octubre 10 de 2025", "2025-10-10"),
        ("1º de mayo", "2026-05-01"),
        ("primero de mayo", "2026-05-01"),
        ("veintiuno de enero de 2026", "2026-01-21"),
        ("lunes 5 de enero", "2026-01-05"),
        ("3/4/2026", "2026-04-03"),
        ("2026-03-04", "2026-03-04"),
        ("ayer", "2026-11-21"),
        ("ANTIER", "2026-11-20"),
        ("hace 3 semanas", "2026-11-01"),
        ("hace tres semanas", "2026-11-01"),
        ("hace un año", "2025-11-22"),
        ("hace como dos meses", "2026-09-22"),
        ("el martes pasado", "2026-11-17"),
        ("el miercoles pasado", "2026-11-18"),
    ],
)
def test_spanish_dates_are_found(text: str, expected: str) -> None:
    assert found(text, "es") == [expected]
    assert found(f"Mi mamá falleció {text} en casa", "es") == [expected]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("3 de março de 2026", "2026-03-03"),
        ("3 de marco", "2026-03-03"),
        ("dia 3 de março", "2026-03-03"),
        ("1º de maio", "2026-05-01"),
        ("vinte e um de janeiro", "2026-01-21"),
        ("3 dez 2025", "2025-12-03"),
        ("3/4/2026", "2026-04-03"),
        ("ontem", "2026-11-21"),
        ("anteontem", "2026-11-20"),
        ("há duas semanas", "2026-11-08"),
        ("ha 2 semanas", "2026-11-08"),
        ("três meses atrás", "2026-08-22"),
        ("terça passada", "2026-11-17"),
        ("terça-feira passada", "2026-11-17"),
    ],
)
def test_portuguese_dates_are_found(text: str, expected: str) -> None:
    assert found(text, "pt") == [expected]
    assert found(f"Minha mãe faleceu {text} em casa", "pt") == [expected]


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("", "en"),
        ("5", "en"),
        ("2025", "en"),
        ("in 2025", "en"),
        ("March 2026", "en"),
        ("march", "en"),
        ("o mar 3 vezes por ano", "pt"),
        ("the 3 may not be there", "en"),
        ("Feb 30", "en"),
        ("February 30, 2026", "en"),
        ("February 29, 2025", "en"),
        ("31/31/2026", "en"),
        ("2/30/2026", "en"),
        ("30/2/2026", "es"),
        ("2026-13-01", "en"),
        ("2026-02-30", "en"),
        ("0/0/2026", "en"),
        ("99/99/9999", "en"),
        ("call 617.414.4213", "en"),
        ("617-414-4213", "en"),
        ("+1 617 414 4213", "en"),
        ("1-617-414-4213", "en"),
        ("(617) 638-5788", "en"),
        ("987-65-4321", "en"),
        ("at 4:30", "en"),
        ("8:00-16:30", "en"),
        ("MRN 12-03-2024", "en"),
        ("my record number: 12/03/2024", "en"),
        ("expediente número 12-03-2024", "es"),
        ("case #12-03-2024", "en"),
        ("A12-03-2024", "en"),
        ("12-03-2024-55", "en"),
        ("12032024", "en"),
        ("24/7", "en"),
        ("24/7", "es"),
        ("abierto 24/7", "es"),
        ("1/2 of them", "en"),
        ("3/4 of the records", "en"),
        ("March 3,500", "en"),
        ("2.5 weeks ago", "en"),
        ("999999 years ago", "en"),
        ("999 years ago", "en"),
        ("are you open on Tuesday?", "en"),
        ("yesterdays", "en"),
        ("room 3. March was cold", "en"),
    ],
)
def test_what_only_looks_like_a_date_is_not_one(text: str, language: str) -> None:
    assert found(text, language) == []


def test_without_a_year_it_is_the_most_recent_past_date() -> None:
    assert found("November 22") == ["2026-11-22"]
    assert found("November 23") == ["2025-11-23"]
    assert found("December 25") == ["2025-12-25"]
    assert found("Feb 29") == ["2024-02-29"]
    assert found("Feb 29", today=date(1904, 2, 28)) == []


def test_a_date_in_the_future_is_not_found_nor_is_a_part_of_it() -> None:
    assert found("December 25, 2026") == []
    assert found("2027 March 3") == []
    assert found("3/4/2027") == []
    assert found("11/23/2026") == []


def test_two_digits_of_a_year_mean_the_past() -> None:
    assert found("3/4/26") == ["2026-03-04"]
    assert found("3/4/98") == ["1998-03-04"]
    assert found("12/3/26") == ["1926-12-03"]


def test_a_day_above_twelve_shows_the_order_that_was_meant() -> None:
    assert found("25/4/2026", "en") == ["2026-04-25"]
    assert found("4/25/2026", "es") == ["2026-04-25"]


def test_a_short_date_needs_words_that_call_for_it() -> None:
    assert found("3/4") == ["2026-03-04"]
    assert found(" on 3/4. ") == ["2026-03-04"]
    assert found("she died on 3/4 at home") == ["2026-03-04"]
    assert found("murió el 3/4 en casa", "es") == ["2026-04-03"]
    assert found("murió el 24/7", "es") == ["2026-07-24"]
    assert found("page 3/4 please") == []


def test_a_bare_weekday_needs_words_that_call_for_it() -> None:
    assert found("Tuesday") == ["2026-11-17"]
    assert found("on tuesday") == ["2026-11-17"]
    assert found("he passed away on Tuesday at home") == ["2026-11-17"]
    assert found("na terça", "pt") == ["2026-11-17"]
    assert found("el martes", "es") == ["2026-11-17"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("He died March 3rd, 2026 at 4:30 pm.", ["March 3rd, 2026"]),
        ("at 4:30 March 3", ["March 3"]),
        ("3rd of March 10 am", ["3rd of March"]),
        ("5 pm 10 oct", ["10 oct"]),
        ("March 3 617 414 4213", ["March 3"]),
        ("room 12 March 5", ["March 5"]),
        ("last Tuesday, March 3", ["Tuesday, March 3"]),
        ("yesterday (Nov 21)", ["Nov 21"]),
        ("two months ago today", ["two months ago"]),
        ("March 3, April 4", ["March 3", "April 4"]),
        ("born 1/2/1950, died 3/4/2026", ["1/2/1950", "3/4/2026"]),
    ],
)
def test_the_place_of_a_date_is_exact(text: str, expected: list[str]) -> None:
    assert marked(text) == expected


def test_the_place_is_exact_where_accents_are_written_apart() -> None:
    text = "Faleceu há tre\u0302s semanas, amanha\u0303 não"
    assert marked(text, "pt") == ["há tre\u0302s semanas"]


@pytest.mark.parametrize("text", ["٣/٤/٢٠٢٦", "３／４／２０２６", "۳/۴/۲۰۲۶", "३/४/२०२६"])
def test_digits_of_every_script_are_digits(text: str) -> None:
    assert found(text) == ["2026-03-04"]
    assert marked(f"ok {text} ok") == [text]


def test_a_regional_code_uses_its_language() -> None:
    assert found("3 de março", "pt-BR") == ["2026-03-03"]


def test_a_language_without_words_never_guesses_the_order_of_numbers() -> None:
    assert found("3/4/2026", "so") == []
    assert found("4/4/2026", "so") == ["2026-04-04"]
    assert found("25/4/2026", "so") == ["2026-04-25"]
    assert found("2026-03-04", "so") == ["2026-03-04"]
    assert found("March 3", "so") == ["2026-03-03"]


def test_only_the_beginning_of_a_long_text_is_read() -> None:
    assert found("x" * 1990 + " March 3, 2025") == ["2025-03-03"]
    assert found("x" * 2001 + " March 3, 2025") == []
    assert found("March 3 " + "ages " * 100_000) == ["2026-03-03"]


@given(st.text(max_size=300), st.sampled_from(["en", "es", "pt", "xx", ""]))
@example("²/½/２０２６", "en")
@example("\u0130/\ufdfa \ud800 3/4/2026\u0301", "en")
def test_no_text_breaks_it(text: str, language: str) -> None:
    for hit in extract_dates(text, language, TODAY):
        assert 0 <= hit.start < hit.end <= len(text)
        assert hit.value <= TODAY


PIECES = ["3", "31", "march", "may", "of", "the", "/", "-", ".", ",", ":", " ", "24/7"]
PIECES += [
    "2026",
    "26",
    "last",
    "tuesday",
    "ago",
    "weeks",
    "rd",
    "two",
    "died",
    "\u0301",
]


@given(st.lists(st.sampled_from(PIECES), max_size=25).map("".join))
def test_no_heap_of_date_words_breaks_it(text: str) -> None:
    hits = extract_dates(text, "en", TODAY)
    assert all(hit.value <= TODAY for hit in hits)
    assert all(one.end <= two.start for one, two in pairwise(hits))


@given(st.dates(date(1900, 1, 1), TODAY))
def test_every_past_date_is_read_back_as_it_was_written(day: date) -> None:
    month = day.strftime("%B")
    english = [f"{month} {day.day}, {day.year}", f"{day.month}/{day.day}/{day.year}"]
    for text in [*english, f"{day.day} {month} {day.year}", day.isoformat()]:
        assert found(text) == [day.isoformat()]
    for language in ("es", "pt"):
        numbers = f"{day.day}/{day.month}/{day.year}"
        assert found(numbers, language) == [day.isoformat()]


@given(st.dates(TODAY - timedelta(days=365), TODAY))
def test_a_day_of_the_last_year_needs_no_year(day: date) -> None:
    if day != date(2025, 11, 22):  # a whole year ago: today has the same name
        assert found(f"{day:%B} {day.day}") == [day.isoformat()]


@given(st.text(max_size=80))
def test_folding_keeps_the_place_of_every_character(text: str) -> None:
    folded = fold(text)
    assert len(folded.text) == len(folded.origins)
    assert folded.origins == sorted(folded.origins)


ARABIC = """
language: ar
dayfirst: true
months: [[يناير], [فبراير], [مارس], [أبريل], [مايو], [يونيو], [يوليو], [أغسطس], [سبتمبر],
  [أكتوبر], [نوفمبر], [ديسمبر]]
weekdays: [[الاثنين], [الثلاثاء], [الأربعاء], [الخميس], [الجمعة], [السبت], [الأحد]]
days_ago: {أمس: 1}
numbers: {ثلاثة: 3}
units: {week: [أسابيع, أسبوع]}
ago: ["قبل {count} {unit}"]
last_weekday: ["{weekday} الماضي"]
"""
CHINESE = """
language: zh
dayfirst: false
spaces: false
months: [[1月, 一月], [2月, 二月], [3月, 三月], [4月, 四月], [5月, 五月], [6月, 六月], [7月, 七月],
  [8月, 八月], [9月, 九月], [10月, 十月], [11月, 十一月], [12月, 十二月]]
weekdays: [[星期一], [星期二], [星期三], [星期四], [星期五], [星期六], [星期日]]
ordinals: [日, 号]
year_suffixes: [年]
days_ago: {昨天: 1}
numbers: {三: 3}
units: {week: [个星期, 周]}
ago: ["{count}{unit}前"]
last_weekday: ["上{weekday}"]
"""


def with_language(folder: Path, code: str, text: str) -> DateFinder:
    """The project's English words and one more language."""
    (folder / "en.yml").write_bytes((CONTENT / "en.yml").read_bytes())
    (folder / f"{code}.yml").write_text(text, encoding="utf-8")
    return DateFinder.load(folder)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("توفيت أمي ٣ مارس ٢٠٢٦", "2026-03-03"),
        ("توفيت في ٣/٤/٢٠٢٦", "2026-04-03"),
        ("توفي أمس", "2026-11-21"),
        ("قبل ثلاثة أسابيع", "2026-11-01"),
        ("الثلاثاء الماضي", "2026-11-17"),
    ],
)
def test_arabic_needs_only_a_content_file(tmp_path: Path, text: str, expected: str) -> None:
    hits = with_language(tmp_path, "ar", ARABIC).find(text, "ar", TODAY)
    assert [hit.value.isoformat() for hit in hits] == [expected]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("我妈妈2026年3月4日去世了", "2026-03-04"),
        ("她３月４号去世", "2026-03-04"),
        ("他12月4日去世", "2025-12-04"),
        ("昨天去世", "2026-11-21"),
        ("她三周前去世", "2026-11-01"),
        ("上星期二", "2026-11-17"),
    ],
)
def test_chinese_needs_only_a_content_file(tmp_path: Path, text: str, expected: str) -> None:
    hits = with_language(tmp_path, "zh", CHINESE).find(text, "zh", TODAY)
    assert [hit.value.isoformat() for hit in hits] == [expected]


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        ("language: ar", "language: es", "ar.yml:2: language: `es` is the name of"),
        (", [ديسمبر]]", "]", "months: it has 11 entries instead of 12."),
        ("[ديسمبر]]", "[مايو]]", "months: `مايو` stands for two of them."),
        ("[ديسمبر]]", "[]]", "months: entry 12 has no name."),
        ("[[الاثنين],", "[", "weekdays: it has 6 entries instead of 7."),
        (
            '"قبل {count} {unit}"',
            '"قبل {count}"',
            "ago[0]: it needs {count} and {unit}",
        ),
        (
            '"{weekday} الماضي"',
            '"الماضي"',
            "last_weekday[0]: it needs {weekday}, once.",
        ),
        ("units: {week:", "units: {fortnight:", "units.__key__: unexpected value;"),
        ("أمس: 1", "أمس: -1", "days_ago.أمس: ensure this value is greater than"),
        ("dayfirst: true", "dayfirst: perhaps", "dayfirst: value could not be parsed"),
        ("dayfirst: true", "day_first: true", "Remove it, or did you mean `dayfirst`?"),
        ("days_ago:", "word_months: [x]\ndays_ago:", "word_months[0]: it is not among"),
    ],
)
def test_a_mistake_in_a_content_file_is_named(
    tmp_path: Path, old: str, new: str, problem: str
) -> None:
    assert old in ARABIC
    with pytest.raises(ContentError) as caught:
        with_language(tmp_path, "ar", ARABIC.replace(old, new))
    assert problem in str(caught.value)


def test_every_language_of_the_project_loads() -> None:
    assert set(load_date_words(CONTENT)) >= {"en", "es", "pt"}
