"""A message whose worker died between storing the turn and answering is answered, not repeated."""

from __future__ import annotations

import secrets

from rasa.shared.core.events import UserUttered


async def texts(agent, sender: str) -> list[str]:
    tracker = await agent.tracker_store.retrieve(sender)
    return [event.text for event in tracker.events if isinstance(event, UserUttered)]


async def test_a_message_that_the_conversation_holds_gets_the_answer_it_had(agent, conversation):
    sender = f"web:{secrets.token_hex(8)}"
    first = await conversation.turn(sender, "web", text="I need my records", message_id="one")
    again = await conversation.turn(sender, "web", text="I need my records", message_id="one")
    assert again == first
    assert await texts(agent, sender) == ["I need my records"]


async def test_it_does_so_after_the_next_message_too(agent, conversation):
    sender = f"web:{secrets.token_hex(8)}"
    first = await conversation.turn(sender, "web", text="I need my records", message_id="one")
    await conversation.turn(sender, "web", choice=first.replies[-1].choices[0][0], message_id="two")
    again = await conversation.turn(sender, "web", text="I need my records", message_id="one")
    assert again == first
    assert len(await texts(agent, sender)) == 2


async def test_another_message_is_another_turn(agent, conversation):
    sender = f"web:{secrets.token_hex(8)}"
    await conversation.turn(sender, "web", text="hello", message_id="one")
    await conversation.turn(sender, "web", text="hello", message_id="two")
    assert await texts(agent, sender) == ["hello", "hello"]
