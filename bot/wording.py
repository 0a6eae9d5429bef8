"""The wording of every answer, in every offered language, checked at start-up.

Wording lives in ``bot/content/responses/<lang>/*.yml``: short texts with {placeholders}, a shorter
``sms`` variant where one is needed, and a review status. Facts enter only by placeholder.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from string import Formatter
from typing import Literal

from pydantic import BaseModel, Extra

from bot.content_loader import ContentError, load_yaml, validated
from bot.guidance.load import SPECIAL_FOLLOW_UPS, Guidance
from bot.keys import Key
from bot.localized import fact_text, locale_of

FOLDER = Path(__file__).resolve().parent / "content" / "responses"

DYNAMIC = frozenset(
    {"open_now", "autopsy_date", "phone", "opens", "closes", "death", "from", "sections"}
)
"""Placeholders that a turn fills in; all others are facts and links of the directory."""

SOURCE_LANGUAGE = "en"

Review = Literal["source", "draft", "reviewed"]


class Entry(BaseModel):
    """One text, its short form and, where it differs from the file's, its review status."""

    class Config:
        extra = Extra.forbid
        frozen = True

    text: str
    sms: str | None = None
    review: Review | None = None


class ResponseFile(BaseModel):
    """One file of a language's wording."""

    class Config:
        extra = Extra.forbid
        frozen = True

    language: str
    review: Review
    responses: dict[str, Entry]


@dataclass(frozen=True)
class Wording:
    """The checked wording with the facts filled in as each language writes them."""

    languages: tuple[str, ...]
    _entries: Mapping[str, Mapping[str, Entry]]
    _facts: Mapping[tuple[str, bool], Mapping[str, str]]
    _drafts: frozenset[str]

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
        entry = self._entries[language][key]
        template = entry.sms if short and entry.sms is not None else entry.text
        known = {**dict.fromkeys(DYNAMIC, ""), **self._facts[language, short], **values}
        return _tidied(template.format_map(known))

    def fact(self, language: str, name: str) -> str:
        """A fact or link of the directory as the language writes it."""
        return self._facts[language, False][name]

    def has(self, key: str) -> bool:
        """Is there such a key?"""
        return key in self._entries[SOURCE_LANGUAGE]

    def is_draft(self, language: str) -> bool:
        """Does the language hold wording that no translator has reviewed?"""
        return language in self._drafts


def load_wording(guidance: Guidance, languages: Iterable[str], folder: Path = FOLDER) -> Wording:
    """Reads and checks the wording of all offered languages.

    Args:
        guidance: Decides which keys and facts there must be.
        languages: The languages to load; English is the source of them all.
        folder: Holds a folder for each language.

    Returns:
        The wording.

    Raises:
        ContentError: A key or language is missing or unknown, a placeholder is not known or
            is lost in translation, or a number stands in a text instead of a placeholder.
    """
    wanted = tuple(languages)
    files = {lang: _files(folder / lang) for lang in wanted}
    known = DYNAMIC | set(guidance.directory.facts) | set(guidance.directory.links)
    required = set(required_keys(guidance))
    problems: list[str] = []
    for language in wanted:
        problems += _problems(
            files[language], files[SOURCE_LANGUAGE], required, known, folder / language
        )
    if problems:
        raise ContentError(*problems)
    entries = {lang: _merged(files[lang]) for lang in wanted}
    facts = {
        (lang, short): _facts(guidance, entries[lang], lang, short)
        for lang in wanted
        for short in (False, True)
    }
    drafts = frozenset(
        lang
        for lang in wanted
        for file in files[lang].values()
        if any((entry.review or file.review) == "draft" for entry in file.responses.values())
    )
    return Wording(wanted, entries, facts, drafts)


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
    for field, spec in guidance.routes.fields.items():
        yield f"question.{field}"
        yield from (f"choice.{field}.{value}" for value in (*spec.values, *spec.groups))


def placeholders(text: str) -> frozenset[str]:
    """The names in {braces}.

    Raises:
        ValueError: The braces do not match.
    """
    return frozenset(name for _, name, _, _ in Formatter().parse(text) if name is not None)


def _files(folder: Path) -> dict[Path, ResponseFile]:
    paths = sorted(folder.glob("*.yml"))
    if not paths:
        raise ContentError(
            f"{folder}:1: file: there is no wording for `{folder.name}`. "
            "Add it, or set `offered: false` in bot/content/languages.yml."
        )
    return {path: validated(path, ResponseFile) for path in paths}


def _merged(files: Mapping[Path, ResponseFile]) -> dict[str, Entry]:
    return {key: entry for file in files.values() for key, entry in file.responses.items()}


def _problems(
    files: Mapping[Path, ResponseFile],
    source: Mapping[Path, ResponseFile],
    required: set[str],
    known: set[str] | frozenset[str],
    folder: Path,
) -> Iterator[str]:
    english = _merged(source)
    where: dict[str, Path] = {}
    for path, file in files.items():
        lines = load_yaml(path)[1]
        for key, entry in file.responses.items():
            at = ("responses", key)
            if key in where:
                yield lines.problem(at, f"the key stands in {where[key].name} too", "Keep one")
            where[key] = path
            if key not in required:
                yield lines.problem(at, "nothing uses this key", "Remove it or correct its name")
            for variant in ("text", "sms"):
                template = getattr(entry, variant)
                for message, mend in _template_problems(template, known):
                    yield lines.problem((*at, variant), message, mend)
            if key in english:
                for message, mend in _translation_problems(entry, english[key]):
                    yield lines.problem(at, message, mend)
    for key in sorted(required - set(where)):
        yield f"{folder}:1: {key}: this key is missing. Add it to one of the files in this folder."


def _template_problems(
    template: str | None, known: set[str] | frozenset[str]
) -> Iterator[tuple[str, str]]:
    if template is None:
        return
    if not template.strip():
        yield "the text is empty", "Write it"
    try:
        names = placeholders(template)
    except ValueError as error:
        yield f"the braces do not match ({error})", "Write each placeholder as {name}"
        return
    for name in sorted(names - known):
        yield f"there is no fact {{{name}}}", "Use a fact or link of guidance/directory.yml"
    bare = re.sub(r"\{[^}]*\}", "", template)
    if re.search(r"\d", bare):
        yield "a number stands in the text", "Store it in guidance/directory.yml and use its {name}"
    if re.search(r"https?:|www\.", bare):
        yield "a link stands in the text", "Configure it in guidance/directory.yml"


def _translation_problems(entry: Entry, english: Entry) -> Iterator[tuple[str, str]]:
    if (entry.sms is None) != (english.sms is None):
        yield "`sms` must stand here just where English has it", "Add or remove `sms`"
    for variant in ("text", "sms"):
        mine, theirs = getattr(entry, variant), getattr(english, variant)
        if mine is None or theirs is None:
            continue
        try:
            lost = placeholders(theirs) ^ placeholders(mine)
        except ValueError:
            continue  # reported by _template_problems
        if lost:
            names = ", ".join(f"{{{name}}}" for name in sorted(lost))
            yield f"`{variant}` and English differ in {names}", "Use the same placeholders"


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
