"""Languages that somebody names: to go on in one, or to have an interpreter for it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

from babel import Locale, UnknownLocaleError

from bot.chinese import simplified
from bot.languages import Language, Languages
from bot.nlu.phrases import Phrases, without_accents, words_of

_CLAUSE_END = re.compile(r"[.,;:!?¿¡()\n，。！？；、؟]+")
_UNSPACED = re.compile("[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff]")
_ARABIC_THE, _ARABIC_FEMININE = "ال", "ة"  # "الصومالية" is "صومالي" beside "مترجم"
_LONGEST = 300
_SHORTEST = 3  # letters of a name from Babel: "lao" is a name, "li" an ordinary word somewhere


def requested_language(text: str, languages: Languages) -> str | None:
    """Finds a language that somebody asks to go on in, by its name in any language.

    "en español por favor" and "can we do portuguese" ask for one; "I need a Spanish interpreter"
    and "my Portuguese passport" only mention one.

    Args:
        text: The message.
        languages: The known languages.

    Returns:
        Its code, offered or not; None if no language is asked for.
    """
    return _asked(text, languages, _asking(languages))


def only_a_language(text: str, languages: Languages) -> str | None:
    """Finds the language in a message that is nothing but the wish to go on in it.

    "Somali" and "hi, in Spanish please" are; "I speak Spanish, what does a copy cost?" is a
    question besides.

    Args:
        text: The message.
        languages: The known languages.

    Returns:
        Its code, offered or not.
    """
    return _asked(_CLAUSE_END.sub(" ", text), languages, _asking(languages))


def requested_interpreter(text: str, languages: Languages) -> str | None:
    """Finds the language in a request that asks for nothing but an interpreter.

    Args:
        text: The message.
        languages: The known languages.

    Returns:
        Its code, offered or not; None if the message says anything else.
    """
    if not _interpreters(languages).is_in(text):
        return None
    whole = _CLAUSE_END.sub(" ", text)
    return _asked(whole, languages, _asking_interpreter(languages))


def named_languages(text: str, languages: Languages) -> list[str]:
    """Every language named anywhere in a text, in the order of the known languages.

    Args:
        text: The message.
        languages: The known languages.

    Returns:
        Their codes.
    """
    found: set[str] = set()
    for clause in _clauses(text):
        rest = clause
        for code, name in _names_near(clause, languages):
            # What a longer name has taken is gone: "Haitian Creole" names no other creole.
            without = _without(rest, name)
            if without is not None:
                found.add(code)
                rest = without
    return [code for code in languages.codes if code in found]


class _Words:
    """Words looked for with their neighbours or, in scripts without spaces, as they stand."""

    def __init__(self, words: tuple[str, ...]) -> None:
        self._phrases = Phrases(words)
        self._unspaced = [word for word in words if _UNSPACED.match(word)]

    def is_in(self, text: str) -> bool:
        words = [without_accents(word) for word in words_of(text[:_LONGEST])]
        both = text + simplified(text)
        return bool(self._phrases.positions(words)) or any(w in both for w in self._unspaced)


def _asked(text: str, languages: Languages, asking: Phrases) -> str | None:
    for clause in _clauses(text):
        for code, name in _names_near(clause, languages):
            rest = _without(clause, name)
            if rest is not None and len(asking.positions(rest)) == len(rest):
                return code
    return None


@lru_cache(maxsize=4)
def _asking(languages: Languages) -> Phrases:
    return _phrases(languages.asking)


@lru_cache(maxsize=4)
def _asking_interpreter(languages: Languages) -> Phrases:
    return _phrases((*languages.asking, *languages.interpreters, *languages.interpreting))


@lru_cache(maxsize=4)
def _interpreters(languages: Languages) -> _Words:
    return _Words(languages.interpreters)


def _phrases(words: tuple[str, ...]) -> Phrases:
    # Chinese requests arrive in one piece, so their letters are looked at one by one.
    letters = [letter for word in words if _UNSPACED.match(word) for letter in word]
    return Phrases((*words, *letters))


def _clauses(text: str) -> Iterator[list[str]]:
    """Its clauses as words; those in Traditional Chinese as Simplified too, as names are listed."""
    short = text[:_LONGEST]
    for written in dict.fromkeys((short, simplified(short))):
        for clause in _CLAUSE_END.split(written):
            words = [without_accents(word) for word in words_of(clause)]
            if words:
                yield words


def _names_near(clause: list[str], languages: Languages) -> list[tuple[str, tuple[str, ...]]]:
    """The names that can stand in a clause at all, in the order of :func:`_names`.

    There are thousands, in all languages; trying each took 2 ms a message.
    """
    by_first, names = _names_by_first(languages), _names(languages)
    firsts = set(clause)
    if any(_UNSPACED.search(word) for word in clause):
        firsts.add("")  # inside such a word a name has no beginning of its own
    return [names[at] for at in sorted(at for first in firsts for at in by_first.get(first, ()))]


@lru_cache(maxsize=4)
def _names_by_first(languages: Languages) -> dict[str, list[int]]:
    found: dict[str, list[int]] = {}
    for at, (_, name) in enumerate(_names(languages)):
        found.setdefault("" if _UNSPACED.match("".join(name)) else name[0], []).append(at)
    return found


@lru_cache(maxsize=4)
def _names(languages: Languages) -> list[tuple[str, tuple[str, ...]]]:
    """Codes and names, longest names first: "Haitian Creole" goes before "Creole"."""
    found: dict[tuple[str, ...], str] = {}
    for language in languages.languages:
        for name in (language.name, language.english_name, *language.asked_for):
            found.setdefault(_folded(name), language.code)
    for language in languages.languages:  # what we wrote goes before what Babel knows
        for spelling in _babel_names(language, languages):
            found.setdefault(_folded(spelling), language.code)
    found.pop((), None)
    return sorted(
        ((code, name) for name, code in found.items()),
        key=lambda item: (-len(" ".join(item[1])), item),
    )


def _folded(name: str) -> tuple[str, ...]:
    return tuple(without_accents(word) for word in words_of(name))


def _babel_names(language: Language, languages: Languages) -> Iterator[str]:
    """What the languages that can be offered call a language: "coreano", "tiếng Hàn"."""
    for speaker in languages.languages:
        if speaker.code not in languages.named_in:
            continue
        try:
            names = Locale.parse(speaker.code, sep="-").languages
        except (UnknownLocaleError, ValueError):
            continue  # Haitian Creole, for one: its names stand in languages.yml
        name = names.get(language.code.replace("-", "_"), "")
        bare = name.removeprefix(_ARABIC_THE).removesuffix(_ARABIC_FEMININE)
        spellings = (name, bare, bare + _ARABIC_FEMININE) if bare != name else (name,)
        yield from (n for n in spellings if len(n) >= _SHORTEST or _UNSPACED.match(n))


def _without(words: list[str], name: tuple[str, ...]) -> list[str] | None:
    """The other words, if the name is among the words."""
    for start in range(len(words) - len(name) + 1):
        if tuple(words[start : start + len(name)]) == name:
            return words[:start] + words[start + len(name) :]
    joined = "".join(name)
    if _UNSPACED.match(joined):  # "请说中文" is one word to us
        text = " ".join(words)
        if joined in text:
            return [letter for letter in text.replace(joined, "", 1) if letter.isalnum()]
    return None
