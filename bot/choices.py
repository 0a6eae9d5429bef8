"""Choices a person can pick: opaque ids out, ids, numbers or titles back."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Sequence

from bot.say import Choice
from bot.text import fold

_NUMBER = re.compile(r"\(?\s*(\d{1,2})\s*[.):]?")


def number_choices(choices: Sequence[Choice], turn: str) -> tuple[Choice, ...]:
    """Gives each choice an id that holds for this turn only.

    Args:
        choices: What is offered.
        turn: The id of the message being answered; another turn gives other ids.
    """
    return tuple(
        choice.copy(update={"id": _id(turn, index)}) for index, choice in enumerate(choices)
    )


def chosen_by_text(text: str, choices: Sequence[Choice], titles: Sequence[str]) -> Choice | None:
    """The choice that a typed message means: its number ("2", "2.", "٢") or its very title.

    Args:
        text: The cleaned message.
        choices: The choices offered last.
        titles: Their titles in the conversation's language.
    """
    digits = "".join(
        str(unicodedata.digit(character)) if character.isdigit() else character
        for character in unicodedata.normalize("NFKC", text)
    )
    number = _NUMBER.fullmatch(digits.strip())
    if number:
        index = int(number.group(1)) - 1
        return choices[index] if 0 <= index < len(choices) else None
    folded = fold(text).strip(" .!?")
    for choice, title in zip(choices, titles, strict=True):
        if fold(title).strip(" .!?") == folded:
            return choice
    return None


def chosen_by_id(choice_id: str, choices: Sequence[Choice]) -> Choice | None:
    """The choice with this id, if it is one of those offered last."""
    return next((choice for choice in choices if choice.id == choice_id), None)


def language_choice(code: str) -> Choice:
    """The choice to go on in a language; its title is the language's own name for itself."""
    return Choice(
        id="", key=f"language_name.{code}", intent="change_language", entities={"language": code}
    )


def _id(turn: str, index: int) -> str:
    return hashlib.blake2s(f"{turn}/{index}".encode(), digest_size=6).hexdigest()
