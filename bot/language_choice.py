"""Which language to answer in.

An explicit choice goes before clear evidence in the message, that before the conversation so far,
that before the channel's hint (browser language, phone country), that before the default.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from bot.languages import Languages
from bot.nlu.language_id import LanguageEvidence
from bot.nlu.phrases import Phrases, without_accents, words_of

# What evidence too weak to change a conversation must reach to begin one, if nothing else is known.
_GOOD_GUESS = 0.7
_CLAUSE_END = re.compile(r"[.,;:!?¿¡()\n，。！？；、؟]+")
_UNSPACED = re.compile("[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff]")


@dataclass(frozen=True)
class LanguageDecision:
    """The language to answer in.

    Attributes:
        language: One of the offered codes.
        switched: It differs from the conversation so far, so the switch should be confirmed.
        unsupported: The language somebody asked for or clearly writes in, if it is not offered.
    """

    language: str
    switched: bool = False
    unsupported: str | None = None


def choose_language(
    explicit: str | None,
    evidence: LanguageEvidence,
    current: str | None,
    hint: str | None,
    offered: Sequence[str],
    default: str = "en",
    *,
    current_is_chosen: bool = False,
) -> LanguageDecision:
    """Decides which language to answer in.

    Args:
        explicit: The language chosen with this message, by button or by name.
        evidence: What the message says about its own language.
        current: The language of the conversation so far.
        hint: What the channel knows: a language tag or an Accept-Language header.
        offered: The languages that the assistant answers in.
        default: The language where nothing is known.
        current_is_chosen: Somebody asked for ``current`` earlier; only a whole sentence in another
            language changes it then.

    Returns:
        The decision.
    """
    before = _matching(current, offered)
    resting = before or _hinted(hint, offered) or _guessed(evidence, offered) or default
    if explicit is not None:
        wanted: str | None = explicit
    elif evidence.sentence or (evidence.clear and not (current_is_chosen and before)):
        wanted = evidence.code
    else:
        wanted = None
    language = _matching(wanted, offered) or resting
    return LanguageDecision(
        language=language,
        switched=before is not None and language != before,
        unsupported=wanted if wanted and _matching(wanted, offered) is None else None,
    )


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
    asking = _asking(languages)
    for clause in _clauses(text):
        for code, name in _names(languages):
            rest = _without(clause, name)
            if rest is not None and len(asking.positions(rest)) == len(rest):
                return code
    return None


@lru_cache(maxsize=4)
def _asking(languages: Languages) -> Phrases:
    # Chinese requests arrive in one piece, so their letters are looked at one by one.
    letters = [letter for word in languages.asking if _UNSPACED.match(word) for letter in word]
    return Phrases((*languages.asking, *letters))


def _clauses(text: str) -> Iterator[list[str]]:
    for clause in _CLAUSE_END.split(text[:300]):
        words = [without_accents(word) for word in words_of(clause)]
        if words:
            yield words


@lru_cache(maxsize=4)
def _names(languages: Languages) -> list[tuple[str, tuple[str, ...]]]:
    """Codes and names, longest names first: "Haitian Creole" goes before "Creole"."""
    found = [
        (language.code, tuple(without_accents(word) for word in words_of(name)))
        for language in languages.languages
        for name in {language.name, language.english_name, *language.asked_for}
    ]
    return sorted(found, key=lambda item: (-len(" ".join(item[1])), item))


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


def _matching(tag: str | None, offered: Sequence[str]) -> str | None:
    """The offered language that a tag means: "pt-BR" is answered in "pt", "zh-TW" in "zh-Hans"."""
    if not tag:
        return None
    wanted = tag.strip().replace("_", "-").casefold()
    for code in offered:
        if code.casefold() == wanted:
            return code
    primary = wanted.partition("-")[0]
    return next((code for code in offered if code.casefold().partition("-")[0] == primary), None)


def _hinted(hint: str | None, offered: Sequence[str]) -> str | None:
    # "pt-BR,pt;q=0.9,en;q=0.8": browsers list the languages in order of preference.
    tags = [part.partition(";")[0] for part in (hint or "").split(",")]
    return next((code for tag in tags if (code := _matching(tag, offered))), None)


def _guessed(evidence: LanguageEvidence, offered: Sequence[str]) -> str | None:
    return _matching(evidence.code, offered) if evidence.confidence >= _GOOD_GUESS else None
