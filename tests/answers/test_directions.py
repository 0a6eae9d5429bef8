"""Arabic keeps its direction, and names, numbers and addresses keep theirs, in plain text."""

from __future__ import annotations

import re

import pytest

from bot.bidi import END, LTR, RTL, direction_of
from bot.content_store import shipped_guidance
from bot.languages import direction_in
from bot.pieces import SHORT_CHANNELS
from tests.answers.test_every_answer import CHANNELS, LANGUAGES, everything

LEFTWARD = [language for language in LANGUAGES if direction_in(language) == "rtl"]
DIRECTORY = shipped_guidance().directory
ISOLATED = re.compile(f"[{LTR}{RTL}][^{LTR}{RTL}{END}]*{END}")

every_channel = pytest.mark.parametrize("channel", CHANNELS)
every_language = pytest.mark.parametrize("language", LANGUAGES)
leftward = pytest.mark.parametrize("language", LEFTWARD)


def test_a_language_from_right_to_left_is_offered():
    assert LEFTWARD


@every_channel
@every_language
def test_marks_come_in_pairs_within_a_line(language, channel):
    for say, text in everything(language, channel, "open"):
        for line in text.splitlines():
            assert not set(ISOLATED.sub("", line)) & {LTR, RTL, END}, (say.key, line)


@every_channel
@every_language
def test_a_line_begins_in_the_direction_of_its_language(language, channel):
    # Phones and terminals take the direction of a line from its first letter.
    for say, text in everything(language, channel, "open"):
        for line in text.splitlines():
            assert direction_of(line) in (None, direction_in(language)), (say.key, line)


@every_channel
@leftward
def test_addresses_are_isolated(language, channel):
    addresses = [fact.value for fact in DIRECTORY.facts.values() if fact.kind == "address"]
    assert addresses
    shown = 0
    for say, text in everything(language, channel, "open"):
        outside = ISOLATED.sub("", text)
        assert not any(address in outside for address in addresses), (say.key, text)
        shown += any(address in text for address in addresses)
    assert shown


@every_channel
@leftward
def test_phone_numbers_stand_as_they_are(language, channel):
    # Digits and full stops keep their order in any direction; marks would lengthen text messages.
    numbers = [f.value for f in DIRECTORY.facts.values() if f.kind in ("phone", "fax")]
    for say, text in everything(language, channel, "open"):
        for number in numbers:
            assert f"{LTR}{number}" not in text, (say.key, text)


@every_language
def test_a_numbered_choice_keeps_its_number(language):
    # "7) العربية 8) Русский" would show the 8 on the left of the Arabic name.
    channel = next(iter(SHORT_CHANNELS))
    for say, text in everything(language, channel, "open"):
        if not say.choices:
            continue
        outside = ISOLATED.sub("", text)
        for before in re.findall(r"(\w+) \d\) ", outside):
            assert direction_of(before) in (None, direction_in(language)), (say.key, before)
