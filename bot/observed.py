"""What one turn brought, by meaning: for staff who ask why, and for tests that compare it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from bot.say import Choice, Say

if TYPE_CHECKING:
    from rasa.core.agent import Agent
    from rasa.shared.core.events import Event
    from rasa.shared.core.trackers import DialogueStateTracker

    from bot.conversation import TurnResult

REQUEST_SLOTS = ("item", "subject", "destination", "sensitivity", "requester")
_PLAN_PARTS = ("steps", "documents", "timing", "cost", "notes")


@dataclass(frozen=True)
class Observed:
    """One turn by meaning.

    Attributes:
        keys: The keys of the messages, in order.
        remarks: The keys of what was said before and after them.
        topics: The topics answered, the one answered first.
        question: The field asked about at the end.
        choices: Id and title key of the choices at the end.
        plan: The last plan with its wording.
        handoff: The people handed over to.
        language: The language of the last message.
        understood: What understanding made of the message; empty if it was refused before.
        slots: All slots after the turn.
        text: All messages as shown.
        notice: The language of the interpreter notice, where a message begins with one.
    """

    keys: tuple[str, ...]
    remarks: tuple[str, ...]
    topics: tuple[str, ...]
    question: str | None
    choices: tuple[tuple[str, str], ...]
    plan: dict[str, Any] | None
    handoff: str | None
    language: str
    understood: Mapping[str, Any]
    slots: Mapping[str, Any]
    text: str
    notice: str | None = None

    @property
    def intent(self) -> str | None:
        """What the message was taken for."""
        name = (self.understood.get("intent") or {}).get("name")
        return str(name) if name is not None else None

    def plan_ids(self, part: str) -> tuple[str, ...]:
        """The ids of the plan's `rules`, `statements`, `contacts` or `forms`."""
        if self.plan is None:
            return ()
        if part == "rules":
            return tuple(self.plan["rules"])
        parts = _PLAN_PARTS if part == "statements" else (part,)
        return tuple(entry["id"] for name in parts for entry in self.plan[name])


async def observe(agent: Agent, sender: str, result: TurnResult) -> Observed:
    """Puts together what a turn brought.

    Args:
        agent: The agent, for its tracker.
        sender: The conversation.
        result: What the turn returned.
    """
    tracker = await agent.tracker_store.retrieve(sender)
    said, understood = _last_turn(tracker)
    if not result.recorded:
        said, understood = [], {}
    titles = {choice.id: choice.key for choice in open_choices(tracker)}
    replies = result.replies
    return Observed(
        keys=tuple(reply.key for reply in replies),
        remarks=tuple(key for say in said for key in (*say.before, *say.after)),
        topics=tuple(dict.fromkeys(topic for reply in replies for topic in reply.topics)),
        question=said[-1].question if said else None,
        choices=tuple(
            (choice_id, titles.get(choice_id, "")) for choice_id, _ in replies[-1].choices
        ),
        plan=next((reply.plan for reply in reversed(replies) if reply.plan is not None), None),
        handoff=next((reply.handoff for reply in replies if reply.handoff is not None), None),
        language=result.language,
        understood=understood,
        slots=tracker.current_slot_values() if tracker is not None else {},
        text="\n".join(reply.text for reply in replies),
        notice=next((r.notice["language"] for r in replies if r.notice is not None), None),
    )


def open_choices(tracker: DialogueStateTracker | None) -> tuple[Choice, ...]:
    """The choices that can be chosen now."""
    stored = tracker.get_slot("choices") if tracker is not None else None
    return tuple(Choice.parse_obj(choice) for choice in stored or ())


def _last_turn(tracker: DialogueStateTracker | None) -> tuple[list[Say], Mapping[str, Any]]:
    said: list[Say] = []
    for event in reversed(tracker.events if tracker is not None else ()):
        if event.type_name == "user":
            return said, event.parse_data
        if event.type_name == "bot":
            said.insert(0, _say(event))
    return said, {}


def _say(event: Event) -> Say:
    metadata = event.metadata or {}
    if metadata.get("say") is not None:
        return Say.parse_obj(metadata["say"])
    return Say(key=str(metadata.get("utter_action") or ""), language="")
