"""Phrases as spaCy's matcher keeps them are those that it would make of documents."""

from __future__ import annotations

from itertools import chain

import pytest
from spacy.tokens import Doc

from bot.content_loader import validated
from bot.nlu.entities import FOLDER, EntityMatcher, Lexicon
from bot.text import fold

LEXICONS = [validated(path, Lexicon) for path in sorted(FOLDER.glob("*.yml"))]


class FromDocuments(EntityMatcher):
    """Takes the way that spaCy documents."""

    def _pattern(self, phrase: str) -> Doc:
        cut = self._doc(phrase)
        folded = fold(phrase).split(" ")
        return Doc(self._nlp.vocab, words=folded) if len(cut) == len(folded) else cut


def patterns(matcher: EntityMatcher) -> dict[int, set[tuple[int, ...]]]:
    """As the matcher gives them for pickling."""
    kept = matcher._matcher.__reduce__()[1][1]
    found: dict[int, set[tuple[int, ...]]] = kept
    return found


@pytest.mark.parametrize("lexicon", LEXICONS, ids=lambda lexicon: lexicon.language)
def test_each_phrase_is_kept_as_spacy_would_keep_its_document(lexicon: Lexicon) -> None:
    found, expected = (patterns(kind([lexicon])) for kind in (EntityMatcher, FromDocuments))
    assert found == expected
    assert len(set(chain.from_iterable(found.values()))) > 300
