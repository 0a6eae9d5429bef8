"""Where full dates stand in a text, in any of the languages, possible or not, past or to come.

:mod:`bot.nlu.dates` reads dates of death: what cannot be one it does not find. Here every day that
is named counts; a year, a month or "three weeks ago" alone does not.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from bot.nlu.date_patterns import Patterns, build
from bot.nlu.date_words import DateWords, key
from bot.privacy.words import any_of

# With spaces alone between the parts, which no language's own pattern allows: 03 04 1950.
_SPACED = re.compile(
    r"(?<![\w.\-/])\d{1,2}[ ,]{1,2}\d{1,2}[ ,]{1,2}(?:19|20)\d\d(?!\w)(?![.\-/]\d)"
)
_HAN_YEAR = re.compile(r"[〇零一二三四五六七八九]{4}年\s?\Z")
_DAY = re.compile(r"\d")
_STROKE = re.compile(r"\d/\d")


class DateSpans:
    """Finds the dates of all languages; those whose months are not named cost nothing."""

    def __init__(self, languages: Mapping[str, DateWords]) -> None:
        """Prepares the patterns.

        Args:
            languages: The words for dates of each language, English among them.
        """
        self._words = dict(languages)
        self._patterns: dict[str, Patterns] = {c: build(w) for c, w in languages.items()}
        self._numeric = (self._patterns["en"].iso, self._patterns["en"].numeric, _SPACED)
        self._named_in: dict[str, set[str]] = {}
        for code, words in languages.items():
            for name in (name for names in words.months for name in names):
                self._named_in.setdefault(key(name), set()).add(code)
        spaced = [name for name, codes in self._named_in.items() if self._has_spaces(codes)]
        others = [name for name in self._named_in if name not in spaced]
        self._months = re.compile(
            rf"(?<![^\W\d_]){any_of(spaced, spaces=False)}(?![^\W\d_])"
            rf"|{any_of(others, spaces=False)}"
        )
        self._word_months = {c: {key(m) for m in w.word_months} for c, w in languages.items()}

    def find(self, folded: str) -> Iterator[tuple[int, int]]:
        """The dates with day and month, perhaps several times; the year may be missing.

        Args:
            folded: A text as :func:`bot.nlu.date_words.fold` makes it.
        """
        if _DAY.search(folded):
            for pattern in self._numeric:
                yield from (match.span() for match in pattern.finditer(folded))
        names = {" ".join(match[0].split()) for match in self._months.finditer(folded)}
        codes = {code for name in names for code in self._named_in.get(name, ())}
        for code in codes:
            for start, end in self._named(folded, code):
                year = _HAN_YEAR.search(folded, max(0, start - 6), start)
                yield (year.start() if year is not None else start), end

    def short(self, folded: str) -> Iterator[tuple[int, int]]:
        """Dates such as 3/4 where the words before it call for one, or as the whole message."""
        if _STROKE.search(folded):
            for code, patterns in self._patterns.items():
                idioms = {key(idiom) for idiom in self._words[code].idioms}
                for pattern in patterns.short:
                    for match in pattern.finditer(folded):
                        if match["all"] not in idioms:
                            yield match.span("all")

    def _has_spaces(self, codes: set[str]) -> bool:
        return all(self._words[code].spaces for code in codes)

    def _named(self, folded: str, code: str) -> Iterator[tuple[int, int]]:
        patterns, dayfirst = self._patterns[code], self._words[code].dayfirst
        for pattern, is_usual in (
            (patterns.year_month, True),
            (patterns.day_month, dayfirst),
            (patterns.month_day, not dayfirst),
        ):
            for match in pattern.finditer(folded):
                part = match.groupdict()
                has_year = bool(part["year"] or part.get("two"))
                is_marked = bool(part["ordinal"] or part["link"] or part["dayword"] or has_year)
                is_word = key(part["month"]) in self._word_months[code]
                if is_usual or is_marked or not is_word:
                    yield match.span()
