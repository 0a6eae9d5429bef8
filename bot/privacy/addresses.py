"""Postal addresses: street and number in either order, boxes, and what is said to be one."""

from __future__ import annotations

import re
from collections.abc import Sequence

from bot.privacy.search import KEPT, TAKEN, Search
from bot.privacy.words import RedactionWords, any_of, languages_joined, plain

_LONGEST_ADDRESS = 12  # words
_WORD = re.compile(r"[^\s]+")
# They stand in the names of streets, and end nothing there.
_SMALL = frozenset({
    "de", "du", "des", "la", "le", "da", "do", "das", "dos", "del", "los", "las", "el", "ma",
})  # fmt: skip


class Addresses:
    """Postal addresses: street and number in either order, boxes, and what is said to be one."""

    def __init__(self, words: Sequence[RedactionWords]) -> None:
        """Args: the words of all languages."""
        stops = {plain(stop) for w in words if w.spaces for stop in w.not_names}
        self._stops = stops - _SMALL - {plain(unit) for w in words for unit in w.units}
        unit = languages_joined(words, lambda w: w.units)
        number = rf"(?:{unit}\s?[#.:]?\s?)?\d{{1,5}}[a-z]?(?:-\d{{1,4}})?"
        name = r"[^\W\d_][\w'.\-]{0,20}"
        rest = rf"(?:,?\s?{unit}\.?\s?#?\w{{1,5}}(?!\w))?"
        zip_code = r"(?:,?\s[a-z' ]{2,25}?)??(?:,?\s[a-z]{2})?,?\s\d{5}(?:-\d{4})?(?!\d)"
        tail = rf"{rest}{rest}(?:{zip_code})?"
        spaced = [w for w in words if w.spaces]
        before = any_of(street for w in spaced for street in w.streets_before_name)
        after = any_of(street for w in spaced for street in w.streets_after_name)
        capital = any_of(street for w in spaced for street in w.streets_if_capital)
        names = rf"(?P<name>(?:{name}\s|\d{{1,3}}(?:st|nd|rd|th)\s){{1,3}})"
        numbered = rf"(?<!\w)\d{{1,5}}[a-z]?\s{names}"
        self._after_name = re.compile(rf"{numbered}{after}{tail}")
        self._if_capital = re.compile(rf"{numbered}{capital}{tail}")
        self._before_name = re.compile(
            rf"{before}\.?\s(?P<name>(?:(?:{name}|\d{{1,4}}),?\s?){{1,4}}?)[,\s]{{0,2}}"
            rf"{number}(?!\w){tail}"
        )
        self._number_first = re.compile(
            rf"(?<!\w){number}(?:\s(?:bis|ter))?,?\s{before}\.?\s"
            rf"(?P<name>{name}(?:\s{name}){{0,3}})"
        )
        streets = any_of(
            (s for w in words if not w.spaces for s in w.streets_before_name), spaces=False
        )
        units = any_of((u for w in words if not w.spaces for u in w.units), spaces=False)
        self._chinese = re.compile(
            rf"[^\W\d_a-z]{{1,8}}{streets}\s?\d{{1,5}}(?:{units})?(?:\d{{1,4}}(?:{units})?){{0,3}}"
        )
        self._boxes = re.compile(
            rf"{languages_joined(words, lambda w: w.boxes)}\s?[#:]?\s?{number}(?!\w)"
        )
        self._announced = re.compile(
            languages_joined(words, lambda w: w.addresses) + r"[\s:,]{0,3}"
        )

    def find(self, search: Search) -> None:
        """Takes them out of a text; numbers of other kinds have been taken before."""
        search.take_all(self._boxes, "address")
        for match in list(self._announced.finditer(search.plain)):
            end = self._end_of_announced(search, match.end())
            if end:
                search.take(match.end(), end, "address")
        for pattern in (self._after_name, self._before_name):
            for match in list(pattern.finditer(search.plain)):
                if not self._has_stop(match["name"]):
                    search.take(*match.span(), "address")
        for match in list(self._if_capital.finditer(search.plain)):
            if search.is_capital(match.start("name")) and not self._has_stop(match["name"]):
                search.take(*match.span(), "address")
        for match in list(self._number_first.finditer(search.plain)):
            start, end = match.start(), self._end_of_name(match)
            if end:
                search.take(start, end, "address")
        search.take_all(self._chinese, "address")

    def _has_stop(self, name: str) -> bool:
        return any(word.strip(".,") in self._stops for word in name.split())

    def _end_of_name(self, match: re.Match[str]) -> int:
        """Where the name of a street ends that begins after its kind: "12 rue de la Paix"."""
        end = 0
        for word in _WORD.finditer(match["name"]):
            if word[0] in self._stops:
                break
            if word[0] not in _SMALL:
                end = match.start("name") + word.end()
        return end

    def _end_of_announced(self, search: Search, start: int) -> int:
        """Where "my address is ..." ends; 0 if no number stands in it."""
        text, end = search.plain, start
        for count, word in enumerate(_WORD.finditer(text, start)):
            bare = word[0].strip(".,;!?")
            # "MA" and "Le" are words too, but not where they are written as names.
            ends = bare in self._stops and (bare == "i" or not search.is_capital(word.start()))
            if ends or TAKEN in word[0] or KEPT in word[0] or count >= _LONGEST_ADDRESS:
                break
            end = word.end()
            if word[0][-1] in ".;!?。；！？" and len(word[0]) > 4:
                break
        return end if any(c.isdigit() for c in text[start:end]) else 0
