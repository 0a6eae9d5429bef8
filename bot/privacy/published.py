"""The hospital's own numbers, addresses and dates, which are nobody's secret."""

from __future__ import annotations

import re

from bot.guidance.load import Guidance
from bot.languages import load_languages
from bot.localized import day_text, locale_of
from bot.privacy.words import plain

_BETWEEN = r"[\s.()\-/]{0,2}"
_AREA = 3  # digits of an area code, which a person in Boston leaves out


def published_pattern(guidance: Guidance) -> re.Pattern[str]:
    """Finds what the directory publishes, in any format that people write it in.

    Args:
        guidance: Loaded and checked.
    """
    found: list[str] = []
    for fact in guidance.directory.facts.values():
        if fact.kind in ("phone", "fax"):
            found.append(_number(re.sub(r"\D", "", fact.value)))
        elif fact.kind == "address":
            found += _address(fact.value)
        elif fact.kind == "date":
            days = {day_text(fact.value, locale_of(code)) for code in load_languages().offered}
            found += [re.escape(plain(day)) for day in sorted({*days, fact.value.isoformat()})]
    # The longest first: a number with its area code before the one without.
    unique = sorted(set(found), key=len, reverse=True)
    return re.compile("|".join(unique))


def _number(digits: str) -> str:
    # Not a part of a longer number: no digit right beside it or behind a stop or a stroke.
    start, end = r"(?<![a-z\d+])(?<!\d[.\-/])", r"(?![a-z\d])(?![.\-/]\d)"
    if len(digits) <= _AREA:
        return f"{start}{digits}{end}"
    area, rest = digits[:_AREA], digits[_AREA:]
    country = rf"(?:\+?1{_BETWEEN})?\(?"
    return rf"{start}(?:\+1|\+|\()?{country}(?:{_apart(area)}{_BETWEEN})?{_apart(rest)}{end}"


def _apart(digits: str) -> str:
    return _BETWEEN.join(digits)


def _address(address: str) -> list[str]:
    """Street and number: what of an address could be taken for somebody's."""
    parts = [plain(part) for part in re.sub(r"\(.*?\)", "", address).split(",")]
    streets = [re.fullmatch(r"(\d+ \w+)(.*)", part) for part in parts]
    return [rf"(?<!\w){re.escape(m[1])}(?:{re.escape(m[2])})?" for m in streets if m]
