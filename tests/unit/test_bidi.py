"""Names and addresses keep their order inside a sentence that runs the other way."""

from __future__ import annotations

import pytest

from bot.bidi import END, LTR, RTL, Isolating, direction_of, isolated

STREET = "850 Example Avenue (Basement), Boston"


@pytest.mark.parametrize(
    ("text", "direction"),
    [
        (STREET, "ltr"),
        ("العربية", "rtl"),
        ("617.555.0123", None),
        ("", None),
        ("(8:00 ص)", "rtl"),
        (f"{LTR}MyChart{END}: حسابك", "rtl"),
        (f"{LTR}MyChart{END}: 5", None),
        (f"{END}MyChart", "ltr"),
    ],
)
def test_the_first_letter_outside_isolates_gives_the_direction(text, direction):
    assert direction_of(text) == direction


def test_only_what_runs_the_other_way_is_isolated():
    assert isolated("في MyChart", "rtl") == f"{RTL}في MyChart{END}"
    assert isolated(STREET, "rtl") == f"{LTR}{STREET}{END}"
    assert isolated("العربية", "ltr") == f"{RTL}العربية{END}"
    for text, around in ((STREET, "ltr"), ("العربية", "rtl"), ("617.555.0123", "rtl"), ("", "rtl")):
        assert isolated(text, around) == text


def test_what_is_isolated_is_not_isolated_again():
    once = isolated(STREET, "rtl")
    assert isolated(once, "rtl") == once


def test_the_values_of_placeholders_are_isolated():
    values = Isolating({"street": STREET, "phone": "617.555.0123"}, "rtl")
    said = "العنوان {street} والهاتف {phone}".format_map(values)
    assert said == f"العنوان {LTR}{STREET}{END} والهاتف 617.555.0123"
