"""Runs messages through the trained pipeline, as a conversation's first message goes."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from bot.evaluation.measures import Outcome
from bot.nlu.decision import CLARIFY, EMERGENCY, NOT_UNDERSTOOD, OUT_OF_SCOPE
from bot.nlu.entities import FIELD_ENTITIES
from bot.privacy.redactor import shipped_redactor
from bot.text import clean

if TYPE_CHECKING:
    from rasa.core.agent import Agent


async def understand(agent: Agent, texts: Iterable[str]) -> list[Outcome]:
    """What the pipeline makes of each text; nothing of them is stored."""
    redact = shipped_redactor().redact
    return [outcome_of(await agent.parse_message(redact(clean(text).text).text)) for text in texts]


def outcome_of(parsed: dict[str, Any]) -> Outcome:
    """The outcome of what Rasa's pipeline says of one message.

    Args:
        parsed: As `rasa.core.agent.Agent.parse_message` gives it.
    """
    intent = str((parsed.get("intent") or {}).get("name") or NOT_UNDERSTOOD)
    answered = tuple(parsed.get("questions") or (intent,))
    refused = intent in (OUT_OF_SCOPE, NOT_UNDERSTOOD)
    # Who is not understood is told what the assistant can do, as who asks for something else is.
    acted_on = (OUT_OF_SCOPE,) if refused else answered
    if intent == CLARIFY:
        acted_on = tuple(parsed.get("candidates") or ())
    runners_up = [str(entry["name"]) for entry in parsed.get("intent_ranking") or ()]
    return Outcome(
        topics=tuple(dict.fromkeys((*acted_on, *runners_up))),
        refused=refused,
        alarm=intent == EMERGENCY,
        asked_back=intent == CLARIFY,
        language=(parsed.get("language") or {}).get("code"),
        entities=frozenset(
            (str(entity["entity"]), str(entity["value"]))
            for entity in parsed.get("entities") or ()
            if entity["entity"] in FIELD_ENTITIES
        ),
        answered=answered,
    )


def outcome_of_answer(answer: dict[str, Any]) -> Outcome:
    """The outcome of a line that `roi ask` printed."""
    topics = tuple(answer.get("topics") or ())
    return Outcome(
        topics=topics,
        refused=topics[:1] == (OUT_OF_SCOPE,),
        alarm=answer.get("handoff") == EMERGENCY,
        asked_back=answer.get("intent") == CLARIFY,
        language=answer.get("language"),
        answered=topics,
    )
