"""Conversations as data: what a file under ``tests/conversations/`` may hold.

A file is a list of steps, each with a message and what the assistant must do; wording is never
compared. ``tests/conversations/README.md`` explains the format to people who write them.
"""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from pydantic import BaseModel, Extra, Field, root_validator
from ruamel.yaml import YAML

from bot.content_loader import ContentError, LineLookup, validated

KINDS = (
    "happy_path",
    "corrections",
    "digressions",
    "cancellations",
    "unknown",
    "emergency",
    "privacy",
    "language_switch",
    "repairs",
)
"""The folders: what can go wrong, or right, in a conversation."""

_MESSAGES = ("say", "choose", "number", "title", "stale")


class _Strict(BaseModel):
    class Config:
        extra = Extra.forbid
        frozen = True


class Expect(_Strict):
    """What one step must bring; a key that is left out is not looked at, null means "none".

    Attributes:
        topics: The topics answered, exactly and in order.
        question: The field that is asked about at the end.
        choices: The meaning of the choices at the end: the keys of their titles, exactly.
        offers: Choices that must be among them.
        keys: The keys of all messages, exactly and in order.
        remarks: The keys of what is said before and after a message, such as request.corrected.
        rules: Rules of routes.yml that the plan must rest on.
        statements: Statements that the plan must make.
        contacts: Departments that the plan must name.
        forms: Forms that the plan must name.
        without: Rules, statements, contacts or forms that the plan must not have.
        plan: Is there a plan?
        complete: Does the plan leave no question open?
        facts: Facts of directory.yml that the text must state.
        handoff: The people it hands over to.
        language: The language of the last message; one for each test language if it differs.
        intent: What the message must be taken for.
        notice: The language of the interpreter notice; null for none.
        slots: Slots after the step; null is an empty one.
    """

    topics: tuple[str, ...] | None = None
    question: str | None = None
    choices: tuple[str, ...] | None = None
    offers: tuple[str, ...] = ()
    keys: tuple[str, ...] | None = None
    remarks: tuple[str, ...] | None = None
    rules: tuple[str, ...] = ()
    statements: tuple[str, ...] = ()
    contacts: tuple[str, ...] = ()
    forms: tuple[str, ...] = ()
    without: tuple[str, ...] = ()
    plan: bool | None = None
    complete: bool | None = None
    facts: tuple[str, ...] = ()
    handoff: str | None = None
    language: str | Mapping[str, str] | None = None
    intent: str | None = None
    notice: str | None = None
    slots: Mapping[str, Any] = {}

    def looks_at(self, name: str) -> bool:
        """Does the file say anything about it, be it "none"?"""
        return name in self.__fields_set__


class Step(_Strict):
    """One message and what it must bring.

    Attributes:
        say: What the person types, for each language; one text if it is the same in all.
        choose: The button with this meaning, picked.
        number: The number of the choice with this meaning, typed.
        title: The very title of the choice with this meaning, typed.
        stale: A button of an earlier message that is no longer open.
        language: A language picked as on the page, beside a message or by itself.
        expect: What it must bring.
    """

    say: str | Mapping[str, str] | None = None
    choose: str | None = None
    number: str | None = None
    title: str | None = None
    stale: str | None = None
    language: str | None = None
    expect: Expect = Expect()

    @root_validator
    def _one_message(cls, values: dict[str, Any]) -> dict[str, Any]:
        given = [name for name in _MESSAGES if values.get(name) is not None]
        if len(given) > 1 or not (given or values.get("language")):
            raise ValueError(f"a step has exactly one of {', '.join(_MESSAGES)}")
        return values

    def text(self, language: str) -> str | None:
        """What is typed in a language; None where a choice is picked."""
        if self.say is None or isinstance(self.say, str):
            return self.say
        return self.say[language]


class Scenario(_Strict):
    """One file.

    Attributes:
        name: What happens, as a sentence.
        why: What would be lost if it broke.
        channel: The channel it is held on.
        hint: What the channel knows of the person's language.
        languages: The languages it is held in; every offered one if left out, and those whose
            messages can be converted from one of them.
        steps: The messages in order.
    """

    name: str = Field(min_length=1)
    why: str = Field(min_length=1)
    channel: str = "web"
    hint: str | None = None
    languages: tuple[str, ...] | None = None
    steps: list[Step] = Field(min_items=1)


def load_scenario(path: Path, offered: Sequence[str]) -> Scenario:
    """Reads one file.

    Args:
        path: The file.
        offered: The languages that it must have messages in, if it names none itself.

    Raises:
        ContentError: It does not fit, or a step lacks a language.
    """
    scenario = validated(path, Scenario)
    wanted = scenario.languages or tuple(offered)
    lines = LineLookup(path)
    problems = []
    for index, step in enumerate(scenario.steps):
        missing = [] if isinstance(step.say, str) else _missing(step.say, wanted)
        for language in missing:
            at = ("steps", index, "say")
            mend = f"Add what somebody would write in `{language}`, or list `languages:`"
            problems.append(lines.problem(at, f"`{language}` is missing", mend))
    if problems:
        raise ContentError(*problems)
    return scenario


def _missing(say: Mapping[str, str] | None, wanted: Sequence[str]) -> list[str]:
    return [language for language in wanted if language not in say] if say is not None else []


def as_yaml(content: Mapping[str, Any]) -> str:
    """The text of a file, in the order given, without wrapped lines."""
    yaml = YAML()
    yaml.width = 10_000  # type: ignore[assignment]
    yaml.indent(mapping=2, sequence=2, offset=0)
    yaml.allow_unicode = True
    stream = io.StringIO()
    yaml.dump(content, stream)
    return stream.getvalue()
