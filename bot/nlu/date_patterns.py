"""Regular expressions for the dates of one language, built from its words.

They read folded text (see :func:`bot.nlu.date_words.fold`). Every repetition in them
is bounded, so that no message can make them slow.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from bot.nlu.date_words import DateWords, either, key

# A day is not part of a longer number, a time, a phone number or a sum of money.
_START = r"(?<![0-9])(?<![0-9][:/.,\-])(?<![#$+/\-])"
_END = r"(?![0-9])(?![:/.,\-][0-9])(?![/%])"
_SPACE = r"[ \t]"
_DIGITS = "[0-9]{1,2}"


@dataclass(frozen=True)
class Patterns:
    """The patterns of one language, by what they find.

    Attributes:
        day_month: 3 March 2026, the year optional.
        month_day: March 3, 2026, the year optional.
        year_month: 2026 March 3.
        iso: 2026-03-04.
        numeric: 3/4/2026.
        short: 3/4, where the words around it call for a date.
        weekday: A bare weekday, where the words around it call for a date.
        days_ago: Yesterday.
        ago: Three weeks ago.
        last_weekday: Last Tuesday.
        record: "MRN" and the like, just before a number.
    """

    day_month: re.Pattern[str]
    month_day: re.Pattern[str]
    year_month: re.Pattern[str]
    iso: re.Pattern[str]
    numeric: re.Pattern[str]
    short: list[re.Pattern[str]]
    weekday: list[re.Pattern[str]]
    days_ago: re.Pattern[str]
    ago: list[re.Pattern[str]]
    last_weekday: list[re.Pattern[str]]
    record: re.Pattern[str]


def build(words: DateWords) -> Patterns:
    """Builds the patterns of one language."""
    return _Builder(words).patterns()


class _Builder:
    """The pieces that the patterns share."""

    def __init__(self, words: DateWords) -> None:
        self.words = words
        self.start = _START + (r"(?<!\w)" if words.spaces else "")
        times = self._any(words.time_words)
        self.end = _END + rf"(?!{_SPACE}?{times})" + (r"(?!\w)" if words.spaces else "")
        connecting = rf"{self._any(words.connecting)}{_SPACE}{{0,3}}"
        self.links = rf"(?:{connecting}){{0,3}}"
        self.link = rf"(?P<link>(?:{connecting}){{1,2}})?"
        self.weekdays = self._any(name for names in words.weekdays for name in names)
        months = self._any(name for names in words.months for name in names)
        # A month may be written with a number, as in 12月, which does not contain 2月.
        self.month = rf"(?P<month>{months})"
        if not words.spaces:
            self.month = rf"(?<![0-9]){self.month}"
        self.day = (
            rf"(?:{self.start}(?P<day>{_DIGITS})(?P<ordinal>{_options(words.ordinals)})?"
            rf"|(?P<dayword>{self._any(words.day_words)}))"
        )
        self.year = rf"(?P<year>[0-9]{{4}})(?:{_SPACE}?{_options(words.year_suffixes)})?"

    def patterns(self) -> Patterns:
        """All patterns."""
        words = self.words
        weekday = rf"(?:{self.weekdays}[.,]{{0,2}}{_SPACE}{{1,3}}{self.links})?"
        month_gap = rf"{_SPACE}{{0,3}}[-/]?{_SPACE}{{0,3}}{self.link}"
        # MAR3 is more likely a code than a day; 3MAR is a day.
        far = rf"\.?(?:{_SPACE}{{1,3}}|,{_SPACE}{{0,3}}|[-/])"
        day_gap = (far if words.spaces else rf"{_SPACE}{{0,3}}") + self.link
        numbers = rf"(?P<a>{_DIGITS})/(?P<b>{_DIGITS})"
        return Patterns(
            day_month=re.compile(
                weekday + self.day + month_gap + self.month + self._tail(0) + self.end
            ),
            month_day=re.compile(
                weekday + self.month + day_gap + self.day + self._tail(1) + self.end
            ),
            year_month=re.compile(
                rf"{self.start}{self.year}[,.\-/]?{_SPACE}{{0,3}}{self.links}"
                rf"{self.month}{day_gap}{self.day}{self.end}"
            ),
            iso=re.compile(
                rf"{self.start}(?P<year>[0-9]{{4}})(?P<sep>[-/.])(?P<month>{_DIGITS})"
                rf"(?P=sep)(?P<day>{_DIGITS})(?:(?=t[0-9]{{2}}:)|{self.end})"
            ),
            numeric=re.compile(
                rf"{self.start}(?P<a>{_DIGITS})(?P<sep>{_SPACE}?[-/.]{_SPACE}?)"
                rf"(?P<b>{_DIGITS})(?P=sep)(?P<year>[0-9]{{4}}|[0-9]{{2}}){self.end}"
            ),
            short=self._called_for(self.start + numbers + self.end),
            weekday=self._called_for(rf"(?P<weekday>{self.weekdays})"),
            days_ago=re.compile(rf"(?P<word>{self._any(words.days_ago)})"),
            ago=[self._template(text) for text in words.ago],
            last_weekday=[self._template(text) for text in words.last_weekday],
            record=re.compile(rf"{self._any(words.number_words)}{_SPACE}?[:#.]{{0,3}}{_SPACE}?\Z"),
        )

    def _any(self, words: Iterable[str]) -> str:
        return either(words, self.words.spaces)

    def _tail(self, least: int) -> str:
        """A year after a day and month, at least so many spaces away."""
        gap = rf"(?:{_SPACE}{{{least},3}}|{_SPACE}{{0,2}}[,.\-/]{_SPACE}{{0,2}})"
        # Two digits are a year only if a stroke or an apostrophe leads to them.
        two = rf"(?:{_SPACE}?'|[-/])(?P<two>[0-9]{{2}})"
        return rf"(?:\.?{gap}{self.links}{self.year}|{two})?"

    def _called_for(self, found: str) -> list[re.Pattern[str]]:
        """Finds something as the whole message, or after a word such as "died"."""
        cue = rf"{self._any(self.words.cues)}{_SPACE}{{0,3}}:?{_SPACE}{{0,3}}"
        return [
            re.compile(rf"\A\s{{0,5}}{self.links}(?P<all>{found})[\s.!?]{{0,5}}\Z"),
            re.compile(rf"{cue}{self.links}(?P<all>{found})"),
        ]

    def _template(self, template: str) -> re.Pattern[str]:
        words = self.words
        units = (name for names in words.units.values() for name in names)
        number = rf"(?<![0-9.,:/\-])[0-9]{{1,3}}|{self._any(words.numbers)}"
        places = {
            "{count}": rf"(?P<count>{number})",
            "{unit}": rf"(?P<unit>{self._any(units)})",
            "{weekday}": rf"(?P<weekday>{self.weekdays})",
        }
        pieces = re.split(r"(\{\w+\})", key(template))
        text = "".join(places.get(piece) or _literal(piece) for piece in pieces)
        return re.compile(rf"(?<!\w){text}(?!\w)" if words.spaces else text)


def _options(words: Iterable[str]) -> str:
    """A pattern for what is written right after a number."""
    keys = sorted({key(word) for word in words}, key=lambda word: (-len(word), word))
    return f"(?:{'|'.join(map(re.escape, keys))})" if keys else "(?!)"


def _literal(text: str) -> str:
    return re.escape(text).replace(r"\ ", rf"{_SPACE}{{1,3}}")
