"""The words that are heard before anything else: stop, start, help, more, numbers."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator, Mapping
from functools import lru_cache
from itertools import product
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConstrainedStr, Extra, Field, StrictBool

from bot.content_loader import ContentError, LineLookup, validated
from bot.languages import Languages, load_languages
from bot.nlu.phrase_set import PhraseSet, Words
from bot.paths import CONTENT
from bot.text import fold

FILE = CONTENT / "sms.yml"

Command = Literal["stop", "start", "resume", "help", "more"]
_COMMANDS: tuple[Command, ...] = ("stop", "start", "resume", "help", "more")
_APOSTROPHES = re.compile("['’‘`´ʼ]")
_NOT_WORD = re.compile(r"[^\w]+|_+")
_ALTERNATIVES = re.compile(r"\(([^()]*)\)")
_KEYCAP = re.compile("\ufe0f?\u20e3")


class _CallingCode(ConstrainedStr):
    regex = r"^[1-9][0-9]{0,3}$"


class LanguageWords(BaseModel):
    """One language of `sms.yml`, as described at its top."""

    class Config:
        extra = Extra.forbid
        frozen = True

    alphabet: Literal["gsm7", "ucs2"]
    accents_count: StrictBool = False
    keeps_accents: tuple[str, ...] = ()
    calling_codes: tuple[_CallingCode, ...] = ()
    stop: list[str] = Field(min_items=1)
    stop_phrases: list[str] = Field(min_items=1)
    start: list[str] = Field(min_items=1)
    resume: list[str] = Field(min_items=1)
    help: list[str] = Field(min_items=1)
    more: list[str] = Field(min_items=1)
    numbers: list[str] = Field(min_items=9)


class WordsFile(BaseModel):
    """`sms.yml`."""

    class Config:
        extra = Extra.forbid

    languages: dict[str, LanguageWords]


class SmsWords:
    """Looks the words up; all languages count in every message."""

    def __init__(self, languages: Mapping[str, LanguageWords]) -> None:
        """Args: the words of each language, checked."""
        self._languages = languages
        self._by_calling_code = {
            str(calling_code): name
            for name, words in languages.items()
            for calling_code in words.calling_codes
        }
        self._exact: dict[str, dict[str, Command]] = {}
        self._numbers: dict[str, dict[str, int]] = {}
        self._phrases: dict[str, PhraseSet] = {}
        for code, words in languages.items():
            key = _key_for(words)
            exact = self._exact.setdefault(code, {})
            for command in _COMMANDS:
                exact.update({key(word): command for word in getattr(words, command)})
            self._numbers[code] = {key(word): n for n, word in enumerate(words.numbers, start=1)}
            self._phrases[code] = PhraseSet(
                key(phrase) for each in words.stop_phrases for phrase in alternatives(each)
            )

    def command(self, text: str) -> Command | None:
        """What a message means before anything else, if it does.

        Args:
            text: As it arrived.
        """
        found = {command for _, command in self._commands(text)}
        if "stop" in found or self._asks_to_stop(text):
            return "stop"
        return next((command for command in _COMMANDS if command in found), None)

    def languages_of(self, text: str) -> tuple[str, ...]:
        """The languages that a word such as "ayuda" stands under."""
        return tuple(code for code, _ in self._commands(text))

    def number(self, text: str) -> str | None:
        """The digits of a message that is a number, as a word or with a keycap."""
        bare = _KEYCAP.sub("", text)
        if bare != text and bare.strip().isdecimal():
            return bare.strip()
        for code, numbers in self._numbers.items():
            number = numbers.get(self._key(code, text))
            if number is not None:
                return str(number)
        return None

    def alphabet(self, language: str) -> Literal["gsm7", "ucs2"]:
        """What a language's messages are written in."""
        return self._languages[language].alphabet

    def keeps_accents(self, language: str) -> frozenset[str]:
        """Words that would be others without their accents."""
        return frozenset(self._languages[language].keeps_accents)

    def language_hint(self, number: str) -> str | None:
        """The language of a number's country, where its calling code tells; the longest counts."""
        digits = number.removeprefix("+")
        known = (self._by_calling_code.get(digits[:length]) for length in range(4, 0, -1))
        return next((language for language in known if language is not None), None)

    def _commands(self, text: str) -> Iterator[tuple[str, Command]]:
        for code, exact in self._exact.items():
            command = exact.get(self._key(code, text))
            if command is not None:
                yield code, command

    def _asks_to_stop(self, text: str) -> bool:
        return any(
            next(phrases.spans(Words(self._key(code, text))), None) is not None
            for code, phrases in self._phrases.items()
        )

    def _key(self, code: str, text: str) -> str:
        return _key_for(self._languages[code])(text)


@lru_cache(maxsize=1)
def shipped_words() -> SmsWords:
    """The words of this installation.

    Raises:
        bot.content_loader.ContentError: They cannot be used.
    """
    return load_words(load_languages())


def load_words(languages: Languages, file: Path = FILE) -> SmsWords:
    """Reads and checks `sms.yml`.

    Args:
        languages: Each that is offered needs its words.
        file: Another file, for tests.

    Raises:
        ContentError: A language is missing or unknown, or a word has two meanings.
    """
    words = validated(file, WordsFile).languages
    lines = LineLookup(file)
    problems = [*_misplaced(words, languages, lines), *_ambiguous(words, lines)]
    if problems:
        raise ContentError(*problems)
    return SmsWords(words)


def alternatives(phrase: str) -> Iterator[str]:
    """Every phrase that one with "(a|b)" stands for."""
    parts = _ALTERNATIVES.split(phrase)
    options = [part.split("|") if index % 2 else [part] for index, part in enumerate(parts)]
    for chosen in product(*options):
        yield " ".join("".join(chosen).split())


def _key_for(words: LanguageWords) -> Callable[[str], str]:
    """How a language's words are compared."""
    return _with_accents if words.accents_count else _without_accents


def _with_accents(text: str) -> str:
    folded = unicodedata.normalize("NFC", unicodedata.normalize("NFKC", text).casefold())
    return _NOT_WORD.sub(" ", _APOSTROPHES.sub("", folded)).strip()


def _without_accents(text: str) -> str:
    return _NOT_WORD.sub(" ", _APOSTROPHES.sub("", fold(text))).strip()


def _misplaced(
    words: Mapping[str, LanguageWords], languages: Languages, lines: LineLookup
) -> Iterator[str]:
    for code in words:
        if languages.get(code) is None:
            mend = "Use a code of languages.yml or add the language there"
            yield lines.problem(("languages", code), "there is no such language", mend)
    for code in languages.offered:
        if code not in words:
            message = f"`{code}` is offered and has no words here"
            yield lines.problem(("languages",), message, "Add them, as for the other languages")


def _ambiguous(words: Mapping[str, LanguageWords], lines: LineLookup) -> Iterator[str]:
    """A word of one language must not mean something else in another: all count everywhere."""
    seen: dict[tuple[str, str], object] = {}
    for (kind, word), meaning, location in _meanings(words):
        if seen.setdefault((kind, word), meaning) != meaning:
            message = f"`{word}` means {seen[kind, word]} elsewhere in this file"
            yield lines.problem(location, message, "Keep it in one of the two")


def _meanings(
    words: Mapping[str, LanguageWords],
) -> Iterator[tuple[tuple[str, str], object, tuple[int | str, ...]]]:
    for language, own in words.items():
        key = _key_for(own)
        for command in _COMMANDS:
            for index, word in enumerate(getattr(own, command)):
                yield ("word", key(word)), command, ("languages", language, command, index)
        for index, word in enumerate(own.numbers):
            yield ("number", key(word)), index + 1, ("languages", language, "numbers", index)
        for index, code in enumerate(own.calling_codes):
            yield ("code", code), language, ("languages", language, "calling_codes", index)
