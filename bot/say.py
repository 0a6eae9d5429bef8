"""What an action wants said, free of language and channel; the NLG turns it into text."""

from __future__ import annotations

from datetime import date
from typing import Any, ClassVar

from pydantic import BaseModel, Extra

from bot.guidance.model import Handoff
from bot.guidance.resolver import Plan


class _Frozen(BaseModel):
    class Config:
        extra = Extra.forbid
        frozen = True


class Choice(_Frozen):
    """A named choice: the key of its title and what choosing it means.

    Attributes:
        id: Opaque; the channel sends it out and takes it back.
        key: The title's key in the wording.
        intent: The intent that choosing it stands for.
        entities: Field values that it fills in.
    """

    id: str
    key: str
    intent: str
    entities: dict[str, str] = {}


class PlanIds(_Frozen):
    """A :class:`bot.guidance.resolver.Plan` on its way through Rasa's JSON."""

    rules: tuple[str, ...] = ()
    contacts: tuple[str, ...] = ()
    forms: tuple[str, ...] = ()
    statements: tuple[str, ...] = ()
    open_fields: tuple[str, ...] = ()

    @classmethod
    def of(cls, plan: Plan) -> PlanIds:
        """The ids of a plan."""
        return cls(
            rules=plan.rules,
            contacts=plan.contacts,
            forms=plan.forms,
            statements=plan.statements,
            open_fields=plan.open_fields,
        )


class Say(_Frozen):
    """One message to the person.

    Attributes:
        key: The wording to begin with.
        language: The language to say it in.
        topics: The topics it answers, the one answered first.
        handoff: The people it hands over to.
        plan: What to do, if the message says so.
        show_plan: Whether the text spells the plan out after its first words.
        brief: Statements that a text message adds to its first words.
        choices: What the person can choose next.
        death: The date of a death, used for this answer only.
        requestable_from: From when an autopsy report can be asked for.
        before: Keys of short texts said first, such as "OK, I changed that."
        after: Keys of short texts said last.
        question: The field that this message asks about.
        notice: A language that is not offered, whose interpreter notice comes first.
    """

    DATES: ClassVar[tuple[str, ...]] = ("death", "requestable_from")

    key: str
    language: str
    topics: tuple[str, ...] = ()
    handoff: Handoff | None = None
    plan: PlanIds | None = None
    show_plan: bool = True
    brief: tuple[str, ...] = ()
    choices: tuple[Choice, ...] = ()
    death: date | None = None
    requestable_from: date | None = None
    before: tuple[str, ...] = ()
    after: tuple[str, ...] = ()
    question: str | None = None
    notice: str | None = None

    def dates(self) -> dict[str, str] | None:
        """The dates in it, as JSON; they are for this answer and stored nowhere."""
        dates = {name: getattr(self, name) for name in self.DATES}
        told = {name: date.isoformat() for name, date in dates.items() if date is not None}
        return told or None

    def as_json(self) -> dict[str, Any]:
        """Plain JSON, for Rasa's events."""
        return {name: _plain(value) for name, value in self.dict(exclude_defaults=True).items()}


def _plain(value: Any) -> Any:
    """A value as JSON has it."""
    if isinstance(value, dict):
        return {name: _plain(part) for name, part in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(part) for part in value]
    return value.isoformat() if isinstance(value, date) else value
