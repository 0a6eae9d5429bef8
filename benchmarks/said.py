"""What is said to servers that are measured: whole conversations, and new sentences."""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from functools import lru_cache

from bot.completeness import evaluation_sentences
from bot.content_store import shipped_wording
from bot.languages import load_languages
from bot.paths import PROJECT
from bot.scenario import load_scenario

_MIXED = ("happy_path", "corrections", "digressions", "repairs")
"""The conversations of tests/conversations that stand for what people do."""

Step = tuple[bool, str]
"""Is it a choice, and what is said or the choice's title."""


@lru_cache(maxsize=1)
def scenes() -> list[tuple[str, list[Step]]]:
    """Conversations with their language."""
    offered, wording = load_languages().offered, shipped_wording()
    held = []
    for kind in _MIXED:
        for path in sorted((PROJECT / "tests" / "conversations" / kind).glob("*.yml")):
            scenario = load_scenario(path, offered)
            for code in scenario.languages or offered:
                steps = []
                for step in scenario.steps:
                    key = step.choose or step.title
                    text = wording.text(code, key) if key else step.text(code)
                    if text:
                        steps.append((step.choose is not None, text))
                held.append((code, steps))
    random.Random(len(held)).shuffle(held)
    return held


def one_after_another(number: int) -> list[Step]:
    """All conversations of one language, held by one person."""
    codes = load_languages().offered
    own = [steps for code, steps in scenes() if code == codes[number % len(codes)]]
    random.Random(number).shuffle(own)
    return [step for steps in own for step in steps]


@dataclass
class Messages:
    """Evaluation sentences of all languages; when all have come, they come with slips.

    So no server can know one, however long the measuring takes.
    """

    by_language: dict[str, list[str]] = field(default_factory=dict)
    _next: dict[str, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Shuffles them, the same way every time."""
        for code in load_languages().offered:
            texts = [str(row["text"]) for row in evaluation_sentences(code)]
            random.Random(code).shuffle(texts)
            self.by_language[code], self._next[code] = texts, 0

    def take(self, code: str) -> str:
        """The next sentence of a language."""
        texts = self.by_language[code]
        self._next[code] += 1
        times, at = divmod(self._next[code], len(texts))
        text = texts[at]
        for slip in range(times):
            text = _with_slip(text, random.Random(f"{text} {slip}"))
        return text

    def codes(self, number: int) -> str:
        """The language of a conversation."""
        return list(self.by_language)[number % len(self.by_language)]


def _with_slip(text: str, chance: random.Random) -> str:
    """A text with two neighbours exchanged that differ, if there are any."""
    places = [at for at in range(len(text) - 1) if text[at] != text[at + 1]]
    if not places:
        return text
    at = chance.choice(places)
    return text[:at] + text[at + 1] + text[at] + text[at + 2 :]
