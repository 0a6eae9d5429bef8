"""Makes a message's words that no phrase holds into one letter, before spaCy sees them.

spaCy's vocabulary keeps every string that it has ever met, as long as the process lives: names and
illnesses of people would stay in memory, and memory would grow with each new word (22,000 strings
and 8 MB in 20,000 messages).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

from bot.chinese import HAN, has_chinese
from bot.text import fold

# What stands in no language's phrases, and is a letter to spaCy's tokenizer.
_LETTER, _CHINESE = "\u0283", "\u9fa5"
_DIGIT, _SYMBOL = "0", "*"

# An accent written by itself, and the joiners of Arabic, stand within words.
_WITHIN = "\u200c\u200d" + "".join(
    character
    for character in map(chr, range(0x300, 0x1F000))  # all but selectors of glyphs
    if unicodedata.category(character).startswith("M")
)
# Each Chinese character is a word.
_WORD_OR_SYMBOL = re.compile(rf"[{HAN}]|(?:[^\W{HAN}]|[{_WITHIN}])+|[^\w\s{_WITHIN}]")


class KnownWords:
    """The words that phrases are made of."""

    def __init__(self) -> None:
        """Knows no word yet."""
        self._words: set[str] = set()

    def add(self, phrase: str) -> None:
        """Adds the words of a phrase.

        Args:
            phrase: Folded, see :func:`bot.text.fold`.
        """
        self._words.update(_WORD_OR_SYMBOL.findall(phrase))

    def update(self, words: Iterable[str]) -> None:
        """Adds folded words as they stand."""
        self._words.update(words)

    def masked(self, text: str) -> str:
        """A text of the same length in which only known words are left.

        Args:
            text: As cleaned by :func:`bot.text.clean`.
        """
        return _WORD_OR_SYMBOL.sub(self._known_or_masked, text)

    def _known_or_masked(self, match: re.Match[str]) -> str:
        word = match.group()
        folded = fold(word)
        if folded in self._words:
            return folded if len(folded) == len(word) else word
        return "".join(map(_mask, word))


def _mask(character: str) -> str:
    """What a character is to the tokenizer, and no more."""
    if has_chinese(character):
        return _CHINESE
    if character.isalpha() or character in _WITHIN:
        return _LETTER
    if character.isnumeric():
        return _DIGIT
    return character if character.isascii() else _SYMBOL
