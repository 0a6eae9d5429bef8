"""Turns what is to be said into text and a structured plan, for one language and channel."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timezone
from typing import Any

from bot.bidi import isolated
from bot.guidance.calendar import OpenState, open_state
from bot.guidance.load import Guidance
from bot.handoff import notice_text
from bot.keys import Key
from bot.languages import direction_in, load_languages
from bot.localized import day_text, locale_of, time_text, weekday_text
from bot.pieces import SHORT_CHANNELS, Piece, joined
from bot.say import Choice, PlanIds, Say
from bot.wording import Wording

INTERPRETER_OFFER = "topic.interpreter"
"""It ends a message that is in English because a draft is withheld."""

_PARTS = {
    "steps": ("step", Key.LABEL_STEPS),
    "documents": ("document", Key.LABEL_DOCUMENTS),
    "timing": ("timing", Key.LABEL_TIMING),
    "cost": ("cost", Key.LABEL_COST),
    "notes": ("note", Key.LABEL_NOTES),
}


def utc_now() -> datetime:
    """This moment, with its time zone."""
    return datetime.now(timezone.utc)


class Renderer:
    """Renders messages; the clock can be set for tests."""

    def __init__(
        self,
        guidance: Guidance,
        wording: Wording,
        now: Callable[[], datetime] = utc_now,
        handoffs: Mapping[str, str] | None = None,
    ) -> None:
        """Keeps what it renders from.

        Args:
            guidance: Loaded and checked.
            wording: Loaded and checked.
            now: Gives the present moment.
            handoffs: The notice of each language that is not offered; without them none is given.
        """
        self._guidance, self._wording, self._now = guidance, wording, now
        self._handoffs = handoffs or {}
        self._open_now: dict[str, tuple[datetime, str]] = {}

    def text(self, say: Say, channel: str) -> str:
        """The message as the channel shows it, without choices where the channel has buttons."""
        return joined(self.pieces(say, channel), channel)

    def pieces(self, say: Say, channel: str, plan: dict[str, Any] | None = None) -> list[Piece]:
        """What a message consists of, in order.

        Args:
            say: What is to be said.
            channel: Where.
            plan: What :meth:`plan` gives, where that is known already.
        """
        short = channel in SHORT_CHANNELS
        values = self._values(say)
        spoken: dict[str, Any] = {"short": short, "values": values}
        pieces = [self._piece(say, key, "first", **spoken) for key in (*say.before, say.key)]
        notice = self.notice(say)
        if notice is not None:
            pieces.insert(0, Piece("notice", notice["text"], notice["language"]))
        if say.plan is not None and say.show_plan:
            if short:
                pieces += self._brief(say, values)
            else:
                pieces += self._spelled_out(say, plan or self._plan(say, say.plan, values), values)
        if say.plan is not None and short:
            known = " ".join(piece.text for piece in pieces if piece.kind != "notice")
            lines = self._lines_not_named(say, known)
            pieces += [Piece("plan", line, say.language) for line in lines]
        if say.plan is not None and (short or not say.show_plan) and self._only_by_phone(say.plan):
            pieces.append(self._piece(say, Key.SYSTEM_RELAY.value, "relay", **spoken))
        pieces += [self._piece(say, key, "last", **spoken) for key in say.after]
        if short and say.choices:
            pieces.append(Piece("choices", self._numbered(say), say.language))
        if any(self._is_withheld(say.language, key) for key in self._keys(say)):
            offer = self._wording.text_even_if_draft(say.language, INTERPRETER_OFFER, short=short)
            pieces.append(Piece("offer", offer, say.language))
        return pieces

    def _piece(
        self, say: Say, key: str, kind: str, *, short: bool, values: dict[str, str]
    ) -> Piece:
        language = self._wording.spoken(say.language, key)
        return Piece(kind, self._say(say, key, short, values), language)

    def notice(self, say: Say) -> dict[str, str] | None:
        """The interpreter notice that comes first: `text`, `language` and `direction`."""
        language = load_languages().get(say.notice) if say.notice is not None else None
        if language is None or language.code not in self._handoffs:
            return None
        phone = self._wording.fact(say.language, "interpreter_phone")
        text = notice_text(self._handoffs[language.code], language, phone)
        return {"text": text, "language": language.code, "direction": language.direction}

    def plan(self, say: Say) -> dict[str, Any] | None:
        """The plan with its wording: what a card shows and `roi ask` prints."""
        return self._plan(say, say.plan, self._values(say)) if say.plan is not None else None

    def _plan(self, say: Say, plan: PlanIds, values: dict[str, str]) -> dict[str, Any]:
        rendered: dict[str, Any] = {
            "complete": not plan.open_fields,
            "open_questions": list(plan.open_fields),
            "rules": list(plan.rules),
        }
        for part, (kind, _) in _PARTS.items():
            rendered[part] = [
                {"id": name, "text": self._statement(say, name, values)}
                for name in plan.statements
                if self._guidance.statements[name].kind == kind
            ]
        rendered["forms"] = [
            {"id": form, "name": self._wording.text(say.language, f"form.{form}")}
            for form in plan.forms
        ]
        rendered["contacts"] = [self._contact(say, name, values) for name in plan.contacts]
        rendered["sources"] = list(self._sources(plan))
        rendered["verify"] = self._is_doubted(plan)
        return rendered

    def choice_titles(self, say: Say) -> list[str]:
        """The title of each choice, in order."""
        return [self._title(choice, say.language) for choice in say.choices]

    def _title(self, choice: Choice, language: str) -> str:
        kind, _, code = choice.key.partition(".")
        known = load_languages().get(code) if kind == "language_name" else None
        return known.name if known is not None else self._wording.text(language, choice.key)

    def _values(self, say: Say) -> dict[str, str]:
        language = self._wording.spoken(say.language, Key.SYSTEM_AUTOPSY_FROM.value)
        locale = locale_of(language)
        values = {"open_now": self.open_now(say.language)}
        if say.death is not None and say.requestable_from is not None:
            # `from` is no name that Python takes as an argument, hence a mapping.
            dates: dict[str, Any] = {
                "death": day_text(say.death, locale),
                "from": day_text(say.requestable_from, locale),
            }
            values |= {
                "autopsy_date": self._wording.text(
                    say.language, Key.SYSTEM_AUTOPSY_FROM.value, **dates
                )
            }
        else:
            ask = self._wording.text(say.language, Key.SYSTEM_AUTOPSY_ASK_DATE.value)
            values["autopsy_date"] = ask
        return values

    def open_now(self, language: str) -> str:
        """Whether the records office is open, until when, or when it opens again."""
        minute = self._now().replace(second=0, microsecond=0)  # offices open at full minutes
        known = self._open_now.get(language)
        if known is None or known[0] != minute:
            known = self._open_now[language] = (minute, self._opening(language, minute))
        return known[1]

    def _opening(self, language: str, now: datetime) -> str:
        hours = self._guidance.directory.facts["him_hours"].value
        state: OpenState = open_state(hours, now)
        if state.is_open and state.closes_at is not None:
            locale = locale_of(self._wording.spoken(language, Key.SYSTEM_OPEN_UNTIL.value))
            closes = time_text(state.closes_at, locale)
            return self._wording.text(language, Key.SYSTEM_OPEN_UNTIL.value, closes=closes)
        key = Key.SYSTEM_CLOSED_HOLIDAY if state.is_holiday else Key.SYSTEM_CLOSED_UNTIL
        locale = locale_of(self._wording.spoken(language, key.value))
        opening = state.next_opening
        opens = f"{weekday_text(opening.date(), locale)}, {time_text(opening, locale)}"
        return self._wording.text(language, key.value, opens=opens)

    def _is_withheld(self, language: str, key: str) -> bool:
        return self._wording.spoken(language, key) != language

    def _keys(self, say: Say) -> list[str]:
        """What a message says, the small words round it left out."""
        statements = say.plan.statements if say.plan is not None and say.show_plan else ()
        choices = [choice.key for choice in say.choices if self._wording.has(choice.key)]
        spoken = [f"statement.{name}" for name in (*statements, *say.brief)]
        return [*say.before, say.key, *say.after, *spoken, *choices]

    def _say(self, say: Say, key: str | Key, short: bool, values: dict[str, str]) -> str:
        name = key.value if isinstance(key, Key) else key
        return self._wording.text(say.language, name, short=short, **values)

    def _statement(self, say: Say, name: str, values: dict[str, str], short: bool = False) -> str:
        return self._say(say, f"statement.{name}", short, values)

    def _brief(self, say: Say, values: dict[str, str]) -> list[Piece]:
        lines = [self._statement(say, name, values, short=True) for name in say.brief]
        if say.plan is not None and self._is_doubted(say.plan):
            lines.append(self._say(say, Key.SYSTEM_VERIFY, True, values))
        return [Piece("plan", line, say.language) for line in lines]

    def _lines_not_named(self, say: Say, text: str) -> list[str]:
        """A text message lists no contacts; the lines that its words leave out end it."""
        lines = []
        for name in say.plan.contacts if say.plan is not None else ():
            phone = self._guidance.directory.departments[name].phone
            number = self._wording.fact(say.language, phone) if phone is not None else ""
            if number not in text:
                who = self._wording.text(say.language, f"department.{name}", short=True)
                lines.append(f"{isolated(who, direction_in(say.language))}: {number}.")
        return lines

    def _spelled_out(
        self, say: Say, plan: Mapping[str, Any], values: dict[str, str]
    ) -> list[Piece]:
        blocks = []
        for part, (_, label) in _PARTS.items():
            texts = [entry["text"] for entry in plan[part]]
            if texts:
                blocks.append(self._block(say, label, texts, numbered=part == "steps"))
        contacts = [self._contact_line(say, contact) for contact in plan["contacts"]]
        if contacts:
            blocks.append(self._block(say, Key.LABEL_CONTACTS, contacts))
        pieces = [Piece("plan", block, say.language) for block in blocks]
        spoken: dict[str, Any] = {"short": False, "values": values}
        if say.plan is not None and self._only_by_phone(say.plan):
            pieces.append(self._piece(say, Key.SYSTEM_RELAY.value, "relay", **spoken))
        if plan["verify"]:
            pieces.append(self._piece(say, Key.SYSTEM_VERIFY.value, "verify", **spoken))
        sections = "; ".join(plan["sources"])
        if sections:
            source = {**spoken, "values": {**values, "sections": sections}}
            pieces.append(self._piece(say, Key.LABEL_SOURCE.value, "source", **source))
        return pieces

    def _block(self, say: Say, label: Key, texts: Sequence[str], numbered: bool = False) -> str:
        marks = [f"{index}." if numbered else "-" for index in range(1, len(texts) + 1)]
        heading = self._wording.text(say.language, label.value)
        return "\n".join([heading, *(f"{m} {t}" for m, t in zip(marks, texts, strict=True))])

    def _contact(self, say: Say, name: str, values: dict[str, str]) -> dict[str, Any]:
        department = self._guidance.directory.departments[name]
        facts = self._guidance.directory.facts
        contact: dict[str, Any] = {
            "id": name,
            "name": self._wording.text(say.language, f"department.{name}"),
        }
        for key in ("phone", "fax", "address"):
            fact = getattr(department, key)
            contact[key] = facts[fact].value if fact is not None else None
        contact["hours"] = contact["open_now"] = contact["url"] = None
        if department.hours is not None:
            contact["hours"] = self._wording.fact(say.language, department.hours)
            contact["open_now"] = values["open_now"]
        if department.link is not None:
            url = self._guidance.directory.links[department.link].url
            contact["url"] = str(url) if url is not None else None
        return contact

    def _contact_line(self, say: Say, contact: dict[str, Any]) -> str:
        around = direction_in(say.language)
        details = [contact[key] for key in ("name", "phone", "hours", "url") if contact[key]]
        line = ", ".join(isolated(detail, around) for detail in details)
        if not contact["open_now"]:
            return line
        return f"{line.removesuffix('.')}. {contact['open_now']}"  # "4:30 p. m." ends in one

    def _numbered(self, say: Say) -> str:
        around = direction_in(say.language)
        titles = [isolated(title, around) for title in self.choice_titles(say)]
        listed = " ".join(f"{index}) {title}" for index, title in enumerate(titles, start=1))
        reply = self._wording.text(say.language, Key.LABEL_REPLY_WITH_NUMBER.value)
        return f"{listed}. {reply}"

    def _sources(self, plan: PlanIds) -> list[str]:
        sections = [self._guidance.statements[name].section for name in plan.statements]
        sections += [self._guidance.directory.departments[name].section for name in plan.contacts]
        headings = self._guidance.directory.sections
        return list(dict.fromkeys(headings[name] for name in sections if name is not None))

    def _only_by_phone(self, plan: PlanIds) -> bool:
        """Is calling the only way that this plan names?"""
        if not plan.contacts or plan.forms:
            return False
        statements = [self._guidance.statements[name] for name in plan.statements]
        departments = [self._guidance.directory.departments[name] for name in plan.contacts]
        reached_otherwise = any(statement.links for statement in statements) or any(
            department.link for department in departments
        )
        facts = self._guidance.directory.facts
        has_address = any(
            facts[fact].kind in ("address", "fax")
            for statement in statements
            for fact in statement.facts
        )
        written = has_address or any(name.startswith("mychart_") for name in plan.statements)
        return not reached_otherwise and not written

    def _is_doubted(self, plan: PlanIds) -> bool:
        facts = self._guidance.directory.facts
        return any(
            self._guidance.statements[name].status == "verify"
            or any(facts[fact].status == "verify" for fact in self._guidance.statements[name].facts)
            for name in plan.statements
        )
