"""Numbers and mailboxes: what is told by how it is written and by the words before it."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

import phonenumbers

from bot.privacy.addresses import Addresses
from bot.privacy.search import TAKEN, Search
from bot.privacy.words import RedactionWords, languages_joined

_ENOUGH_DIGITS = 6
_PHONE_TRIES = 20

# Digits that belong together: six side by side, or seven with single signs between them.
_LONG = re.compile(r"(?<![\d])\d(?:[\s.\-/()_]{0,2}\d){5,40}(?!\d)")
_GROUP = re.compile(r"\d+")
_YEAR = re.compile(r"(?:19|20)\d\d")
_CODE_BEFORE = re.compile(r"[a-z\d]{0,6}[\-.]?\Z")
_CODE_AFTER = re.compile(r"[\-.]?[a-z\d]{0,6}")
_MAILBOX = re.compile(r"[a-z\d_.+%'\-]{1,64}\s?@\s?[a-z\d\-]{1,63}(?:\.[a-z\d\-]{1,63}){0,6}")
_MAILBOX_ABROAD = re.compile(r"[^\s@<>]{1,64}@[^\s@<>.,;]{1,63}(?:\.[^\s@<>.,;]{1,63}){1,6}")
_DOMAINS = (
    "gmail", "hotmail", "yahoo", "outlook", "icloud", "aol", "msn", "live", "protonmail", "qq",
    "163", "mail", "yandex", "comcast", "verizon",
)  # fmt: skip
_ENDINGS = "com?|net|org|edu|fr|br|ru|vn|cn"


class Numbers:
    """Finds what has digits in it: numbers of all kinds, addresses, and mailboxes."""

    def __init__(self, words: Sequence[RedactionWords]) -> None:
        """Args: the words of all languages."""

        def joined(of: Callable[[RedactionWords], Sequence[str]]) -> str:
            return languages_joined(words, of)

        self._money = re.compile(joined(lambda w: w.money) + r"|[$€£¥]")
        # Up to four words or signs between "ssn" and its number, and "my" before it.
        sign = r"[\s:#=.,()\-\"']"
        link = rf"{sign}{{0,3}}(?:{joined(lambda w: w.linking)}|{sign})"
        self.linking = rf"(?:{link}){{0,4}}{sign}{{0,3}}"
        self.own = rf"(?:(?:{joined(lambda w: w.own)})\s?){{0,2}}"
        self._announced = re.compile(
            rf"{self.own}{joined(lambda w: w.numbers)}{self.linking}"
            r"(?P<value>(?:[a-z]{1,6}[\s\-]?)?\d[a-z\d\-./*]{0,30}"
            r"(?:[\s\-]{1,2}\d[a-z\d\-]{0,20}){0,5})"
        )
        dot = joined(lambda w: w.email_dot)
        domain = rf"(?:{'|'.join(_DOMAINS)})(?:\s?(?:\.|{dot})\s?(?:{_ENDINGS}))?"
        self._spelled_mailbox = re.compile(
            rf"[\w.+\-]{{1,64}}(?:\s(?:{dot})\s[\w+\-]{{1,64}}){{0,3}}"
            rf"\s(?:{joined(lambda w: w.email_at)}|at)\s{domain}(?!\w)"
        )
        self._addresses = Addresses(words)

    def find(self, search: Search) -> None:
        """Takes them out of a text; dates have been taken before."""
        if "@" in search.plain:
            search.take_all(_MAILBOX, "email")
            search.take_all(_MAILBOX_ABROAD, "email")
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
        if any(name in search.plain for name in _DOMAINS):
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
