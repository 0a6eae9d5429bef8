"""What an answer may hold: numbers and addresses of the directory, nothing else of that kind."""

from __future__ import annotations

import re
from datetime import date, timedelta
from functools import cache

from bot.content_store import shipped_guidance, shipped_wording
from bot.conversation import Reply
from bot.languages import load_languages
from bot.localized import day_text, hours_text, locale_of, time_text

_ISOLATES = re.compile("[\u2066-\u2069\u200e\u200f]")
_STEP = re.compile(r"^\d{1,2}\. ", re.MULTILINE)
_CHOICE = re.compile(r"(?<!\S)\d{1,2}\) ")
_ADDRESS = re.compile(r"(?:https?://|www\.)\S+|\S+@\S+")


def strangers(reply: Reply) -> list[str]:
    """Digits, links and e-mail addresses of an answer that the directory does not hold."""
    text = _ISOLATES.sub("", reply.text)
    for words in _known(reply.language):
        text = re.sub(rf"(?<!\d){re.escape(words)}(?!\d)", "", text)
    text = _CHOICE.sub("", _STEP.sub("", text))
    if "autopsy" in reply.topics and re.search(r"\d", text):
        for day in _days(reply.language):
            text = text.replace(day, "")
    return [*re.findall(r"\S*\d\S*", text), *_ADDRESS.findall(text)]


@cache
def _known(language: str) -> tuple[str, ...]:
    wording, directory = shipped_wording(), shipped_guidance().directory
    locale, hours = locale_of(language), directory.facts["him_hours"].value
    words = [wording.fact(language, name) for name in (*directory.facts, *directory.links)]
    words += [str(fact.value) for fact in directory.facts.values() if fact.kind == "phone"]
    words += [str(link.url) for link in directory.links.values() if link.url is not None]
    words += [hours_text(hours, locale)]
    words += [time_text(moment, locale) for moment in (hours.opens, hours.closes)]
    plain = {_ISOLATES.sub("", word) for word in words}
    return tuple(sorted(plain, key=len, reverse=True))


@cache
def _days(language: str) -> tuple[str, ...]:
    """A date of death is the person's own, and the day to ask from on is reckoned from it."""
    locale, today = locale_of(language), date.today()
    days = (today + timedelta(days=number) for number in range(-40_000, 900))
    texts = {_ISOLATES.sub("", day_text(day, locale)) for day in days}
    # The longest first: "6 November" also stands in "26 November".
    return tuple(sorted(texts, key=len, reverse=True))


def is_offered(reply: Reply) -> bool:
    """Is the answer in a language that people are offered?"""
    languages = load_languages()
    if reply.notice is not None and languages.get(reply.notice["language"]) is None:
        return False
    return reply.language in languages.answered
