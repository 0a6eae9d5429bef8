"""What holds of the redactor whatever it is given."""

from __future__ import annotations

import re
import time

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from bot.content_store import shipped_guidance
from bot.privacy.redactor import PLACEHOLDER, shipped_redactor

NUMBERS = [
    fact.value
    for fact in shipped_guidance().directory.facts.values()
    if fact.kind in ("phone", "fax")
]
ARABIC = str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩")
WIDE = str.maketrans("0123456789.", "０１２３４５６７８９．")

PIECES = (
    "my name is", "me llamo", "меня зовут", "我叫", "اسمي", "tên tôi là", "mwen rele", "for",
    "born", "dob", "ssn", "mrn", "John Smith", "maria", "03/04/1950", "123-45-6789", "1234567",
    "(617) 555-0123", "a@example.com", "12 Elm Street", "***", ",", ".", ":", "-", " ", "records",
    "2019", "calle", "улица", "路", "address is", "at", "gmail dot com", "March 3", "14 de marzo",
    "3月", "\u200b", "é", "\u0301",
)  # fmt: skip
pieces = st.sampled_from(PIECES)
messages = st.one_of(st.text(max_size=80), st.lists(pieces, max_size=12).map(" ".join))


def written(number: str) -> st.SearchStrategy[str]:
    digits = re.sub(r"\D", "", number)
    ways = [number, digits]
    if len(digits) == 10:
        area, exchange, line = digits[:3], digits[3:6], digits[6:]
        ways += [
            f"({area}) {exchange}-{line}",
            f"{area}-{exchange}-{line}",
            f"{area} {exchange} {line}",
            f"+1 {area} {exchange} {line}",
            f"1-{area}-{exchange}-{line}",
            f"+1{digits}",
            f"{exchange}-{line}",
            f"{exchange}.{line}",
        ]
    ways += [way.translate(ARABIC) for way in ways] + [way.translate(WIDE) for way in ways]
    return st.sampled_from(ways)


@given(messages)
@settings(deadline=None, max_examples=300)
def test_what_has_been_redacted_once_stays_as_it_is(text: str) -> None:
    once = shipped_redactor().redact(text).text
    assert shipped_redactor().redact(once).text == once


@given(st.sampled_from(NUMBERS).flatmap(written), messages, messages)
@settings(deadline=None, max_examples=300)
def test_the_hospitals_own_numbers_stay_in_any_form(number: str, before: str, after: str) -> None:
    text = f"{before} call {number} please {after}"
    assert number in shipped_redactor().redact(text).text


@given(messages)
@settings(deadline=None, max_examples=300)
def test_only_details_change(text: str) -> None:
    result = shipped_redactor().redact(text)
    assert (result.text == text) == (not result.kinds)
    assert not result.kinds or PLACEHOLDER in result.text


@given(
    st.from_regex(r"[0-9]{3}-[0-9]{2}-[0-9]{4}", fullmatch=True),
    st.text(alphabet="abc ñ我م", max_size=20),
)
@settings(deadline=None, max_examples=100)
@example("617-41-4421", "")
def test_no_social_security_number_is_ever_left(number: str, around: str) -> None:
    assert number not in shipped_redactor().redact(f"{around} {number} {around}").text


UNITS = (
    "1", "1 ", "1-", "a1", "1.", "12 a ", "my name is ", "John ", "a@", "a.", "@", "calle a ",
    "at ", "ssn is ", "my ", "mi mi ", "3/4", "3/4/", "march ", "12 rue ", "我叫", "路1", "apt ",
    "dob is ", "i live at 1 ", "é", "\u0301", "1\u0301", "- ", "( ", "for A ", "12 Elm ",
    "no no no ", "de la ", "0", "+", "(1", "a'a", "john smith ", "born ",
)  # fmt: skip


@pytest.mark.parametrize("unit", UNITS)
def test_the_work_grows_evenly_with_the_text(unit: str) -> None:
    # A pattern that backtracks takes minutes here; the others some tenths of a second.
    redactor = shipped_redactor()
    text = (unit * 20_000)[:20_000]
    begun = time.perf_counter()
    redactor.redact(text)
    assert time.perf_counter() - begun < 8
