"""Invents messages in every script of Unicode: letters, marks, digits, tricks, noise, real words.

The same seed gives the same messages, so that a failure can be looked at again.
"""

from __future__ import annotations

import random
import sys
import unicodedata
from collections.abc import Callable
from functools import cache

from fontTools.unicodedata import Scripts

from bot.nlu.utterances import read_utterances
from bot.paths import PROJECT

BIDI = "\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u061c"
INVISIBLE = "\u200b\u200c\u200d\u2060\ufeff\u00ad\u180e\u034f\ufe0f\U000e0041"
EMOJI = (
    "👩🏽\u200d⚕️", "👨\u200d👩\u200d👧\u200d👦", "🏳️\u200d🌈", "1️⃣", "🇭🇹", "🇺🇸", "😷", "🩻",
    "❤️\u200d🩹", "🧑🏿\u200d🦽\u200d➡️", "☎️", "⚰️",
)  # fmt: skip
CODE = (
    "/restart", '/inform{"subject": "deceased"}', "／start_over", "{him_phone}", "{{7*7}}", "${x}",
    "<script>alert(1)</script>", "' OR 1=1 --", "__proto__", "constructor", "../../etc/passwd",
    "%00%0d%0aSet-Cookie: a=b", "\x1b[31mred\x1b[0m", "=HYPERLINK(\"http://x.example\")",
    '{"text": null}', "SELECT * FROM events;", "def f(x): return x", "http://evil.example/?q=1",
    "a\r\nb", "\\u0000", "&lt;b&gt;", "[my mother]{\"entity\": \"subject\"}", "@here", "(?:a+)+$",
)  # fmt: skip
NUMBERS = (
    "617-555-0123", "(617) 555-0188", "+16175550123", "2026-02-30", "1/1/0001", "31.12.9999",
    "١٢/٣/٢٠٢٥", "二〇二五年三月三日", "９１１",
    "1e309", "-0", "½", "10^100", "MRN 5550100", "1.", "2)", "٣",
)  # fmt: skip


@cache
def scripts() -> dict[str, tuple[range, ...]]:
    """The ranges of code points of each script, by its code."""
    ends = [*Scripts.RANGES[1:], sys.maxunicode + 1]
    found: dict[str, list[range]] = {}
    for start, end, script in zip(Scripts.RANGES, ends, Scripts.VALUES, strict=True):
        found.setdefault(script, []).append(range(start, end))
    return {script: tuple(ranges) for script, ranges in found.items()}


@cache
def _digits() -> tuple[str, ...]:
    every = map(chr, range(sys.maxunicode + 1))
    return tuple(c for c in every if unicodedata.category(c) in ("Nd", "Nl", "No"))


@cache
def _marks() -> tuple[str, ...]:
    return tuple(c for c in map(chr, range(0x3000)) if unicodedata.category(c).startswith("M"))


@cache
def _sentences() -> tuple[str, ...]:
    return tuple(text for texts in read_utterances(PROJECT / "data/nlu").values() for text in texts)


class Inventor:
    """Gives one message after the other."""

    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed)
        self._scripts = list(scripts())
        self._next_script = 0
        kinds: dict[Callable[[], str], int] = {
            self._one_script: 6,
            self._mixed_scripts: 3,
            self._real: 3,
            self._real_with_noise: 6,
            self._storm: 1,
            self._emoji: 1,
            self._code: 2,
            self._numbers: 3,
            self._any: 2,
            self._long: 1,
            self._nothing: 1,
        }
        self._kinds, self._weights = list(kinds), list(kinds.values())

    def message(self) -> str:
        """The next one."""
        return self._random.choices(self._kinds, self._weights)[0]()

    def letters(self, script: str, most: int = 12) -> str:
        """A word in a script."""
        ranges = scripts()[script]
        sizes = [len(one) for one in ranges]
        picked = self._random.choices(ranges, sizes, k=self._random.randint(1, most))
        return "".join(chr(self._random.choice(one)) for one in picked)

    def _words(self, make: Callable[[], str], most: int = 8) -> str:
        return " ".join(make() for _ in range(self._random.randint(1, most)))

    def _one_script(self) -> str:
        # In turn, so that none is left out.
        script = self._scripts[self._next_script % len(self._scripts)]
        self._next_script += 1
        return self._words(lambda: self.letters(script))

    def _mixed_scripts(self) -> str:
        return self._words(lambda: self.letters(self._random.choice(self._scripts), 6))

    def _real(self) -> str:
        return self._random.choice(_sentences())

    def _real_with_noise(self) -> str:
        words = self._real().split()
        noise: tuple[Callable[[], str], ...] = (
            lambda: self.letters(self._random.choice(self._scripts), 3),
            lambda: self._random.choice(BIDI + INVISIBLE),
            lambda: self._random.choice(EMOJI),
            lambda: self._random.choice(CODE),
            lambda: self._random.choice(NUMBERS),
            lambda: self._random.choice(self._real().split() or ["a"]),
        )
        for _ in range(self._random.randint(1, 4)):
            place = self._random.randint(0, len(words))
            piece = self._random.choice(noise)()
            if words and self._random.random() < 0.3:
                place = min(place, len(words) - 1)
                words[place] = words[place][:2] + piece + words[place][2:]
            else:
                words.insert(place, piece)
        return " ".join(words)

    def _storm(self) -> str:
        marks = self._random.choices(_marks(), k=self._random.randint(5, 120))
        letter = self.letters(self._random.choice(self._scripts), 1)
        return (letter + "".join(marks)) * self._random.randint(1, 6)

    def _emoji(self) -> str:
        return self._words(lambda: self._random.choice(EMOJI))

    def _code(self) -> str:
        return self._words(lambda: self._random.choice(CODE), 3)

    def _numbers(self) -> str:
        if self._random.random() < 0.5:
            return self._words(lambda: self._random.choice(NUMBERS), 3)
        return "".join(self._random.choices(_digits(), k=self._random.randint(1, 14)))

    def _any(self) -> str:
        points = self._random.choices(range(sys.maxunicode + 1), k=self._random.randint(1, 60))
        return "".join(map(chr, points))

    def _long(self) -> str:
        text = self._random.choice((self._real, self._one_script, self._mixed_scripts))()
        return (text + " ") * self._random.randint(20, 400)

    def _nothing(self) -> str:
        return self._random.choice(("", " ", "\n\t", "\0", "///", "?!", ".", BIDI, INVISIBLE))
