"""The wording of every answer, in every offered language, checked at start-up.

Wording lives in ``bot/content/responses/<lang>/*.yml``: short texts with {placeholders}, a shorter
``sms`` variant where one is needed, and a review status. Facts enter only by placeholder.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from bot.bidi import Isolating
from bot.chinese import traditional
from bot.content_loader import ContentError
from bot.guidance.load import SPECIAL_FOLLOW_UPS, Guidance
from bot.keys import Key
from bot.languages import direction_in, load_languages
from bot.localized import fact_text, locale_of
from bot.wording_checks import language_problems
from bot.wording_files import (
    FOLDER,
    SOURCE_LANGUAGE,
    Entry,
    ResponseFile,
    merged,
    placeholders,
    read_files,
)

__all__ = [
    "DYNAMIC",
    "FOLDER",
    "SOURCE_LANGUAGE",
    "Drafts",
    "Entry",
    "ResponseFile",
    "Wording",
    "known_placeholders",
    "load_wording",
    "placeholders",
    "required_keys",
]

DYNAMIC = frozenset(
    {"open_now", "autopsy_date", "phone", "opens", "closes", "death", "from", "sections"}
)
"""Placeholders that a turn fills in; all others are facts and links of the directory."""

Drafts = Literal["show", "withhold"]
"""What becomes of wording that no translator has reviewed: it is shown with a notice, or its
English text is shown with the interpreter's line."""


@dataclass(frozen=True)
class Wording:
    """The checked wording with the facts filled in as each language writes them."""

    languages: tuple[str, ...]
    _entries: Mapping[str, Mapping[str, Entry]]
    _facts: Mapping[tuple[str, bool], Mapping[str, str]]
    _drafts: frozenset[str]
    _withheld: frozenset[tuple[str, str]] = frozenset()
    # Most texts are the same in every turn.
    _same: dict[tuple[str, str, bool], str] = field(default_factory=dict, compare=False, repr=False)

    def text(self, language: str, key: str, *, short: bool = False, **values: str) -> str:
        """The text of a key.

        Args:
            language: An offered language.
            key: As in the response files.
            short: Take the `sms` variant where there is one.
            values: Values of the dynamic placeholders in it; one not given is left out.

        Returns:
            The text with each placeholder filled.
        """
        return self._filled(self.spoken(language, key), key, short, values)

    def text_even_if_draft(self, language: str, key: str, *, short: bool = False) -> str:
        """The text of a key in the person's own language, though drafts are withheld."""
        return self._filled(language, key, short, {})

    def _filled(self, language: str, key: str, short: bool, values: Mapping[str, str]) -> str:
        same = self._same.get((language, key, short))
        if same is not None:
            return same
        entry = self._entries[language][key]
        template = entry.sms if short and entry.sms is not None else entry.text
        known = {**dict.fromkeys(DYNAMIC, ""), **self._facts[language, short], **values}
        text = _tidied(template.format_map(Isolating(known, direction_in(language))))
        if not DYNAMIC & placeholders(template):
            self._same[language, key, short] = text
        return text

    def fact(self, language: str, name: str) -> str:
        """A fact or link of the directory as the language writes it."""
        return self._facts[language, False][name]

    def has(self, key: str) -> bool:
        """Is there such a key?"""
        return key in self._entries[SOURCE_LANGUAGE]

    def spoken(self, language: str, key: str) -> str:
        """The language that a key is said in: English where the person's is withheld."""
        return SOURCE_LANGUAGE if (language, key) in self._withheld else language

    def all_texts(self) -> Iterator[str]:
        """Every text of every language, with its placeholders as they stand."""
        for entries in self._entries.values():
            for entry in entries.values():
                yield from (text for text in (entry.text, entry.sms) if text is not None)

    def is_draft(self, language: str) -> bool:
        """Does it show wording in this language that no translator has reviewed?"""
        return language in self._drafts


def load_wording(
    guidance: Guidance,
    languages: Iterable[str],
    folder: Path = FOLDER,
    drafts: Drafts = "show",
) -> Wording:
    """Reads and checks the wording of all offered languages.

    Args:
        guidance: Decides which keys and facts there must be.
        languages: The languages to load; English is the source of them all.
        folder: Holds a folder for each language.
        drafts: What becomes of wording that no translator has reviewed.

    Returns:
        The wording.

    Raises:
        ContentError: A key or language is missing or unknown, a placeholder is not known or
            is lost in translation, a number stands in a text instead of a placeholder, or
            English has moved on since a text was translated.
    """
    wanted = tuple(languages)
    own = {lang: load_languages().source_of(lang) for lang in wanted}
    files = {lang: read_files(folder / lang) for lang in dict.fromkeys(own.values())}
    known, required = known_placeholders(guidance), frozenset(required_keys(guidance))
    problems: list[str] = []
    for language, texts in files.items():
        problems += language_problems(
            texts, files[SOURCE_LANGUAGE], required, known, folder / language
        )
    if problems:
        raise ContentError(*problems)
    entries = {lang: _written(merged(files[own[lang]]), lang) for lang in wanted}
    unreviewed = frozenset(
        (lang, key)
        for lang in wanted
        for file in files[own[lang]].values()
        for key in file.responses
        if file.is_draft(key)
    )
    withheld = unreviewed if drafts == "withhold" else frozenset()
    said = {
        lang: {
            key: entries[SOURCE_LANGUAGE][key] if (lang, key) in withheld else entry
            for key, entry in entries[lang].items()
        }
        for lang in wanted
    }
    facts = {
        (lang, short): _facts(guidance, said[lang], lang, short)
        for lang in wanted
        for short in (False, True)
    }
    shown_drafts = frozenset(lang for lang, _ in unreviewed - withheld)
    return Wording(wanted, entries, facts, shown_drafts, withheld)


def _written(entries: dict[str, Entry], language: str) -> dict[str, Entry]:
    """The entries in the characters of the language."""
    if load_languages().source_of(language) == language:
        return entries
    return {
        key: entry.copy(
            update={
                "text": traditional(entry.text),
                "sms": None if entry.sms is None else traditional(entry.sms),
            }
        )
        for key, entry in entries.items()
    }


def known_placeholders(guidance: Guidance) -> frozenset[str]:
    """Every placeholder that a text may hold."""
    return DYNAMIC | frozenset(guidance.directory.facts) | frozenset(guidance.directory.links)


def required_keys(guidance: Guidance) -> Iterator[str]:
    """Every key that the guidance or the code can ask for."""
    yield from (key.value for key in Key)
    yield from (f"statement.{name}" for name in guidance.statements)
    yield from (f"topic.{name}" for name in guidance.topics)
    yield from (f"topic_title.{name}" for name in (*guidance.topics, *SPECIAL_FOLLOW_UPS))
    yield from (f"department.{name}" for name in guidance.directory.departments)
    yield from (f"link.{name}" for name in guidance.directory.links)
    answers = [topic.answer for topic in guidance.topics.values() if topic.answer]
    forms = {form for answer in answers for form in answer.forms}
    rules = [rule for table in guidance.routes.tables for rule in table.rules]
    forms |= {form for rule in rules for form in rule.then.forms}
    yield from (f"form.{name}" for name in forms)
    for name, spec in guidance.routes.fields.items():
        yield f"question.{name}"
        yield from (f"choice.{name}.{value}" for value in (*spec.values, *spec.groups))


def _facts(
    guidance: Guidance, entries: Mapping[str, Entry], language: str, short: bool
) -> dict[str, str]:
    directory, locale = guidance.directory, locale_of(language)
    facts = {name: fact_text(fact, locale) for name, fact in directory.facts.items()}
    for name, link in directory.links.items():
        entry = entries[f"link.{name}"]
        template = entry.sms if short and entry.sms is not None else entry.text
        unset = template.format_map({**facts, "phone": facts[link.phone]})
        facts[name] = str(link.url) if link.url is not None else unset
    return facts


def _tidied(text: str) -> str:
    # An empty dynamic value leaves its neighbours' spaces; a link may end in a full stop itself.
    return re.sub(r"([.!?])\.(?=\s|$)", r"\1", re.sub(r" {2,}", " ", text)).strip()
