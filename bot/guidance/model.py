"""What the guidance files hold: the hospital's facts, statements, decision tables and topics.

The shapes here are checked file by file; what must agree between files is checked in
:mod:`bot.guidance.load`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from typing import Any, Literal

from pydantic import AnyHttpUrl, BaseModel, Extra, Field, root_validator, validator

from bot.guidance.calendar import OpeningHours

FactKind = Literal["phone", "fax", "address", "hours", "days", "business_days", "date"]
StatementKind = Literal["step", "note", "document", "timing", "cost"]
Handoff = Literal["interpreter", "human", "emergency"]
Status = Literal["stands", "verify"]

UNSURE = "unsure"
"""The answer "I don't know"; it also stands for a question left open."""

PHONE_FORM = re.compile(r"\d{3}\.\d{3}\.\d{4}|\d{3}")


class _Content(BaseModel):
    class Config:
        extra = Extra.forbid
        frozen = True


class Cited(_Content):
    """Something the hospital's page says, with the section and the words that say it."""

    section: str | None = None
    quote: str | None = None


class Fact(Cited):
    """A number, address, period or date; `outside` gives the reason for one not on the page."""

    kind: FactKind
    value: Any
    outside: str | None = None
    status: Status = "stands"
    staff_note: str | None = None

    @root_validator
    def _value_fits_kind(cls, values: dict[str, Any]) -> dict[str, Any]:
        kind, value = values.get("kind"), values.get("value")
        if kind == "hours":
            values["value"] = OpeningHours.parse_obj(value)
        elif kind in ("phone", "fax") and not (
            isinstance(value, str) and PHONE_FORM.fullmatch(value)
        ):
            raise ValueError(f"`{value}` is no phone number of the form 617.555.0123 or 911")
        elif kind in ("days", "business_days") and not (isinstance(value, int) and value > 0):
            raise ValueError("a period is a whole number of days above 0")
        elif kind == "date" and not isinstance(value, date):
            raise ValueError("write the date as 2026-03-31")
        elif kind == "address" and not (isinstance(value, str) and value.strip()):
            raise ValueError("an address is text")
        return values

    @root_validator
    def _is_cited(cls, values: dict[str, Any]) -> dict[str, Any]:
        cited = bool(values.get("section") and values.get("quote"))
        if cited == bool(values.get("outside")):
            raise ValueError("give section and quote, or else `outside` with the reason")
        return values


class Link(Cited):
    """An address that the page links to; `url` stays null until the hospital configures it."""

    url: AnyHttpUrl | None = None
    phone: str

    @validator("url")
    def _is_https(cls, url: AnyHttpUrl | None) -> AnyHttpUrl | None:
        if url is not None and url.scheme != "https":
            raise ValueError("a link must begin with https://")
        return url


class Department(Cited):
    """Who to reach: the ids of its facts and of its link."""

    phone: str | None = None
    fax: str | None = None
    address: str | None = None
    hours: str | None = None
    link: str | None = None

    @root_validator
    def _can_be_reached(cls, values: dict[str, Any]) -> dict[str, Any]:
        if not (values.get("phone") or values.get("link")):
            raise ValueError("a department needs a phone or a link")
        return values


class Page(_Content):
    """The hospital's page itself."""

    title: str
    url: AnyHttpUrl | None = None


class Directory(_Content):
    """`directory.yml`."""

    page: Page
    sections: dict[str, str]
    facts: dict[str, Fact]
    links: dict[str, Link]
    departments: dict[str, Department]


class Statement(Cited):
    """Something an answer may state; `absent` marks what the page does not say."""

    kind: StatementKind
    facts: tuple[str, ...] = ()
    links: tuple[str, ...] = ()
    status: Status = "stands"
    absent: bool = False

    @root_validator
    def _is_cited(cls, values: dict[str, Any]) -> dict[str, Any]:
        if not values.get("section"):
            raise ValueError("name the section of the page that this comes from")
        if bool(values.get("quote")) == values.get("absent"):
            raise ValueError("give the page's words as `quote`, or `absent: true`")
        return values


class Statements(_Content):
    """`statements.yml`."""

    statements: dict[str, Statement]


class Outcome(_Content):
    """What a rule or an informative topic contributes to a plan, all by id."""

    contacts: tuple[str, ...] = ()
    forms: tuple[str, ...] = ()
    statements: tuple[str, ...] = ()


class Rule(_Content):
    """One row of a decision table; a field missing in `when` does not matter."""

    id: str
    when: Mapping[str, tuple[str, ...]]
    then: Outcome

    @validator("when")
    def _values_are_given(
        cls, when: Mapping[str, tuple[str, ...]]
    ) -> Mapping[str, tuple[str, ...]]:
        for field, values in when.items():
            if not values:
                raise ValueError(f"`{field}` has no values; leave it out if it does not matter")
        return when


class Table(_Content):
    """A decision table with a unique hit policy."""

    id: str
    asks: bool = True
    rules: list[Rule] = Field(min_items=1)


class RequestField(_Content):
    """A field of the request, what it may be, and what a question about it offers."""

    values: tuple[str, ...]
    offer: tuple[str, ...]
    groups: Mapping[str, tuple[str, ...]] = {}

    @root_validator(skip_on_failure=True)
    def _offers_what_exists(cls, values: dict[str, Any]) -> dict[str, Any]:
        known = {*values["values"], *values["groups"]}
        for name in values["offer"]:
            if name not in known:
                raise ValueError(f"`{name}` is offered but is neither a value nor a group")
        for group, members in values["groups"].items():
            for member in members:
                if member not in values["values"]:
                    raise ValueError(f"the group `{group}` names `{member}`, which is no value")
        if UNSURE not in values["values"]:
            raise ValueError(f"each field needs the value `{UNSURE}`")
        return values


class Routes(_Content):
    """`routes.yml`."""

    fields: dict[str, RequestField]
    tables: list[Table]


class Topic(_Content):
    """What a topic answers with: a request to resolve, or an answer of its own."""

    mode: Literal["guided", "direct"] | None = None
    request: Mapping[str, tuple[str, ...]] = {}
    default: Mapping[str, tuple[str, ...]] = {}
    covers: Mapping[str, tuple[str, ...]] = {}
    request_when: tuple[str, ...] = ()
    answer: Outcome | None = None
    handoff: Handoff | None = None
    follow_ups: tuple[str, ...] = ()

    @root_validator
    def _answers_or_resolves(cls, values: dict[str, Any]) -> dict[str, Any]:
        resolves = bool(values.get("mode"))
        if resolves == (values.get("answer") is not None):
            raise ValueError("a topic has either `mode` and `request`, or `answer`")
        if resolves and not (values.get("request") or values.get("default")):
            raise ValueError("a topic with a `mode` says what it requests")
        return values


class Topics(_Content):
    """`topics.yml`."""

    topics: dict[str, Topic]
