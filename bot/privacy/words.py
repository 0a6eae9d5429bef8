"""What announces personal details in one language, from ``bot/content/redaction/<lang>.yml``."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import BaseModel, Extra, conint, validator

from bot.content_loader import ContentError, validated
from bot.nlu.date_words import Folded, fold
from bot.paths import CONTENT

FOLDER = CONTENT / "redaction"

EVERY_LANGUAGE_HAS = (
    "names", "not_names", "birth", "numbers", "linking", "addresses", "units", "boxes", "money",
)  # fmt: skip
"""The lists that no language can do without; the others depend on its writing."""

# Letters that are typed for one another; a letter stands for a letter, so that places stay.
_ALIKE = str.maketrans("đıىةیک", "diيهيك")


class RedactionWords(BaseModel):
    """One content file; bot/content/redaction/en.yml says what each list is for."""

    class Config:
        extra = Extra.forbid

    language: str
    spaces: bool = True
    names: list[str]
    people: list[str]
    only_names_have_capitals: bool = False  # common words are names too: "Gia", "Minh"
    perhaps: list[str]
    not_names: list[str]
    name_words: conint(ge=1, le=6) = 3  # type: ignore[valid-type]  # of a name without capitals
    birth: list[str]
    birth_after: list[str] = []
    numbers: list[str]
    linking: list[str]
    own: list[str]
    addresses: list[str]
    streets_after_name: list[str] = []
    streets_if_capital: list[str] = []
    streets_before_name: list[str] = []
    units: list[str]
    boxes: list[str]
    email_at: list[str] = []
    email_dot: list[str] = []
    money: list[str]

    @validator("*", each_item=True)
    def _says_something(cls, value: Any) -> Any:
        if isinstance(value, str) and not plain(value).strip():
            raise ValueError("nothing is left of this phrase once it is simplified")
        return value


def load_redaction_words(folder: Path = FOLDER) -> dict[str, RedactionWords]:
    """Reads every ``<lang>.yml`` of a folder.

    Raises:
        ContentError: A file cannot be used, or there is none.
    """
    files = sorted(folder.glob("*.yml"))
    if not files:
        raise ContentError(f"{folder}:1: there is no file <lang>.yml that tells personal details.")
    return {path.stem: validated(path, RedactionWords) for path in files}


@dataclass(frozen=True)
class PlainText:
    """A text as it is searched, and where each character came from.

    Attributes:
        folded: As dates are compared, see :func:`bot.nlu.date_words.fold`.
        plain: The same with letters that are typed for one another made one.
        original: As it was typed.
    """

    folded: str
    plain: str
    _places: Folded | None
    original: str

    @classmethod
    def of(cls, text: str) -> PlainText:
        """Prepares a text; one of plain ASCII, as most are, costs next to nothing."""
        if text.isascii():
            lower = text.lower()
            return cls(lower, lower, None, text)
        folded = fold(text)
        return cls(folded.text, folded.text.translate(_ALIKE), folded, text)

    def span(self, start: int, end: int) -> tuple[int, int]:
        """The place in the original of a place that is not empty."""
        return (start, end) if self._places is None else self._places.span(start, end)

    def is_capital(self, place: int) -> bool:
        """Is the letter at a place written as a capital?"""
        origin = place if self._places is None else self._places.origins[place]
        return self.original[origin].isupper()


def plain(text: str) -> str:
    """A phrase in the form that texts are compared in."""
    return " ".join(PlainText.of(text).plain.split())


def any_of(phrases: Iterable[str], *, spaces: bool = True) -> str:
    """A pattern for any of the phrases, the longest first; never matches if there are none.

    It is a tree of their letters: a list of hundreds costs a text no more than a list of ten.

    Args:
        phrases: Words or phrases.
        spaces: A phrase begins and ends where a word does.
    """
    tree: dict[str, Any] = {}
    for phrase in {plain(phrase) for phrase in phrases}:
        branch = tree
        for letter in phrase:
            branch = branch.setdefault(letter, {})
        branch[""] = {}
    if not tree:
        return r"(?!)"
    found = _pattern(tree)
    # A phrase that ends in a sign, such as "name:", ends where it ends.
    return rf"(?<![^\W_]){found}(?:(?<=\W)|(?![^\W_]))" if spaces else found


def languages_joined(
    words: Iterable[RedactionWords], of: Callable[[RedactionWords], Sequence[str]]
) -> str:
    """A pattern for a list of all languages."""
    known = list(words)
    spaced = [phrase for w in known if w.spaces for phrase in of(w)]
    others = [phrase for w in known if not w.spaces for phrase in of(w)]
    return f"(?:{any_of(spaced)}|{any_of(others, spaces=False)})"


def _pattern(tree: dict[str, Any]) -> str:
    branches = [
        (r"\s" if letter == " " else re.escape(letter)) + _pattern(below)
        for letter, below in sorted(tree.items())
        if letter
    ]
    if not branches:
        return ""
    joined = branches[0] if len(branches) == 1 and "" not in tree else f"(?:{'|'.join(branches)})"
    return f"{joined}?" if "" in tree else joined
