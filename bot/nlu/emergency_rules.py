"""Emergency wording, recognised by rules that staff can read and change.

The rules stand in ``bot/content/emergency/<lang>.yml``. All of them are tried on every
message, before and apart from the intent classifier:

* ``always`` phrases fire whatever else the message says ("i want to die");
* ``unless_context`` phrases ("overdose") fire only where no ``unless`` phrase of any
  language points to paperwork or to the past (any, since words travel: "suicidio");
* a ``harmless`` phrase ("dying to know") cancels the emergency phrases that lie wholly
  inside it; a longer emergency phrase still counts;
* ``spellings`` lists, for a spelling used in the phrases, what else people type.

In a phrase ``*`` is up to three words, ``<number>`` and ``<year>`` are what they say and
``he/she`` is either word. Case, accents, punctuation and doubled letters do not matter.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import product
from pathlib import Path

from pydantic import BaseModel, Extra, Field, validator

from bot.content_loader import ContentError, validated
from bot.nlu.phrase_set import WILDCARDS, PhraseSet, Words

KINDS = ("medical", "self_harm")  # in order of precedence: pills already swallowed need 911


def fold(text: str) -> str:
    """Reduces a text to plain lower-case words, with " . " left where a sentence ends."""
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    text = "".join(c for c in decomposed if unicodedata.category(c) not in ("Mn", "Cf"))
    text = re.sub(r"(?<=\w)['’‘ʼ`´](?=\w)|_", "", text)
    text = re.sub(r"(?<![.!?;])[.!?;](?=\s)|[\n。！？；]", "\0", text)  # "i... cant" is one
    text = re.sub(r"([^\W\d])\1+", r"\1", text)
    return " ".join(re.sub(r"[^\w\0]", " ", text).replace("\0", " . ").split())


_folded = lru_cache(maxsize=None)(fold)  # the words of phrases; nothing that people write


def expand(phrase: str) -> Iterator[str]:
    """Writes out the alternatives of a phrase, folded, its wildcards kept."""
    alternatives = (
        [word if word in WILDCARDS else _folded(word) for word in each.split("/")]
        for each in phrase.split()
    )
    for words in product(*alternatives):
        yield " ".join(filter(None, words))


def _check(cls: type[BaseModel], phrase: str) -> str:
    if not all(re.search(r"\w", plain) for plain in expand(phrase)):
        raise ValueError("no word is left of this phrase once it is simplified")
    return phrase


class _Phrases(BaseModel, extra=Extra.forbid):
    always: list[str]
    unless_context: list[str]
    _checked = validator("*", each_item=True, allow_reuse=True)(_check)


class _Kinds(BaseModel, extra=Extra.forbid):
    medical: _Phrases
    self_harm: _Phrases


class _File(BaseModel, extra=Extra.forbid):
    language: str
    spellings: dict[str, list[str]] = {}
    kinds: _Kinds
    unless: list[str] = Field(min_items=1)
    harmless: list[str] = []
    _checked = validator("unless", "harmless", each_item=True, allow_reuse=True)(_check)


class _Language:
    """The rules of one language, ready to be tried."""

    def __init__(self, content: _File) -> None:
        variants = {fold(v): fold(k) for k, vs in content.spellings.items() for v in vs}
        self._spelled, self._variants = variants, PhraseSet(variants)
        self.unless, self._harmless = map(self._phrases, (content.unless, content.harmless))
        self._emergencies = {
            (kind, strength): self._phrases(phrases)
            for kind, group in content.kinds
            for strength, phrases in group
        }

    def _phrases(self, phrases: Iterable[str]) -> PhraseSet:
        written = (Words(each) for phrase in phrases for each in expand(phrase))
        return PhraseSet(self.spell(each).text for each in written)

    def spell(self, text: Words) -> Words:
        """Puts right the listed misspellings."""
        spelled, done, folded = "", 0, text.text
        for start, end in self._variants.spans(text):
            if start >= done:
                spelled += folded[done:start] + self._spelled[folded[start:end]]
                done = end
        return Words(spelled + folded[done:]) if done else text

    def fires(self, text: Words, kind: str, strength: str) -> bool:
        """Tells whether an emergency phrase stands outside every harmless one."""
        found = list(self._emergencies[kind, strength].spans(text))
        harmless = list(self._harmless.spans(text)) if found else []
        return any(not any(s <= start and end <= e for s, e in harmless) for start, end in found)


@dataclass(frozen=True)
class EmergencyRules:
    """Decides whether a message speaks of a life in danger now."""

    languages: tuple[_Language, ...]

    @classmethod
    def load(cls, folder: Path) -> EmergencyRules:
        """Reads every ``<lang>.yml`` of a folder; a mistake names its file and line."""
        files = sorted(folder.glob("*.yml"))
        if not files:
            raise ContentError(f"{folder}:1: no file <lang>.yml with emergency rules.")
        return cls(tuple(_Language(validated(path, _File)) for path in files))

    def detect(self, text: str) -> str | None:
        """Returns "medical" (violence included), "self_harm" or None, in any language."""
        words = Words(fold(text))
        readings = [(rules, rules.spell(words)) for rules in self.languages]
        context = any(any(rules.unless.spans(reading)) for rules, reading in readings)
        for kind in KINDS:
            for strength in ("always",) if context else ("always", "unless_context"):
                if any(rules.fires(reading, kind, strength) for rules, reading in readings):
                    return kind
        return None
