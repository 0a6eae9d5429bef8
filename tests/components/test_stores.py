"""The store hands back little of a long conversation, and all of its state."""

from __future__ import annotations

import pytest
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import (
    ActionExecuted,
    ActiveLoop,
    BotUttered,
    SessionStarted,
    SlotSet,
    UserUttered,
)
from rasa.shared.core.trackers import DialogueStateTracker

from bot.history import HISTORY, TURNS, kept, last_turns
from bot.state import SharedState
from bot.stores import ConflictError, ConversationStore, already_read, sqlite_store

DOMAIN = Domain.from_yaml(
    """
version: "3.1"
intents: [greet]
slots:
  item: {type: text, influence_conversation: false, mappings: [{type: custom}]}
  topic: {type: text, influence_conversation: false, mappings: [{type: custom}]}
actions: [action_answer_topic]
forms: {request_form: {required_slots: []}}
"""
)


@pytest.fixture
def store(tmp_path) -> ConversationStore:
    made = sqlite_store(tmp_path / "conversations.db")
    made.domain = DOMAIN
    return made


def turn(number: int) -> list:
    return [
        UserUttered(f"message {number}", {"name": "greet"}, []),
        SlotSet("topic", f"topic {number}"),
        ActionExecuted("action_answer_topic"),
        BotUttered(f"answer {number}"),
        ActionExecuted("action_listen"),
    ]


async def talk(store: ConversationStore, turns: range, sender: str = "web:a") -> None:
    for number in turns:
        tracker = await store.retrieve(sender) or DialogueStateTracker(sender, DOMAIN.slots)
        if not tracker.events:
            tracker.update_with_events(
                [
                    ActionExecuted("action_session_start"),
                    SessionStarted(),
                    ActionExecuted("action_listen"),
                    SlotSet("item", "bill"),
                    ActiveLoop("request_form"),
                ],
                DOMAIN,
            )
        tracker.update_with_events(turn(number), DOMAIN)
        await store.save(tracker)


async def test_a_short_conversation_comes_back_whole(store):
    await talk(store, range(2))
    tracker = await store.retrieve("web:a")
    assert [e.text for e in tracker.events if isinstance(e, UserUttered)] == [
        "message 0",
        "message 1",
    ]


async def test_a_long_conversation_comes_back_short_with_its_state(store):
    await talk(store, range(60))
    tracker = await store.retrieve("web:a")
    assert len(tracker.events) <= HISTORY + 5
    assert tracker.get_slot("item") == "bill"
    assert tracker.get_slot("topic") == "topic 59"
    assert tracker.active_loop_name == "request_form"
    assert tracker.latest_message.text == "message 59"


async def test_what_is_kept_for_the_next_turn_is_the_end_of_what_is_stored(store):
    for number in range(12):
        await talk(store, range(number, number + 1))
        full, recent = await store.retrieve_full_tracker("web:a"), await store.retrieve("web:a")
        whole = [kept(event.as_dict()) for event in full.events]
        handed_back = [kept(event.as_dict()) for event in recent.events]
        assert handed_back == last_turns(whole, TURNS, HISTORY)


async def test_every_event_is_stored_once(store):
    await talk(store, range(60))
    full = await store.retrieve_full_tracker("web:a")
    texts = [e.text for e in full.events if isinstance(e, UserUttered)]
    assert texts == [f"message {number}" for number in range(60)]
    assert len(full.events) == 5 + 60 * len(turn(0))


async def test_conversations_are_apart(store):
    await talk(store, range(3), "web:a")
    await talk(store, range(1), "web:b")
    tracker = await store.retrieve("web:b")
    assert sum(isinstance(e, UserUttered) for e in tracker.events) == 1
    assert await store.retrieve("web:c") is None


async def test_a_new_session_begins_with_nothing_of_the_old(store):
    await talk(store, range(40))
    tracker = await store.retrieve("web:a")
    tracker.update_with_events([ActionExecuted("action_session_start"), SessionStarted()], DOMAIN)
    await store.save(tracker)
    again = await store.retrieve("web:a")
    assert again.get_slot("item") is None
    assert not any(isinstance(event, UserUttered) for event in again.events)


async def test_a_deleted_conversation_leaves_no_trace_and_the_others_stay(store, tmp_path):
    await talk(store, range(3), "web:a")
    await talk(store, range(50), "web:b")
    assert b"web:a" in everything_in(tmp_path)
    await store.delete("web:a")
    assert await store.retrieve_full_tracker("web:a") is None
    assert b"web:a" not in everything_in(tmp_path)
    await store.delete("web:b")
    kept = everything_in(tmp_path)
    assert b"message 1" not in kept and b"answer 1" not in kept


async def test_shared_state_stands_in_the_same_database(store, tmp_path):
    await store.shared_state("a-secret" * 5).set_flag("sms", "x")
    again = SharedState(f"sqlite:///{tmp_path / 'conversations.db'}", "a-secret" * 5)
    assert await again.has_flag("sms", "x")
    again.close()


def everything_in(folder) -> bytes:
    return b"".join(path.read_bytes() for path in folder.iterdir())


async def test_a_conversation_that_was_read_is_not_read_again(store):
    await talk(store, range(2))
    read = await store.retrieve("web:a")
    with already_read(read):
        assert await store.retrieve("web:a") is read
        again = await store.retrieve("web:a")
    assert again is not read and again.current_state() == read.current_state()
    assert await store.retrieve("web:a") is not read


async def test_what_went_on_since_it_was_read_is_not_overwritten(store):
    """A lock may be lost, where its worker was held up for too long."""
    await talk(store, range(2))
    with already_read(await store.retrieve("web:a")):
        read = await store.retrieve("web:a")
    await talk(store, range(2, 3))
    read.update_with_events(turn(9), DOMAIN)
    with pytest.raises(ConflictError):
        await store.save(read)
    assert (await store.retrieve("web:a")).get_slot("topic") == "topic 2"


async def test_what_was_read_of_one_is_not_given_to_another(store):
    await talk(store, range(2))
    await talk(store, range(1), "web:b")
    with already_read(await store.retrieve("web:a")):
        other = await store.retrieve("web:b")
    assert other.sender_id == "web:b" and other.get_slot("topic") == "topic 0"
    with already_read(None):
        assert (await store.retrieve("web:b")).sender_id == "web:b"
