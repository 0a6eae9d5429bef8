"""Takes personal details out of what people write, in nine languages."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from bot.content_store import shipped_guidance, shipped_wording
from bot.languages import load_languages
from bot.nlu.date_words import DateWords, load_date_words
from bot.paths import CONTENT
from bot.privacy.dates import DateSpans
from bot.privacy.keyed_hash import KeyedHash
from bot.privacy.names import Names
from bot.privacy.numbers import Numbers
from bot.privacy.published import published_pattern
from bot.privacy.search import Search
from bot.privacy.words import RedactionWords, languages_joined, load_redaction_words, plain

PLACEHOLDER = "***"
"""What a detail becomes. Of nine that were tried it changes best what else a message means least:
"necesito el expediente de mi madre ***" is understood as without it (docs/privacy.md)."""

Extent = Literal["some", "all"]

_AGAIN = 4
"""How often a text is looked through again at most."""

_REMEMBERED = 4096
"""Clean texts kept in mind at most."""

_LOOK_BACK = 80
_BETWEEN = re.compile(r"[\s,;:.()\-]{0,3}")


@dataclass(frozen=True)
class Redaction:
    """A text without the personal details that were in it.

    Attributes:
        text: What may be understood, stored and shown.
        kinds: What was taken out, in order: name, birth, date, number, phone, email, address.
        dates: The dates that were taken out and are nobody's birth date, as written. They are for
            this turn only and belong into nothing that is kept.
    """

    text: str
    kinds: tuple[str, ...] = ()
    dates: tuple[str, ...] = ()

    @property
    def extent(self) -> Extent | None:
        """Are some or all of the words details? None where there are none.

        A date alone does not count: the answer on autopsy reports asks for one.
        """
        if set(self.kinds) <= {"date"}:
            return None
        return "some" if any(character.isalnum() for character in self.text) else "all"


class Redactor:
    """Finds details and puts a placeholder in their place."""

    def __init__(
        self,
        words: Mapping[str, RedactionWords],
        dates: Mapping[str, DateWords],
        published: re.Pattern[str],
        known: Collection[str] = (),
    ) -> None:
        """Prepares the patterns.

        Args:
            words: What announces details, by language.
            dates: The words for dates, by language.
            published: Finds what is the hospital's own and stays.
            known: Words that are no names, in plain form.
        """
        languages = tuple(words.values())
        # Texts without details, since the second guard looks at what the first has just let pass.
        # Known only by a keyed hash: what people wrote does not stay in memory.
        self._clean: set[bytes] = set()
        self._hashed = KeyedHash()
        self._published = published
        self._numbers = Numbers(languages)
        self._names = Names(languages, known)
        self._dates = DateSpans(dates)
        birth = languages_joined(languages, lambda w: w.birth)
        after = languages_joined(languages, lambda w: w.birth_after)
        self._birth = re.compile(rf"{self._numbers.own}{birth}{self._numbers.linking}\Z")
        self._birth_day = re.compile(
            rf"{self._numbers.own}{birth}{self._numbers.linking}"
            r"\d{1,2}[/.\-]\d{1,2}(?![\d/.\-])"
        )
        self._birth_after = re.compile(rf"[\s,]{{0,2}}{after}")

    def redact(self, text: str, *, names: bool = True) -> Redaction:
        """Takes the details out of a text.

        What stands beside a detail may show only when that is gone ("address is:" before a long
        number), so a text that had any is looked through again.

        Args:
            text: Of any length; the work grows with it evenly.
            names: Look for names too; not in texts of ours, which hold none.
        """
        if names and self._hashed(text) in self._clean:
            return Redaction(text)
        found = again = self._once(text, names)
        for _ in range(_AGAIN):
            if not again.kinds:
                break
            again = self._once(found.text, names)
            found = Redaction(again.text, found.kinds + again.kinds, found.dates + again.dates)
        if names and not again.kinds:
            if len(self._clean) >= _REMEMBERED:
                self._clean.clear()
            self._clean.add(self._hashed(found.text))
        return found

    def _once(self, text: str, names: bool) -> Redaction:
        search = Search(text)
        search.keep(self._published)
        dates = self._take_dates(search)
        self._numbers.find(search)
        if names:
            self._names.find(search)
        if not search.found:
            return Redaction(text)
        spans = [(*search.text.span(s, e), kind) for s, e, kind in sorted(search.found)]
        return Redaction(
            _replaced(text, spans),
            tuple(kind for *_, kind in spans),
            tuple(text[slice(*search.text.span(*place))] for place in sorted(dates)),
        )

    def _take_dates(self, search: Search) -> list[tuple[int, int]]:
        """Takes the dates, a birth date with what announces it; gives the places of the others."""
        places = _apart([*self._dates.find(search.folded), *self._dates.short(search.folded)])
        others = []
        for start, end in places:
            begin = max(0, start - _LOOK_BACK)
            before = self._birth.search(search.plain, begin, start)
            after = self._birth_after.match(search.plain, end)
            if before is not None or after is not None:
                first = before.start() if before is not None else start
                search.take(first, after.end() if after is not None else end, "birth")
            else:
                search.take(start, end, "date")
                others.append((start, end))
        search.take_all(self._birth_day, "birth")
        return others


@lru_cache(maxsize=1)
def shipped_redactor() -> Redactor:
    """The redactor with this installation's content.

    Raises:
        bot.content_loader.ContentError: It cannot be used.
    """
    return Redactor(
        load_redaction_words(),
        load_date_words(CONTENT / "dates"),
        published_pattern(shipped_guidance()),
        _known_words(),
    )


def _known_words() -> frozenset[str]:
    """What the assistant itself says, and names of places and hospitals: nobody's name."""
    texts = [*shipped_wording().all_texts(), *load_languages().neutral]
    said = {word.lower() for text in texts for word in re.findall(r"[^\W\d_]+", text)}
    return frozenset(map(plain, said))


def _apart(places: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """Joins places that overlap."""
    joined: list[tuple[int, int]] = []
    for start, end in sorted(places):
        if joined and start < joined[-1][1]:
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
        else:
            joined.append((start, end))
    return joined


def _replaced(text: str, spans: list[tuple[int, int, str]]) -> str:
    """The text with one placeholder for details that stand side by side."""
    pieces: list[str] = []
    end = 0
    for start, stop, _ in spans:
        if not pieces or _BETWEEN.fullmatch(text, end, start) is None:
            pieces += [text[end:start], PLACEHOLDER]
        end = max(end, stop)
    return "".join([*pieces, text[end:]])
