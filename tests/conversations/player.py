"""Holds the conversations of this folder with the real assistant and compares what they bring."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bot.chinese import traditional
from bot.content_loader import LineLookup, load_yaml
from bot.content_store import shipped_wording
from bot.languages import load_languages
from bot.scenario import KINDS, Expect, Scenario, Step, load_scenario

if TYPE_CHECKING:
    from rasa.core.agent import Agent

    from bot.observed import Observed

FOLDER = Path(__file__).resolve().parent


def scenario_files() -> list[Path]:
    """All conversations, by kind."""
    return [path for kind in KINDS for path in sorted((FOLDER / kind).glob("*.yml"))]


def load(path: Path) -> Scenario:
    """One conversation, with messages in each offered language."""
    return load_scenario(path, load_languages().offered)


def played_in(scenario: Scenario) -> tuple[str, ...]:
    """Its languages, and those that are answered in with the converted wording of one of them."""
    known = load_languages()
    held = scenario.languages or known.offered
    if scenario.languages:  # its characters are part of what it is about
        return held
    return (*held, *(code for code in known.answered if code != known.source_of(code) in held))


@dataclass
class Player:
    """Plays one conversation in one language."""

    agent: Agent
    path: Path
    language: str
    seen: dict[str, str] = field(default_factory=dict)

    @property
    def _is_converted(self) -> bool:
        return load_languages().source_of(self.language) != self.language

    async def play(self) -> list[str]:
        """Returns what went otherwise, each with the line of its step; empty if all went well."""
        from bot.conversation import Conversation
        from bot.observed import observe

        scenario = load(self.path)
        lines = load_yaml(self.path)[1]
        conversation = Conversation(self.agent)
        sender = f"test:{self.path.parent.name}/{self.path.stem}/{self.language}"
        transcript: list[str] = []
        open_now: dict[str, str] = {}
        expected = self.language
        for index, step in enumerate(scenario.steps):
            sent = await self._sent(step, open_now, sender)
            if sent is None:
                shown = ", ".join(open_now) or "none"
                return [f"{_line(lines, index)}: that choice is not open; open are {shown}"]
            # A first message may be the same in both scripts; the channel then knows which.
            hint = scenario.hint or (self.language if self._is_converted else None)
            result = await conversation.turn(
                sender, scenario.channel, hint=hint, language=step.language, **sent
            )
            turn = await observe(self.agent, sender, result)
            transcript += [f"  > {sent}", *(f"  < {line}" for line in turn.text.splitlines())]
            if turn.choices:
                open_now = {key: choice for choice, key in turn.choices}
                self.seen.update(open_now)
            expected = _expected_language(step.expect, self.language, expected)
            wrong = [*differences(step.expect, turn, expected)]
            if wrong:
                seen_intent = f"taken for {turn.intent} {turn.understood.get('candidates') or ''}"
                return [*(f"{_line(lines, index)}: {w}" for w in wrong), seen_intent, *transcript]
        return []

    async def _sent(
        self, step: Step, open_now: dict[str, str], sender: str
    ) -> dict[str, Any] | None:
        """What goes to the assistant; None if the choice of the step is not open."""
        text = step.text(load_languages().source_of(self.language))
        if text is not None:
            return {"text": traditional(text) if self._is_converted else text}
        if step.stale is not None:
            return {"choice": self.seen[step.stale]} if step.stale in self.seen else None
        if step.language is not None:
            return {}
        meaning = step.choose or step.number or step.title
        if meaning not in open_now:
            return None
        if step.choose is not None:
            return {"choice": open_now[step.choose]}
        if step.number is not None:
            return {"text": str([*open_now].index(step.number) + 1)}
        return {"text": await self._title(str(step.title), sender)}

    async def _title(self, key: str, sender: str) -> str:
        from bot.observed import open_choices
        from bot.say import Say

        tracker = await self.agent.tracker_store.retrieve(sender)
        spoken = (tracker.get_slot("language") if tracker else None) or self.language
        choice = next(choice for choice in open_choices(tracker) if choice.key == key)
        say = Say(key="repair.clarify", language=str(spoken), choices=(choice,))
        return str(self.agent.nlg.renderer.choice_titles(say)[0])


def differences(expect: Expect, turn: Observed, language: str) -> Iterator[str]:
    """What a turn brought that differs from what it should."""
    if not turn.text.strip() or "{" in turn.text:
        yield f"the text is empty or has a placeholder left: {turn.text!r}"
    if turn.language != language:
        yield f"answered in {turn.language}, not in {language}"
    yield from _exact(expect, turn)
    keys = tuple(key for _, key in turn.choices)
    yield from _contained("offers", expect.offers, keys)
    for part in ("rules", "statements", "contacts", "forms"):
        yield from _contained(part, getattr(expect, part), turn.plan_ids(part))
    have = {i for part in ("rules", "statements", "contacts", "forms") for i in turn.plan_ids(part)}
    for name in expect.without:
        if name in have:
            yield f"the plan has {name}"
    for name in expect.facts:
        stated = shipped_wording().fact(turn.language, name)
        if stated not in turn.text:
            yield f"the text does not state {name} ({stated})"
    for slot, value in expect.slots.items():
        if turn.slots.get(slot) != value:
            yield f"slot {slot} is {turn.slots.get(slot)!r}, not {value!r}"


def _exact(expect: Expect, turn: Observed) -> Iterator[str]:
    brought: dict[str, Any] = {
        "topics": turn.topics,
        "question": turn.question,
        "choices": tuple(key for _, key in turn.choices),
        "keys": turn.keys,
        "remarks": tuple(key for key in turn.remarks if key != "language.draft_notice"),
        "handoff": turn.handoff,
        "intent": turn.intent,
        "notice": turn.notice,
        "plan": turn.plan is not None,
        "complete": turn.plan is not None and turn.plan["complete"],
    }
    for name, value in brought.items():
        if expect.looks_at(name) and getattr(expect, name) != value:
            yield f"{name}: {_shown(value)} instead of {_shown(getattr(expect, name))}"


def _contained(name: str, wanted: tuple[str, ...], have: tuple[str, ...]) -> Iterator[str]:
    missing = [item for item in wanted if item not in have]
    if missing:
        yield f"{name}: {', '.join(missing)} not among {_shown(have)}"


def _expected_language(expect: Expect, test_language: str, before: str) -> str:
    if expect.language is None:
        return before
    if isinstance(expect.language, str):
        return expect.language
    source = load_languages().source_of(test_language)
    wanted = expect.language[source]
    return test_language if wanted == source else wanted


def _line(lines: LineLookup, index: int) -> str:
    return f"{lines.path.parent.name}/{lines.path.name}:{lines.line('steps', index)}"


def _shown(value: Any) -> str:
    if isinstance(value, tuple):
        return "[" + ", ".join(value) + "]"
    return str(value)
