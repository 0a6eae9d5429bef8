"""How a topic's answer is put together from what the person said. Pure functions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from bot.guidance.load import Guidance
from bot.guidance.resolver import Known, Plan, matters, resolve

GUIDE_ME = "guide_me"


def starting_request(guidance: Guidance, topic: str, said: Known, carried: Known) -> dict[str, str]:
    """The request that a question about a topic begins with.

    Args:
        guidance: The hospital's guidance.
        topic: A topic that resolves a request.
        said: The fields that the message names.
        carried: Fields of the conversation so far that go on where nothing contradicts them.

    Returns:
        What the topic itself says, then what the person said, then the topic's defaults.
    """
    spec = guidance.topics[topic]
    known = {**carried, **said}
    for field, values in spec.request.items():
        if known.get(field) not in values:
            known[field] = values[0]
    for field, values in spec.default.items():
        known.setdefault(field, values[0])
    return known


def topics_by_item(guidance: Guidance) -> dict[str, str]:
    """The topic that each item of a request is the subject of."""
    return {
        spec.request["item"][0]: name
        for name, spec in guidance.topics.items()
        if spec.mode and "item" in spec.request
    }


def about(guidance: Guidance, topic: str, known: Known, items: Sequence[str]) -> tuple[str, ...]:
    """The topics that an answer is about, the one answered first.

    What is asked for and whose it is cross: "my mother died and I need her X-rays" is about
    X-rays first, then about somebody who died; "my late mother's records" about somebody who
    died first, since the general topic of records says less. Whose it is counts only where it
    changes the answer: "an autopsy report for my brother" is about nothing but that.

    Args:
        guidance: The hospital's guidance.
        topic: What the message was understood as.
        known: The request.
        items: All items that the message names.
    """
    by_item = topics_by_item(guidance)
    own = by_item.get(known.get("item", ""))
    crossing = [
        name
        for name, spec in guidance.topics.items()
        if any(
            known.get(field) in values and matters(guidance, field, known)
            for field, values in spec.covers.items()
        )
    ]
    fixed = "item" in guidance.topics[topic].request
    general = own is not None and guidance.topics[own].mode == "guided"
    if general:
        topics = [*crossing, topic]
        if not fixed and topic in crossing:
            topics = [topic, *crossing]
    else:
        topics = [topic] if fixed or own is None else [own, topic]
        topics += crossing
    topics += [by_item[item] for item in items if item in by_item and by_item[item] != own]
    return tuple(dict.fromkeys(topics))


def brief_statements(guidance: Guidance, topic: str, plan: Plan) -> tuple[str, ...]:
    """What a text message adds to a topic's first words: what the person's own case brings in."""
    spec = guidance.topics[topic]
    if spec.mode is None:
        return ()
    presets = {field: values[0] for field, values in {**spec.default, **spec.request}.items()}
    usual = resolve(guidance, presets).statements
    return tuple(name for name in plan.statements if name not in usual)


def follow_ups(guidance: Guidance, topic: str, asks_more: bool) -> tuple[str, ...]:
    """The choices to offer after an answer; "guide me" only where questions are left."""
    return tuple(
        name for name in guidance.topics[topic].follow_ups if name != GUIDE_ME or asks_more
    )


def merged(known: Known, said: Mapping[str, str]) -> dict[str, str]:
    """What is known after a message: newer words win, a group never overwrites its member."""
    result = dict(known)
    for field, value in said.items():
        if value == "images" and result.get(field, "").endswith("_images"):
            continue
        result[field] = value
    return result
