"""Numbers, mailboxes and addresses: what is told by how it is written and by the words before it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence

import phonenumbers

from bot.privacy.search import KEPT, TAKEN, Search
from bot.privacy.words import RedactionWords, any_of

_ENOUGH_DIGITS = 6
_PHONE_TRIES = 20
_LONGEST_ADDRESS = 12  # words

# Digits that belong together: six side by side, or seven with single signs between them.
_LONG = re.compile(r"(?<![\d])\d(?:[\s.\-/()_]{0,2}\d){5,40}(?!\d)")
_GROUP = re.compile(r"\d+")
_YEAR = re.compile(r"(?:19|20)\d\d")
_CODE_BEFORE = re.compile(r"[a-z\d]{0,6}[\-.]?\Z")
_CODE_AFTER = re.compile(r"[\-.]?[a-z\d]{0,6}")
_MAILBOX = re.compile(r"[\w.+%'\-]{1,64}\s?@\s?[\w\-]{1,63}(?:\.[\w\-]{1,63}){0,6}")
_DOMAINS = "gmail|hotmail|yahoo|outlook|icloud|aol|msn|live|protonmail|qq|163|mail|yandex|comcast|verizon"
_WORD = re.compile(r"[^\s]+")
_STATES = frozenset({"ma", "me", "al", "la", "in", "or", "ok", "de", "co", "hi", "id"})


def languages_joined(
    words: Iterable[RedactionWords], of: Callable[[RedactionWords], Sequence[str]]
) -> str:
    """A pattern for a list of all languages."""
    known = list(words)
    spaced = [phrase for w in known if w.spaces for phrase in of(w)]
    others = [phrase for w in known if not w.spaces for phrase in of(w)]
    return f"(?:{any_of(spaced)}|{any_of(others, spaces=False)})"


class Numbers:
    """Finds what has digits in it: numbers of all kinds, addresses, and mailboxes."""

    def __init__(self, words: Sequence[RedactionWords]) -> None:
        """Args: the words of all languages."""

        def joined(of: Callable[[RedactionWords], Sequence[str]]) -> str:
            return languages_joined(words, of)

        self._money = re.compile(joined(lambda w: w.money) + r"|[$€£¥]")
        # Up to four words or signs between "ssn" and its number, and "my" before it.
        sign = r"[\s:#=.,()\-\"']"
        self.linking = rf"(?:{sign}{{0,3}}(?:{joined(lambda w: w.linking)}|{sign})){{0,4}}{sign}{{0,3}}"
        self.own = rf"(?:(?:{joined(lambda w: w.own)})\s?){{0,2}}"
        self._announced = re.compile(
            rf"{self.own}{joined(lambda w: w.numbers)}{self.linking}"
            r"(?P<value>(?:[a-z]{1,6}[\s\-]?)?\d[a-z\d\-./*]{0,30}(?:[\s\-]{1,2}\d[a-z\d\-]{0,20}){0,5})"
        )
        domain = rf"(?:{_DOMAINS})(?:\s?(?:\.|{joined(lambda w: w.email_dot)})\s?(?:com?|net|org|edu|fr|br|ru|vn|cn))?"
        self._spelled_mailbox = re.compile(
            rf"[\w.+\-]{{1,64}}(?:\s(?:{joined(lambda w: w.email_dot)})\s[\w+\-]{{1,64}}){{0,3}}"
            rf"\s(?:{joined(lambda w: w.email_at)}|at)\s{domain}(?!\w)"
        )
        self._addresses = _Addresses(words, joined)

    def find(self, search: Search) -> None:
        """Takes them out of a text; dates have been taken before."""
        if "@" in search.plain:
            search.take_all(_MAILBOX, "email")
        self._take_spelled(search)
        if _GROUP.search(search.plain) is None:
            return
        for match in list(self._announced.finditer(search.plain)):
            value = match["value"]
            if sum(map(str.isdigit, value)) >= 4 and not _YEAR.fullmatch(value.strip("-./")):
                search.take(*match.span(), "number")
        if sum(map(str.isdigit, search.plain)) > _ENOUGH_DIGITS:
            self._phones(search)
        for match in list(_LONG.finditer(search.plain)):
            if self._is_number(search.plain, match):
                before = _CODE_BEFORE.search(search.plain, max(0, match.start() - 7), match.start())
                start = before.start() if before is not None else match.start()
                after = _CODE_AFTER.match(search.plain, match.end())
                search.take(start, after.end() if after else match.end(), "number")
        self._addresses.find(search)

    def _take_spelled(self, search: Search) -> None:
        if any(name in search.plain for name in _DOMAINS.split("|")):
            search.take_all(self._spelled_mailbox, "email")

    def _phones(self, search: Search) -> None:
        # "Possible" and not "valid": people mistype, and a number that no line has may be another
        # kind of number. "Ext. 12" belongs to it.
        leniency = phonenumbers.Leniency.POSSIBLE
        text = search.plain.replace(TAKEN, ";")
        for found in phonenumbers.PhoneNumberMatcher(text, "US", leniency, _PHONE_TRIES):
            if not self._is_sum(text, found.start, found.end) and not _are_years(found.raw_string):
                search.take(found.start, found.end, "phone")

    def _is_number(self, text: str, match: re.Match[str]) -> bool:
        groups = _GROUP.findall(match[0])
        together = max(map(len, groups)) >= _ENOUGH_DIGITS
        if not together and sum(map(len, groups)) <= _ENOUGH_DIGITS and len(groups) < 6:
            return False
        return not _are_years(match[0]) and not self._is_sum(text, *match.span())

    def _is_sum(self, text: str, start: int, end: int) -> bool:
        before, after = text[max(0, start - 2) : start].strip(), text[end : end + 10].strip()
        return self._money.match(after) is not None or before[-1:] in ("$", "€", "£", "¥")


def _are_years(text: str) -> bool:
    return all(_YEAR.fullmatch(group) for group in _GROUP.findall(text))


class _Addresses:
    """Postal addresses: street and number in either order, boxes, and what is said to be one."""

    def __init__(
        self,
        words: Sequence[RedactionWords],
        joined: Callable[[Callable[[RedactionWords], Sequence[str]]], str],
    ) -> None:
        self._stops = {stop for w in words if w.spaces for stop in map(str.lower, w.not_names)}
        unit = joined(lambda w: w.units)
        number = rf"(?:{unit}\s?[#.:]?\s?)?\d{{1,5}}[a-z]?(?:-\d{{1,4}})?"
        name = r"[^\W\d_][\w'.\-]{0,20}"
        rest = rf"(?:,?\s?{unit}\.?\s?#?\w{{1,5}}(?!\w))?"
        zip_code = r"(?:,?\s[a-z' ]{2,25}?)??(?:,?\s[a-z]{2})?,?\s\d{5}(?:-\d{4})?(?!\d)"
        tail = rf"{rest}{rest}(?:{zip_code})?"
        spaced = [w for w in words if w.spaces]
        before = any_of(street for w in spaced for street in w.streets_before_name)
        after = any_of(street for w in spaced for street in w.streets_after_name)
        capital = any_of(street for w in spaced for street in w.streets_if_capital)
        numbered = rf"(?<!\w)\d{{1,5}}[a-z]?\s(?P<name>(?:{name}\s|\d{{1,3}}(?:st|nd|rd|th)\s){{1,3}})"
        self._after_name = re.compile(rf"{numbered}{after}{tail}")
        self._if_capital = re.compile(rf"{numbered}{capital}{tail}")
        self._before_name = re.compile(
            rf"{before}\.?\s(?P<name>(?:(?:{name}|\d{{1,4}}),?\s?){{1,4}}?)[,\s]{{0,2}}{number}(?!\w){tail}"
        )
        self._number_first = re.compile(
            rf"(?<!\w){number}(?:\s(?:bis|ter))?,?\s{before}\.?\s(?P<name>{name}(?:\s{name}){{0,3}})"
        )
        streets = any_of(
            (s for w in words if not w.spaces for s in w.streets_before_name), spaces=False
        )
        units = any_of((u for w in words if not w.spaces for u in w.units), spaces=False)
        self._chinese = re.compile(
            rf"[^\W\d_a-z]{{1,8}}{streets}\s?\d{{1,5}}(?:{units})?(?:\d{{1,4}}(?:{units})?){{0,3}}"
        )
        self._boxes = re.compile(rf"{joined(lambda w: w.boxes)}\s?[#:]?\s?{number}(?!\w)")
        self._announced = re.compile(joined(lambda w: w.addresses) + r"[\s:,]{0,3}")

    def find(self, search: Search) -> None:
        search.take_all(self._boxes, "address")
        for match in list(self._announced.finditer(search.plain)):
            end = self._end_of_announced(search.plain, match.end())
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
        small = ("de", "du", "des", "la", "le", "da", "do", "das", "dos", "del", "los", "las", "el")
        end = 0
        for word in _WORD.finditer(match["name"]):
            if word[0] in self._stops and word[0] not in small:
                break
            if word[0] not in small:
                end = match.start("name") + word.end()
        return end

    def _end_of_announced(self, text: str, start: int) -> int:
        """Where "my address is ..." ends; 0 if no number stands in it."""
        end = start
        for count, word in enumerate(_WORD.finditer(text, start)):
            ends = word[0].strip(".,;!?") in self._stops and word[0] not in _STATES
            if ends or TAKEN in word[0] or KEPT in word[0] or count >= _LONGEST_ADDRESS:
                break
            end = word.end()
            if word[0][-1] in ".;!?。；！？" and len(word[0]) > 4:
                break
        return end if any(c.isdigit() for c in text[start:end]) else 0
