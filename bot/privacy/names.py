"""Names of people: what is said to be one, and what is written like one after "my mother"."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence

from bot.privacy.search import TAKEN, Search
from bot.privacy.words import RedactionWords, any_of, plain

_LONGEST = 4
_LONGEST_CHINESE = 4
_TELLING = 3  # letters from which an English word ends a name in other languages too
_INITIAL = 2  # letters before a full stop that does not end a sentence
_WORD = re.compile(r"[^\W\d_](?:[^\W\d_]|['.\-](?=[^\W\d_])){0,29}\.?")
_GAP = re.compile(r"[\s:=,\"'(\-]{0,3}")
_SPACE = re.compile(r"\s")
_TURNED = re.compile(rf",\s([^\W\d_][\w'\-]{{1,20}})(?=[\s,;:]{{0,3}}(?:\Z|[\d.;{TAKEN}]))")
_LOOK_BACK = 100
_Words = frozenset[str]
_HAN = re.compile(r"[\u3400-\u9fff]")
_PARTS = frozenset({
    "de", "da", "do", "dos", "das", "del", "la", "las", "los", "van", "von", "bin", "bint", "ibn",
    "abu", "al", "el", "le", "du", "di", "y", "e", "st", "san", "mc", "o",
})  # fmt: skip


class Names:
    """Finds names; a word that the assistant knows is none where only its capital tells."""

    def __init__(self, words: Sequence[RedactionWords], known: Collection[str]) -> None:
        """Prepares the patterns.

        Args:
            words: The words of all languages.
            known: Words that are no names, as :func:`bot.privacy.words.plain` makes them.
        """
        spaced = [w for w in words if w.spaces]
        others = [w for w in words if not w.spaces]
        self._announced = [
            (re.compile(any_of(w.names)), self._stops_of(w, words), w.name_words) for w in spaced
        ]
        self._any_announced = re.compile(any_of(n for w in spaced for n in w.names))
        stops = frozenset(plain(stop) for w in spaced for stop in w.not_names)
        # What may come before a name, how many words it then has at least, which words end it and
        # which are none.
        self._written_ones: list[tuple[re.Pattern[str], int, _Words, _Words]] = []
        nobody: frozenset[str] = frozenset()
        for is_sure, ending, nobodys in ((True, nobody, nobody), (False, stops, frozenset(known))):
            group = [w for w in spaced if w.only_names_have_capitals == is_sure]
            self._written_ones += [
                (re.compile(any_of(p for w in group for p in w.people)), 1, ending, nobodys),
                (re.compile(any_of(p for w in group for p in w.perhaps)), 2, ending, nobodys),
            ]
        leads = any_of(p for w in spaced for p in (*w.people, *w.perhaps))
        self._before_birth = re.compile(
            rf"{leads}\s(?P<name>(?:[^\W\d_][\w'\-]{{1,20}}[,\s]{{1,2}}){{1,3}})\Z"
        )
        self._all_stops = stops
        names = any_of((n for w in others for n in w.names), spaces=False)
        ends = any_of((s for w in others for s in w.not_names), spaces=False)
        self._chinese = re.compile(
            rf"{names}[\s:,]{{0,2}}(?P<name>(?:(?!{ends})[\u3400-\u9fff]){{1,{_LONGEST_CHINESE}}}"
            rf"(?:·[\u3400-\u9fff]{{1,6}})?|[a-z][a-z'\-]{{1,20}}(?:\s[a-z][a-z'\-]{{1,20}}){{0,3}})"
        )

    def find(self, search: Search) -> None:
        """Takes names out of a text; numbers have been taken before."""
        is_shouting = search.text.original.isupper()
        if _HAN.search(search.plain):
            search.take_all(self._chinese, "name")
        if self._any_announced.search(search.plain):
            for pattern, stops, small_words in self._announced:
                for match in list(pattern.finditer(search.plain)):
                    gap = _GAP.match(search.plain, match.end())
                    start = gap.end() if gap is not None else match.end()
                    end = self._end(search, start, stops, 0 if is_shouting else small_words)
                    if end:
                        search.take(match.start(), end, "name")
        for place in [start for start, _, kind in search.found if kind == "birth"]:
            self._take_before_birth(search, place)
        if not search.capitals_tell:
            return
        for pattern, least, stops, known in self._written_ones:
            for match in list(pattern.finditer(search.plain)):
                start, end = self._written(search, match.end(), least, stops, known)
                if end:
                    search.take(start, end, "name")

    def _take_before_birth(self, search: Search, place: int) -> None:
        """In "for john smith dob 4/5/60" it needs no capitals."""
        found = self._before_birth.search(search.plain, max(0, place - _LOOK_BACK), place)
        words = [word.strip(",") for word in found["name"].split()] if found is not None else []
        if found is not None and not self._all_stops.intersection(words):
            search.take(*found.span("name"), "name")

    @staticmethod
    def _stops_of(words: RedactionWords, all_words: Sequence[RedactionWords]) -> frozenset[str]:
        """The words that end a name; in every language some English is mixed in."""
        english = [stop for w in all_words if w.language == "en" for stop in w.not_names]
        # "An" and "Do" are English words and names elsewhere.
        long_enough = [stop for stop in english if len(stop) >= _TELLING]
        return frozenset(map(plain, (*words.not_names, *long_enough)))

    def _end(self, search: Search, start: int, stops: frozenset[str], small_words: int) -> int:
        """Where a name ends that begins here; 0 if it is none.

        Args:
            search: The text.
            start: Where it would begin.
            stops: Words that end it.
            small_words: How many words without capitals it has at most; 0 if capitals tell nothing.
        """
        end, count, place = 0, 0, start
        with_capitals = bool(small_words) and search.is_capital(start)
        longest = _LONGEST if with_capitals else small_words or _LONGEST
        while count < longest and (word := _WORD.match(search.plain, place)) is not None:
            bare = word[0].rstrip(".")
            is_part = with_capitals and bare in _PARTS and not search.is_capital(place)
            if not is_part and (bare in stops or (with_capitals and not search.is_capital(place))):
                break
            if not is_part:  # "de" belongs to a name only if another word follows
                end, count = word.end(), count + 1
            gap = _SPACE.match(search.plain, word.end())
            if gap is None or (word[0].endswith(".") and len(bare) > _INITIAL):
                break
            place = gap.end()
        return self._turned_round(search, end) if with_capitals and count == 1 else end

    @staticmethod
    def _turned_round(search: Search, end: int) -> int:
        """The end of "Roe, Jane", where nothing but a number or another detail comes after it."""
        other = _TURNED.match(search.plain, end)
        return other.end(1) if other is not None and search.is_capital(other.start(1)) else end

    def _written(
        self, search: Search, start: int, least: int, stops: _Words, known: _Words
    ) -> tuple[int, int]:
        """Words with a capital, one of them unknown; 0 as the end if there are too few."""
        gap = _GAP.match(search.plain, start)
        place = first = gap.end() if gap is not None else start
        end, count, is_name = 0, 0, False
        while count < _LONGEST and (word := _WORD.match(search.plain, place)) is not None:
            bare = word[0].rstrip(".")
            if not search.is_capital(place):
                if not (end and bare in _PARTS):
                    break
            elif bare in stops or _is_abbreviation(search, word):
                break
            else:
                end, count = word.end(), count + 1
                is_name = is_name or bare not in known
            space = _SPACE.match(search.plain, word.end())
            if space is None:
                break
            place = space.end()
        return first, end if is_name and count >= least else 0


def _is_abbreviation(search: Search, word: re.Match[str]) -> bool:
    """MRI, CT: every letter is a capital."""
    letters = [place for place in range(*word.span()) if search.plain[place].isalpha()]
    return len(letters) > 1 and all(search.is_capital(place) for place in letters)
