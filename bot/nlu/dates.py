"""Finds dates of death in a message, in the person's own words and digits.

Such a date is never in the future: without a year it is the most recent past one, and
what would be in the future is not found. Nothing here is stored or logged.
"""

# dateutil carries no types of its own.
# mypy: disable-error-code="import-untyped"

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from pathlib import Path

from dateutil.relativedelta import relativedelta, weekday

from bot.nlu.date_patterns import Patterns, build
from bot.nlu.date_words import (
    DateWords,
    Folded,
    LanguageInfo,
    fold,
    key,
    load_date_words,
)

CONTENT = Path(__file__).resolve().parent.parent / "content" / "dates"

_LONGEST = 2_000
_OVERLAP = 80  # a date that starts within the limit may end after it
_OLDEST_YEAR = 1900  # an older "year" is a house number or part of a record number


@dataclass(frozen=True)
class FoundDate:
    """A date and where it stands: ``text[start:end]``."""

    start: int
    end: int
    value: date


@dataclass(frozen=True)
class _Candidate:
    """A possible date in folded text; the strongest of those that overlap is kept.

    A value of None is a full date that cannot be one, such as February 30, 2026: no
    part of it may be taken for another date.
    """

    start: int
    end: int
    value: date | None
    strength: int

    def meets(self, other: _Candidate, text: str, *, even_touching: bool) -> bool:
        """Overlaps the other, or touches it as "yesterday" does in "yesterday (May 3)"."""
        first, last = max(self.start, other.start), min(self.end, other.end)
        nothing_between = re.fullmatch(r"[\s,()]{0,4}", text[last:first]) is not None
        return first < last or (even_touching and nothing_between)


class DateFinder:
    """Finds dates in the languages of a content folder."""

    def __init__(self, languages: dict[str, DateWords]) -> None:
        """Prepares the patterns of each language.

        Args:
            languages: The words of each language; English must be among them.
        """
        self._scanners = {code: _Scanner(words) for code, words in languages.items()}
        # Where a language has no content file, English words are the best guess, but
        # 3/4/2026 would be a guess with consequences.
        self._unknown = _Scanner(languages["en"], knows_order=False)

    @classmethod
    def load(cls, folder: Path = CONTENT) -> DateFinder:
        """Reads the languages of a folder.

        Raises:
            ContentError: A content file cannot be used.
        """
        return cls(load_date_words(folder))

    def find(self, text: str, language: str, today: date) -> list[FoundDate]:
        """Finds dates up to today.

        Args:
            text: What the person wrote; only the beginning of a long text is read.
            language: A BCP 47 code, such as "es" or "pt-BR".
            today: The date at the hospital.

        Returns:
            The dates in the order of the text.
        """
        folded = fold(text[: _LONGEST + _OVERLAP])
        code = language if language in self._scanners else language.split("-")[0]
        scanner = self._scanners.get(code, self._unknown)
        found = scanner.scan(folded, today)
        return [date for date in found if date.start < _LONGEST]


@lru_cache(maxsize=1)
def _default_finder() -> DateFinder:
    return DateFinder.load()


def extract_dates(text: str, language: str, today: date) -> list[FoundDate]:
    """Finds dates up to today, with the words of the project's own content.

    Args:
        text: What the person wrote.
        language: A BCP 47 code.
        today: The date at the hospital.
    """
    return _default_finder().find(text, language, today)


class _Scanner:
    """Reads one language."""

    def __init__(self, words: DateWords, *, knows_order: bool = True) -> None:
        self._info = LanguageInfo(words)
        self._patterns: Patterns = build(words)
        self._knows_order = knows_order
        self._word_months = set(map(key, words.word_months))
        self._idioms = set(map(key, words.idioms))
        self._day_words = {key(word): day for word, day in words.day_words.items()}
        self._days_ago = {key(word): days for word, days in words.days_ago.items()}
        self._numbers = {key(word): number for word, number in words.numbers.items()}
        self._units = {
            key(name): f"{unit}s" for unit, names in words.units.items() for name in names
        }

    def scan(self, folded: Folded, today: date) -> list[FoundDate]:
        """The dates of a text, in its order."""
        absolute = [
            *self._named(folded.text, today),
            *self._numeric(folded.text, today),
        ]
        kept: list[_Candidate] = []
        relative = list(self._relative(folded.text, today))
        for candidates, is_relative in ((absolute, False), (relative, True)):
            candidates.sort(key=lambda found: (-found.strength, found.start))
            for candidate in candidates:
                if not any(
                    candidate.meets(other, folded.text, even_touching=is_relative) for other in kept
                ):
                    kept.append(candidate)
        dates: list[FoundDate] = []
        for found in sorted(kept, key=lambda found: found.start):
            if found.value is not None and found.value <= today:
                start, end = folded.span(found.start, found.end)
                # Two may share a letter that folds to several: "\u00bc" becomes "1/4".
                if not dates or dates[-1].end <= start:
                    dates.append(FoundDate(start, end, found.value))
        return dates

    def _named(self, text: str, today: date) -> Iterator[_Candidate]:
        patterns = self._patterns
        for pattern, is_usual in (
            (patterns.year_month, True),
            (patterns.day_month, self._info.dayfirst),
            (patterns.month_day, not self._info.dayfirst),
        ):
            for match in pattern.finditer(text):
                candidate = self._read_named(match, is_usual, today)
                if candidate is not None:
                    yield candidate

    def _read_named(self, match: re.Match[str], is_usual: bool, today: date) -> _Candidate | None:
        part = match.groupdict()
        year = part["year"] or part.get("two")
        is_marked = bool(part["ordinal"] or part["link"] or part["dayword"])
        name = key(part["month"])
        if name in self._word_months and not (is_usual or is_marked or year):
            return None
        day = int(part["day"]) if part["day"] else self._day_words[key(part["dayword"])]
        value = _dated(year, self._info.month(name), day, today)
        if value is None and not year:
            return None
        weight = 400 * bool(year) + 200 * is_marked + 100 * is_usual
        return _Candidate(*match.span(), value, weight + len(match[0]))

    def _numeric(self, text: str, today: date) -> Iterator[_Candidate]:
        for match in self._patterns.iso.finditer(text):
            value = _dated(match["year"], int(match["month"]), int(match["day"]), today)
            yield self._number(match, value, text)
        for match in self._patterns.numeric.finditer(text):
            value = self._in_order(int(match["a"]), int(match["b"]), match["year"], today)
            yield self._number(match, value, text)
        for is_after_cue, pattern in enumerate(self._patterns.short):
            for match in pattern.finditer(text):
                is_idiom = match["all"] in self._idioms and not is_after_cue
                a, b = int(match["a"]), int(match["b"])
                month, day = (b, a) if self._info.dayfirst else (a, b)
                value = _dated(None, month, day, today)
                if value is not None and self._knows_order and not is_idiom:
                    yield _Candidate(*match.span("all"), value, 0)

    def _number(self, match: re.Match[str], value: date | None, text: str) -> _Candidate:
        before = text[max(0, match.start() - 40) : match.start()]
        is_record = self._patterns.record.search(before) is not None
        return _Candidate(*match.span(), None if is_record else value, 1_000)

    def _in_order(self, a: int, b: int, year: str, today: date) -> date | None:
        """Reads 3/4/2026 in the order of the language, or in the only possible one."""
        usual, other = ((b, a), (a, b)) if self._info.dayfirst else ((a, b), (b, a))
        first, second = (_dated(year, *order, today) for order in (usual, other))
        if first and second and first != second and not self._knows_order:
            return None
        # People write the order of another country: 25/12/2025 has one reading.
        is_swapped = usual[0] > 12
        return second if is_swapped or (not self._knows_order and not first) else first

    def _relative(self, text: str, today: date) -> Iterator[_Candidate]:
        for match in self._patterns.days_ago.finditer(text):
            value = today - timedelta(days=self._days_ago[key(match["word"])])
            yield _Candidate(*match.span(), value, len(match[0]))
        for pattern in self._patterns.ago:
            for match in pattern.finditer(text):
                counted = self._ago(match["count"], match["unit"], today)
                if counted is not None:
                    yield _Candidate(*match.span(), counted, len(match[0]))
        for pattern in self._patterns.last_weekday:
            for match in pattern.finditer(text):
                value = self._last(match["weekday"], today)
                yield _Candidate(*match.span(), value, len(match[0]))
        for pattern in self._patterns.weekday:
            for match in pattern.finditer(text):
                value = self._last(match["weekday"], today)
                yield _Candidate(*match.span("all"), value, 0)

    def _ago(self, count: str, unit: str, today: date) -> date | None:
        number = int(count) if count.isdigit() else self._numbers[key(count)]
        try:
            value: date = today - relativedelta(**{self._units[key(unit)]: number})
        except (ValueError, OverflowError):
            return None
        return value if value.year >= _OLDEST_YEAR else None

    def _last(self, name: str, today: date) -> date:
        """The most recent such weekday before today."""
        index = self._info.weekday(key(name))
        yesterday = today - timedelta(days=1)
        last: date = yesterday + relativedelta(weekday=weekday(index, -1))
        return last


def _dated(year: str | None, month: int, day: int, today: date) -> date | None:
    """The date, or the most recent past one if the year or its century is not given."""
    if year is None:
        # Eight years hold a leap day, even around 1900 and 2100.
        years = range(today.year, today.year - 9, -1)
    elif len(year) == 2:
        century = today.year // 100 * 100
        years = range(century + int(year), century + int(year) - 101, -100)
    else:
        years = range(int(year), int(year) - 1, -1)
    for number in years:
        try:
            value = date(number, month, day)
        except ValueError:
            continue
        if value <= today and number >= _OLDEST_YEAR:
            return value
    return None
