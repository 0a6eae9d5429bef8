"""Segments are counted as carriers do."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.channels.sms.segments import count, is_short_alphabet

# The tables of 3GPP TS 23.038, written out.
BASIC = (
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
EXTENSION = "\f^{}\\[~]|€"


@pytest.mark.parametrize("character", BASIC)
def test_a_basic_character_takes_one_septet(character):
    assert count(character) == ("gsm7", 1, 1)


@pytest.mark.parametrize("character", EXTENSION)
def test_an_extension_character_takes_two(character):
    assert count(character) == ("gsm7", 2, 1)


@pytest.mark.parametrize("character", "áíóúâêôãõçÀ`’–\u00a0\x1béñ"[:-2])
def test_what_gsm_lacks_makes_the_whole_message_ucs2(character):
    assert not is_short_alphabet(character)
    assert count("a" * 69 + character) == ("ucs2", 70, 1)


@pytest.mark.parametrize(
    ("text", "units", "segments"),
    [
        ("", 0, 1), ("a" * 160, 160, 1), ("a" * 161, 161, 2), ("a" * 306, 306, 2),
        ("a" * 307, 307, 3), ("a" * 459, 459, 3), ("a" * 460, 460, 4),
        ("€" * 80, 160, 1), ("€" * 81, 162, 2),
        # The two septets of "€" stay together: it moves to the second segment.
        ("a" * 152 + "€" + "a" * 152, 306, 3), ("a" * 151 + "€" + "a" * 153, 306, 2),
    ],
)  # fmt: skip
def test_gsm_holds_160_alone_and_153_joined(text, units, segments):
    assert count(text) == ("gsm7", units, segments)


@pytest.mark.parametrize(
    ("text", "units", "segments"),
    [
        ("я" * 70, 70, 1), ("я" * 71, 71, 2), ("я" * 134, 134, 2), ("я" * 135, 135, 3),
        ("я" * 201, 201, 3), ("я" * 202, 202, 4),
        ("😀" * 35, 70, 1), ("😀" * 36, 72, 2),
        # Neither are the halves of an emoji divided: 66 and an emoji leave a unit unused.
        ("я" * 66 + "😀" + "я" * 66, 134, 3), ("я" * 65 + "😀" + "я" * 67, 134, 2),
    ],
)  # fmt: skip
def test_ucs2_holds_70_alone_and_67_joined(text, units, segments):
    assert count(text) == ("ucs2", units, segments)


@given(st.text(alphabet=BASIC + EXTENSION + "áя😀", max_size=400), st.text(max_size=3))
def test_a_longer_text_never_takes_fewer_segments(text, more):
    assert count(text + more).segments >= count(text).segments
    assert count(text).units >= len(text)
