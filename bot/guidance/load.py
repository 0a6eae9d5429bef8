"""Loads the guidance files and checks what must agree between them and with the hospital's page."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from bot.content_loader import ContentError, LineLookup, problem, validated
from bot.content_mends import Location
from bot.guidance.model import (
    Cited,
    Directory,
    Outcome,
    Routes,
    Statement,
    Statements,
    Topic,
    Topics,
)
from bot.guidance.tables import decision_problems

FOLDER = Path(__file__).resolve().parent.parent / "content" / "guidance"

SPECIAL_FOLLOW_UPS = frozenset({"guide_me", "change_language", "start_over"})
"""Choices that are no topics: go on with the questions, another language, begin again."""


@dataclass(frozen=True, eq=False)  # one is loaded; it is itself, which can be a key
class Guidance:
    """All that the hospital's page says, ready to be resolved."""

    directory: Directory
    statements: dict[str, Statement]
    routes: Routes
    topics: dict[str, Topic]


def load_guidance(folder: Path = FOLDER) -> Guidance:
    """Reads and checks the guidance files.

    Args:
        folder: Holds directory.yml, statements.yml, routes.yml, topics.yml and the
            hospital's page as source-page.txt.

    Returns:
        The guidance; nothing in it is unchecked.

    Raises:
        ContentError: A file is malformed, names something that does not exist, leaves a
            statement unused, quotes words the page does not have, or a decision table
            does not hit exactly one rule for each combination of answers.
    """
    directory = validated(folder / "directory.yml", Directory)
    statements = validated(folder / "statements.yml", Statements).statements
    routes = validated(folder / "routes.yml", Routes)
    topics = validated(folder / "topics.yml", Topics).topics
    page = _squeezed(_page(folder / "source-page.txt"))
    checks = _Checks(folder, directory, statements, routes, topics, page)
    problems = [*checks.all()]
    if problems:
        raise ContentError(*problems)
    return Guidance(directory, statements, routes, topics)


def _page(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        advice = "Save the text of the hospital's page there, in UTF-8"
        raise ContentError(
            problem(path, 1, "file", f"the page cannot be read ({error})", advice)
        ) from error


def _squeezed(text: str) -> str:
    return re.sub(r"\s+", " ", text).strip()


class _Checks:
    """References between the files, and their quotes against the page."""

    def __init__(
        self,
        folder: Path,
        directory: Directory,
        statements: dict[str, Statement],
        routes: Routes,
        topics: dict[str, Topic],
        page: str,
    ) -> None:
        self._directory, self._statements = directory, statements
        self._routes, self._topics, self._page = routes, topics, page
        self._lines: dict[str, LineLookup] = {
            name: LineLookup(folder / f"{name}.yml")
            for name in ("directory", "statements", "routes", "topics")
        }

    def all(self) -> Iterator[str]:
        yield from self._sections()
        yield from self._quotes()
        yield from self._directory_references()
        yield from self._statement_references()
        yield from self._outcomes()
        yield from self._topic_fields()
        yield from self._unused()
        yield from decision_problems(self._routes, self._lines["routes"])

    def _problem(self, file: str, at: Location, message: str, mend: str) -> str:
        return self._lines[file].problem(at, message, mend)

    def _unknown(
        self, file: str, at: Location, kind: str, name: str, known: Iterable[str]
    ) -> Iterator[str]:
        if name not in set(known):
            mend = f"Define it, or write one of: {', '.join(sorted(known))}"
            yield self._problem(file, at, f"there is no {kind} `{name}`", mend)

    def _sections(self) -> Iterator[str]:
        for name, heading in self._directory.sections.items():
            if _squeezed(heading) not in self._page:
                yield self._problem(
                    "directory",
                    ("sections", name),
                    f"the page has no heading `{heading}`",
                    "Copy the heading from source-page.txt",
                )

    def _cited(self) -> Iterator[tuple[str, Location, Cited]]:
        groups: dict[str, Mapping[str, Cited]] = {
            "facts": self._directory.facts,
            "links": self._directory.links,
            "departments": self._directory.departments,
        }
        for group, entries in groups.items():
            for name, entry in entries.items():
                yield "directory", (group, name), entry
        for name, statement in self._statements.items():
            yield "statements", ("statements", name), statement

    def _quotes(self) -> Iterator[str]:
        for file, at, entry in self._cited():
            if entry.section is not None:
                yield from self._unknown(
                    file, (*at, "section"), "section", entry.section, self._directory.sections
                )
            if entry.quote is not None and _squeezed(entry.quote) not in self._page:
                yield self._problem(
                    file,
                    (*at, "quote"),
                    "these words do not stand on the page",
                    "Copy them from source-page.txt",
                )

    def _directory_references(self) -> Iterator[str]:
        facts, links = self._directory.facts, self._directory.links
        for name, link in links.items():
            yield from self._unknown(
                "directory", ("links", name, "phone"), "fact", link.phone, facts
            )
        for name, department in self._directory.departments.items():
            for key in ("phone", "fax", "address", "hours"):
                fact = getattr(department, key)
                if fact is not None:
                    at = ("departments", name, key)
                    yield from self._unknown("directory", at, "fact", fact, facts)
                    if fact in facts and facts[fact].kind != key:
                        message = f"`{fact}` is a {facts[fact].kind}, not a {key}"
                        yield self._problem("directory", at, message, "Name another fact")
            if department.link is not None:
                at = ("departments", name, "link")
                yield from self._unknown("directory", at, "link", department.link, links)

    def _statement_references(self) -> Iterator[str]:
        for name, statement in self._statements.items():
            for fact in statement.facts:
                at = ("statements", name, "facts")
                yield from self._unknown("statements", at, "fact", fact, self._directory.facts)
            for link in statement.links:
                at = ("statements", name, "links")
                yield from self._unknown("statements", at, "link", link, self._directory.links)

    def outcomes(self) -> Iterator[tuple[str, Location, Outcome]]:
        for t, table in enumerate(self._routes.tables):
            for r, rule in enumerate(table.rules):
                yield "routes", ("tables", t, "rules", r, "then"), rule.then
        for name, topic in self._topics.items():
            if topic.answer is not None:
                yield "topics", ("topics", name, "answer"), topic.answer

    def _outcomes(self) -> Iterator[str]:
        for file, at, outcome in self.outcomes():
            for contact in outcome.contacts:
                known: Iterable[str] = self._directory.departments
                yield from self._unknown(file, (*at, "contacts"), "department", contact, known)
            for form in outcome.forms:
                yield from self._unknown(
                    file, (*at, "forms"), "form (a link)", form, self._directory.links
                )
            for statement in outcome.statements:
                yield from self._unknown(
                    file, (*at, "statements"), "statement", statement, self._statements
                )

    def _topic_fields(self) -> Iterator[str]:
        fields = self._routes.fields
        for name, topic in self._topics.items():
            for part in ("request", "default", "covers"):
                for field, values in getattr(topic, part).items():
                    at = ("topics", name, part)
                    yield from self._unknown("topics", at, "field", field, fields)
                    for value in values if field in fields else ():
                        known = fields[field].values
                        yield from self._unknown("topics", (*at, field), "value", value, known)
            for field in topic.request_when:
                at = ("topics", name, "request_when")
                yield from self._unknown("topics", at, "field", field, fields)
            for follow_up in topic.follow_ups:
                at = ("topics", name, "follow_ups")
                yield from self._unknown(
                    "topics", at, "topic", follow_up, {*self._topics, *SPECIAL_FOLLOW_UPS}
                )

    def _unused(self) -> Iterator[str]:
        used = {name for _, _, outcome in self.outcomes() for name in outcome.statements}
        for name in self._statements:
            if name not in used:
                yield self._problem(
                    "statements",
                    ("statements", name),
                    "no rule and no topic states this",
                    "Use it in routes.yml or topics.yml, or remove it",
                )
