"""Names of people: what is said to be one, and what is written like one after "my mother"."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence

from bot.privacy.search import Search
from bot.privacy.words import RedactionWords, any_of, plain

_LONGEST = 4
_LONGEST_CHINESE = 4
_TELLING = 3  # letters from which an English word ends a name in other languages too
_INITIAL = 2  # letters before a full stop that does not end a sentence
_WORD = re.compile(r"[^\W\d_](?:[^\W\d_]|['.\-](?=[^\W\d_])){0,29}\.?")
_GAP = re.compile(r"[\s:=,\"'(\-]{0,3}")
_SPACE = re.compile(r"\s")
_HAN = re.compile(r"[\u3400-\u9fff]")
_PARTS = frozenset({
    "de", "da", "do", "dos", "das", "del", "la", "las", "los", "van", "von", "bin", "bint", "ibn", "abu", "al",
    "el", "le", "du", "di", "y", "e", "st", "st.", "san", "mc", "o",
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
        self._people = re.compile(any_of(p for w in spaced for p in w.people))
        self._perhaps = re.compile(any_of(p for w in spaced for p in w.perhaps))
        stops = frozenset(plain(stop) for w in spaced for stop in w.not_names)
        self._known = stops | frozenset(known)
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
        if is_shouting:
            return
        for pattern, least in ((self._people, 1), (self._perhaps, 2)):
            for match in list(pattern.finditer(search.plain)):
                start, end = self._written(search, match.end(), least)
                if end:
                    search.take(start, end, "name")

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
            if not is_part and (
                bare in stops or (with_capitals and not search.is_capital(place))
            ):
                break
            if not is_part:  # "de" belongs to a name only if another word follows
                end, count = word.end(), count + 1
            gap = _SPACE.match(search.plain, word.end())
            if gap is None or (word[0].endswith(".") and len(bare) > _INITIAL):
                break
            place = gap.end()
        return end

    def _written(self, search: Search, start: int, least: int) -> tuple[int, int]:
        """Words with a capital that nobody else has; 0 as the end if there are too few."""
        gap = _GAP.match(search.plain, start)
        place = first = gap.end() if gap is not None else start
        end = count = 0
        while count < _LONGEST and (word := _WORD.match(search.plain, place)) is not None:
            bare = word[0].rstrip(".")
            if not search.is_capital(place):
                if not (end and bare in _PARTS):
                    break
            elif bare in self._known or _is_abbreviation(search, word):
                break
            else:
                end, count = word.end(), count + 1
            space = _SPACE.match(search.plain, word.end())
            if space is None:
                break
            place = space.end()
        return first, end if count >= least else 0


def _is_abbreviation(search: Search, word: re.Match[str]) -> bool:
    """MRI, CT: every letter is a capital."""
    letters = [place for place in range(*word.span()) if search.plain[place].isalpha()]
    return len(letters) > 1 and all(search.is_capital(place) for place in letters)
