"""Lists of phrases find themselves in a text, one by one or many together."""

from __future__ import annotations

import pytest

from bot.nlu.phrases import PhraseLists, Phrases

LISTS = {
    "es": ("buenos días", "hola", "por favor"),
    "pt": ("bom dia", "por favor", "olá"),
    "empty": (),
}
TEXTS = (
    ["hola", "buenos", "dias", "por", "favor"],
    ["bom", "amigo", "por", "que"],
    ["nobody", "knows"],
    [],
)


@pytest.mark.parametrize("words", TEXTS, ids=" ".join)
def test_many_lists_find_what_each_finds(words: list[str]) -> None:
    alone = {name: Phrases(phrases).positions(words) for name, phrases in LISTS.items()}
    together = PhraseLists(LISTS).positions(words)
    assert together == {name: found for name, found in alone.items() if found}
    assert list(together) == [name for name in LISTS if name in together], "in their order"


def test_a_phrase_of_several_words_counts_whole() -> None:
    assert PhraseLists(LISTS).positions(["bom", "dia", "hola"]) == {"es": {2}, "pt": {0, 1}}


def test_it_knows_its_lists_by_name() -> None:
    lists = PhraseLists(LISTS)
    assert "es" in lists and "fr" not in lists
