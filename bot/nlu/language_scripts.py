"""Languages told apart by their script and by the letters that only one of them has."""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache

from bot.languages import Language
from bot.nlu.language_profiles import ProfileDetector

LATIN = "latin"
# How much of a message must be in another script: names and "MyChart" stay in Latin letters, and
# other scripts say the same in fewer letters.
_OTHER_SCRIPT_SHARE = 1 / 3
_ENOUGH_LETTERS = 30
_LETTER_SCORE, _WORD_SCORE, _PROFILE_SCORE = 3.0, 3.0, 2.0


@lru_cache(maxsize=4096)
def _script(letter: str) -> str:
    # "CJK UNIFIED IDEOGRAPH-4E00" -> "cjk"; the standard library knows no better name for it.
    return unicodedata.name(letter, "").partition(" ")[0].lower()


def other_script_letters(words: Iterable[str]) -> Counter[str]:
    """Counts the letters by script, where the text is written in another one than Latin.

    Args:
        words: Folded words.

    Returns:
        Letters by script, without Latin; empty for a text in Latin letters.
    """
    counts = Counter(_script(letter) for word in words for letter in word if letter.isalpha())
    latin = counts.pop(LATIN, 0)
    return counts if counts.total() > latin * _OTHER_SCRIPT_SHARE else Counter()


class ScriptRules:
    """Decides between the languages of one script."""

    def __init__(self, languages: Sequence[Language]) -> None:
        """Loads the profiles of languages that share a script."""
        self._languages = languages
        scripts = {str(script) for language in languages for script in language.scripts} - {LATIN}
        self._profiles: dict[str, ProfileDetector] = {
            script: ProfileDetector([known for known in languages if script in known.scripts])
            for script in scripts
        }

    def probabilities(
        self, text: str, letters: Mapping[str, int], known_words: Mapping[str, float]
    ) -> dict[str, float]:
        """Probable languages of a text that is not in Latin letters.

        Args:
            text: The folded text.
            letters: Its letters by script, see :func:`other_script_letters`.
            known_words: How many of its words each language is known to have.

        Returns:
            Probabilities by code, the likeliest first; empty for a script nobody here uses.
        """
        written = {
            language.code: sum(letters.get(script, 0) for script in language.scripts)
            for language in self._languages
        }
        # One kana among Chinese characters makes a text Japanese: its letters are covered best.
        most = max(written.values(), default=0)
        candidates = [known for known in self._languages if written[known.code] == most > 0]
        if len(candidates) <= 1:
            return {language.code: 1.0 for language in candidates}
        # A text may be mostly in a script that none of the languages has.
        main_script = max(self._profiles, key=lambda script: letters.get(script, 0))
        profiles = self._profiles[main_script].probabilities(text)
        # langdetect is as sure of "бланк" as of a sentence, and as often wrong.
        trust = min(1.0, sum(letters.values()) / _ENOUGH_LETTERS)
        own = _own_letters(tuple(candidates))
        scores = {
            language.code: 0.1
            + _LETTER_SCORE * sum(letter in own[language.code] for letter in text)
            + _WORD_SCORE * known_words.get(language.code, 0)
            + trust * _PROFILE_SCORE * profiles.get(language.code, 0.0)
            for language in candidates
        }
        total = sum(scores.values())
        # `sorted` is stable, so the order of languages.yml breaks ties.
        ranked = sorted(scores, key=lambda code: -scores[code])
        return {code: scores[code] / total for code in ranked}


@lru_cache(maxsize=64)
def _own_letters(candidates: tuple[Language, ...]) -> dict[str, frozenset[str]]:
    """The letters that only one of some languages has, by its code."""
    return {
        language.code: frozenset(language.letters).difference(
            *(other.letters for other in candidates if other != language)
        )
        for language in candidates
    }
