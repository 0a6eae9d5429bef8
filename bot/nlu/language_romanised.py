"""Languages with a script of their own, written in Latin letters: "3ayez nos5a men el malaf"."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from bot.languages import Languages
from bot.nlu.language_scripts import LATIN, other_script_letters
from bot.nlu.phrases import DIGIT_LETTERS, words_of

ROMANISED = "-Latn"
"""Ends the name under which such utterances are learnt."""


def romanised_apart(
    utterances: Mapping[str, Sequence[str]], languages: Languages
) -> dict[str, list[str]]:
    """Takes utterances in Latin letters apart, where those are not the language's own.

    Args:
        utterances: Texts by language code.
        languages: The known languages, with their scripts.

    Returns:
        Texts by code, those in foreign letters by the code with ROMANISED.
    """
    apart: dict[str, list[str]] = {}
    for code, texts in utterances.items():
        language = languages.get(code)
        foreign = language is not None and LATIN not in language.scripts
        for text in texts:
            romanised = foreign and not other_script_letters(words_of(text))
            apart.setdefault(f"{code}{ROMANISED}" if romanised else code, []).append(text)
    return apart


def with_digit_letters(words: Sequence[str]) -> set[int]:
    """The positions of words that have a digit for a letter, as Arabic in Latin letters does."""
    return {at for at, word in enumerate(words) if not DIGIT_LETTERS.isdisjoint(word)}
