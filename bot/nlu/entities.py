"""What a person has already said of a request: item, subject, destination, sensitivity, requester.

spaCy's multi-language pipeline splits the text, every token gets a folded norm (no case, no
accents), and phrase matchers built from ``bot/content/lexicon/<lang>.yml`` run on those norms. A
trained ``spacy.blank("fr")`` takes 7 s to build and ``ht`` does not exist (notes/nlu.md §6); one
``xx`` pipeline serves all.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, get_args

import spacy
from pydantic import BaseModel, Extra
from spacy.attrs import IS_PUNCT, NORM
from spacy.matcher import PhraseMatcher
from spacy.tokens import Doc, Span
from spacy.vocab import Vocab

from bot.chinese import HAN, has_chinese, simplified
from bot.content_loader import ContentError, LineLookup, validated
from bot.guidance.model import Routes
from bot.nlu.known_words import KnownWords
from bot.text import fold

FOLDER = Path(__file__).resolve().parent.parent / "content" / "lexicon"

Field = Literal["item", "subject", "destination", "sensitivity", "requester"]
FIELD_ENTITIES: tuple[str, ...] = get_args(Field)

# The more telling value of a field wins over the others: "my mom died" is about somebody who died.
_PRECEDENCE: dict[str, Sequence[str]] = {
    "subject": ("deceased", "dependent", "child", "other_adult", "self"),
    "destination": ("mychart", "other_facility", "third_party", "self"),
    "sensitivity": ("reproductive", "sensitive", "not_sensitive"),
    "requester": ("official", "proxy", "autopsy_consenter", "executor"),
}
# How many tokens may stand between "my" and what is mine: "my old medical records".
_POSSESSIVE_REACH = 4
_POSSESSIVE, _NEGATION = "possessive", "negation"


# Words of a script with spaces (Latin, Cyrillic, Arabic): spaCy's tokenizer would not cut them.
_PLAIN = r"[a-z\u00c0-\u04ff\u1e00-\u1eff\u0621-\u063a\u0641-\u064a]+"
_PLAIN_WORDS = re.compile(rf"{_PLAIN}(?: {_PLAIN})*")

_HAN_OR_WORD = re.compile(rf"[{HAN}]|[^\W{HAN}]+|\W")


class Lexicon(BaseModel):
    """One language's phrases, as docs/training-data.md describes them."""

    class Config:
        extra = Extra.forbid

    language: str
    possessives: list[str] = []
    negations: list[str] = []
    entities: dict[Field, dict[str, list[str]]]


@dataclass(frozen=True)
class FoundEntity:
    """A value of a field and where it stands in the text."""

    field: str
    value: str
    start: int
    end: int


@dataclass(frozen=True)
class _Hit:
    field: str
    value: str
    start: int
    end: int

    def covers(self, other: _Hit) -> bool:
        longer = self.end - self.start > other.end - other.start
        return longer and self.start <= other.start and other.end <= self.end


class EntityMatcher:
    """Finds the phrases of all languages in one pass."""

    def __init__(self, lexicons: Iterable[Lexicon]) -> None:
        """Builds the matchers; see :func:`load_matcher`."""
        self._nlp = spacy.blank("xx")
        # Whatever else spaCy works out of each word it meets, its shape and its ends, nobody asks.
        vocab: Any = self._nlp.vocab
        vocab.lex_attr_getters = {n: vocab.lex_attr_getters[n] for n in (NORM, IS_PUNCT)}
        self._matcher = PhraseMatcher(self._nlp.vocab, attr="NORM")
        self._known = KnownWords()
        for lexicon in lexicons:
            self._add(lexicon.language, _POSSESSIVE, "", lexicon.possessives)
            self._add(lexicon.language, _NEGATION, "", lexicon.negations)
            for field, values in lexicon.entities.items():
                for value, phrases in values.items():
                    self._add(lexicon.language, field, value, phrases)

    def _add(self, language: str, field: str, value: str, phrases: Iterable[str]) -> None:
        # Messages come in Simplified characters; "唔係" is then "唔系".
        both_scripts = {form: None for phrase in phrases for form in (phrase, simplified(phrase))}
        patterns = [self._pattern(phrase) for phrase in both_scripts]
        if patterns:
            self._matcher.add(f"{language}|{field}|{value}", patterns)

    def _pattern(self, phrase: str) -> Any:  # PhraseMatcher.add names documents alone
        folded = fold(phrase)
        if _PLAIN_WORDS.fullmatch(folded):
            # Folded words are tokens and norms as they stand, and a pattern consists of the hashes
            # of its norms, as spaCy gives and takes them for pickling. 32,000 documents, from which
            # it would work them out, took a sixth of a start.
            words = folded.split(" ")
            self._known.update(words)
            return [self._nlp.vocab.strings.add(word) for word in words]
        self._known.add(folded)
        return self._doc(phrase)

    def _doc(self, text: str) -> Doc:
        # Cut before spaCy sees it: without spaces, a Chinese sentence is one word to it.
        doc = (
            _by_character(self._nlp.vocab, text) if has_chinese(text) else self._nlp.make_doc(text)
        )
        for token in doc:
            token.norm_ = fold(token.text)
        return doc

    def find(self, text: str, language: str | None = None) -> list[FoundEntity]:
        """The entities of a text, in the order in which they stand.

        Args:
            text: As cleaned by :func:`bot.text.clean`.
            language: If known, only its phrases and the English ones count, since people
                mix English terms into every language.

        Returns:
            One value for each field; for `item` all that are named.
        """
        doc = self._doc(self._known.masked(text))
        hits, possessives, negations = self._hits(doc, language)
        hits = [hit for hit in hits if not _is_negated(doc, hit, negations, hits)]
        hits = [
            hit for hit in hits if not any(o.field == hit.field and o.covers(hit) for o in hits)
        ]
        # "para mi abogado" is no "para mí": accents are folded, so what overlaps decides.
        hits = [hit for hit in hits if hit.value != "self" or not _is_part(hit, hits)]
        if not any(hit.field == "subject" for hit in hits):
            hits += _own(hits, possessives)
        return [_found(doc, hit) for hit in sorted(_chosen(hits), key=lambda hit: hit.start)]

    def _hits(self, doc: Doc, language: str | None) -> tuple[list[_Hit], list[Span], list[Span]]:
        hits: set[_Hit] = set()
        marks: dict[str, list[Span]] = {_POSSESSIVE: [], _NEGATION: []}
        for match_id, start, end in self._matcher(doc):
            code, field, value = self._nlp.vocab.strings[match_id].split("|")
            if language is not None and code not in (language, "en"):
                continue
            if field in marks:
                marks[field].append(doc[start:end])
            else:
                hits.add(_Hit(field, value, start, end))
        return sorted(hits, key=lambda h: (h.start, -h.end)), marks[_POSSESSIVE], marks[_NEGATION]


def _by_character(vocab: Vocab, text: str) -> Doc:
    """A text with each Chinese character as a token."""
    words: list[str] = []
    spaces: list[bool] = []
    for piece in _HAN_OR_WORD.findall(text):
        if piece == " " and words and not spaces[-1]:
            spaces[-1] = True
        else:
            words.append(piece)
            spaces.append(False)
    return Doc(vocab, words=words, spaces=spaces)


def load_matcher(routes: Routes, folder: Path = FOLDER) -> EntityMatcher:
    """Reads every language's lexicon and builds the matcher.

    Args:
        routes: Which fields and values there are.
        folder: Holds ``<lang>.yml``.

    Raises:
        ContentError: A file is malformed or names a value that routes.yml does not have.
    """
    lexicons, problems = [], []
    for path in sorted(folder.glob("*.yml")):
        lexicon = validated(path, Lexicon)
        for field, values in lexicon.entities.items():
            spec = routes.fields[field]
            for value in values:
                if value not in spec.values and value not in spec.groups:
                    mend = f"Write one of: {', '.join((*spec.values, *spec.groups))}"
                    at, lines = ("entities", field, value), LineLookup(path)
                    problems.append(lines.problem(at, f"`{field}` is never `{value}`", mend))
        lexicons.append(lexicon)
    if problems:
        raise ContentError(*problems)
    return EntityMatcher(lexicons)


def _is_negated(doc: Doc, hit: _Hit, negations: Sequence[Span], hits: Sequence[_Hit]) -> bool:
    """Does a negation stand right before the phrase? A comma between them ends its reach."""
    for negation in negations:
        inside = any(h.start <= negation.start and negation.end <= h.end for h in hits)
        if negation.end == hit.start and not inside:
            return True
        if not inside and negation.end == hit.start - 1 and len(doc[negation.end]) <= 4:
            # one short word between: "not for my son", "no el bill"
            if not doc[negation.end].is_punct:
                return True
    return False


def _is_part(hit: _Hit, hits: Sequence[_Hit]) -> bool:
    """Does it share words with a phrase that means somebody or something else?"""
    return any(
        other.value != hit.value and other.start < hit.end and hit.start < other.end
        for other in hits
    )


def _own(hits: Sequence[_Hit], possessives: Sequence[Span]) -> list[_Hit]:
    """A "my" before an item means the person's own, where nobody else is named."""
    for hit in hits:
        if hit.field != "item":
            continue
        for span in possessives:
            if 0 <= hit.start - span.end <= _POSSESSIVE_REACH or hit.start <= span.start < hit.end:
                return [_Hit("subject", "self", span.start, span.end)]
    return []


def _chosen(hits: Sequence[_Hit]) -> list[_Hit]:
    chosen: list[_Hit] = []
    for field, order in _PRECEDENCE.items():
        of_field = [hit for hit in hits if hit.field == field]
        if of_field:
            chosen.append(min(of_field, key=lambda hit: (order.index(hit.value), hit.start)))
    items: dict[str, _Hit] = {}
    for hit in hits:
        if hit.field == "item":
            items.setdefault(hit.value, hit)
    if any(value.endswith("_images") for value in items):
        items.pop("images", None)  # the kind is known
    return chosen + list(items.values())


def _found(doc: Doc, hit: _Hit) -> FoundEntity:
    span = doc[hit.start : hit.end]
    return FoundEntity(hit.field, hit.value, span.start_char, span.end_char)
