"""Of a long conversation its last turns remain, and all that its state hangs on."""

from __future__ import annotations

import json
import random
from typing import Any

import pytest
from rasa.shared.core.domain import Domain

from bot.history import NOTHING, Stored, StoredEvent, kept, last_turns
from bot.paths import PROJECT

TURNS, MOST = 3, 40
LISTEN = {"event": "action", "name": "action_listen"}
START = {"event": "session_started"}
BEFORE = [{"event": "action", "name": "action_session_start"}, START, LISTEN]


def said(text: str) -> StoredEvent:
    return {"event": "user", "text": text}


def slot(name: str, value: Any) -> StoredEvent:
    return {"event": "slot", "name": name, "value": value}


def form(name: str | None) -> StoredEvent:
    return {"event": "active_loop", "name": name}


def turn(number: int, *events: StoredEvent) -> list[StoredEvent]:
    answer = {"event": "action", "name": "action_answer_topic"}
    return [said(str(number)), *events, answer, {"event": "bot", "text": "x"}, LISTEN]


def texts(events: list[StoredEvent]) -> list[str]:
    return [event["text"] for event in events if event["event"] == "user"]


def state(events: list[StoredEvent]) -> dict[str, Any]:
    """What a conversation comes to in the end."""
    found: dict[str, Any] = {}
    for event in events:
        if event == START:
            found = {}
        elif event["event"] == "slot":
            found[event["name"]] = event["value"]
        elif event["event"] == "active_loop":
            found["form"] = event["name"]
    return found


def test_a_short_conversation_stays_whole() -> None:
    events = [*BEFORE, *turn(0), *turn(1), *turn(2)]
    assert last_turns(events, TURNS, MOST) == events[1:]
    assert last_turns([], TURNS, MOST) == []


def test_the_last_turns_begin_with_listening() -> None:
    events = [*BEFORE, *(event for number in range(9) for event in turn(number))]
    recent = last_turns(events, TURNS, MOST)
    assert texts(recent) == ["6", "7", "8"]
    assert recent[:3] == [START, LISTEN, said("6")]


def test_what_set_a_slot_last_and_the_open_form_remain() -> None:
    events = [
        *BEFORE,
        *turn(0, slot("item", "bill"), form("request_form")),
        *turn(1, slot("item", "records"), slot("topic", "fees")),
        *(event for number in range(2, 9) for event in turn(number)),
    ]
    assert last_turns(events, TURNS, MOST)[:4] == [
        START,
        form("request_form"),
        slot("item", "records"),
        slot("topic", "fees"),
    ]


def test_a_new_session_has_nothing_of_the_one_before() -> None:
    events = [*BEFORE, *turn(0, slot("item", "bill")), *BEFORE, *turn(1)]
    assert last_turns(events, TURNS, MOST) == [*BEFORE[1:], *turn(1)]


def test_turns_of_many_events_are_left_out_from_the_oldest() -> None:
    many = [slot("item", "bill"), *[{"event": "action", "name": "action_plan"}] * 18]
    events = [*BEFORE, *(event for number in range(4) for event in turn(number, *many))]
    recent = last_turns(events, TURNS, MOST)
    assert texts(recent) == ["3"]
    assert state(recent) == state(events)


def test_a_turn_longer_than_the_limit_is_cut_but_its_state_stays() -> None:
    many = [slot(f"s{number}", number) for number in range(90)]
    recent = last_turns([*BEFORE, *turn(0, *many)], TURNS, MOST)
    assert state(recent) == {f"s{number}": number for number in range(90)}


def test_of_each_slot_only_what_set_it_last_remains() -> None:
    events = [
        *BEFORE,
        *turn(0, slot("item", "bill"), slot("topic", "fees")),
        *turn(1, slot("item", None), slot("item", "records")),
    ]
    expected = [*BEFORE, *turn(0, slot("topic", "fees")), *turn(1, slot("item", "records"))]
    assert last_turns(events, TURNS, MOST) == expected[1:]


def test_no_slot_steers_a_policy_or_the_others_would_be_missed() -> None:
    domain = Domain.load(str(PROJECT / "domain.yml"))
    assert len(domain.slots) > 10
    assert [slot.name for slot in domain.slots if slot.has_features()] == []


def test_the_parts_of_a_page_are_not_kept_and_what_was_given_stays_as_it_was() -> None:
    said_so = {"key": "topic.fees", "plan": {}, "parts": [{"kind": "first"}]}
    answer = {"event": "bot", "text": "x", "metadata": {"roi": said_so, "say": {"key": "k"}}}
    lean = {"roi": {"key": "topic.fees", "plan": {}}, "say": {"key": "k"}}
    texted = {**answer, "metadata": {"roi": {"key": "topic.fees", "parts": None}}}
    assert kept(texted, "written")["data"] == "written", "there are none"
    assert json.loads(kept(answer, json.dumps(answer))["data"]) == {**answer, "metadata": lean}
    assert "parts" in said_so


@pytest.mark.parametrize("event", [turn(0)[-2], slot("a", "b"), {**LISTEN, "metadata": None}])
def test_what_is_written_already_is_not_written_again(event: StoredEvent) -> None:
    assert kept(event, "written")["data"] == "written"
    assert json.loads(kept(event)["data"]) == event


def test_what_is_stored_for_the_next_turn_is_what_it_reads() -> None:
    events = [*BEFORE, *turn(0, slot("remark", "a\nb, \u2028 «é»"), form("request_form")), *turn(1)]
    stored = Stored.after(2, [kept(event) for event in events])
    assert Stored.read(2, stored.text) == (stored, last_turns(events, TURNS, MOST))
    assert Stored.read(0, NOTHING.text) == (NOTHING, [])
    assert json.loads(stored.text)["events"] == last_turns(events, TURNS, MOST)


def test_what_was_stored_after_another_turn_or_by_another_version_is_not_read() -> None:
    stored = Stored.after(2, [kept(event) for event in BEFORE])
    assert Stored.read(3, stored.text) is None
    assert Stored.read(2, "") is None
    assert Stored.read(2, json.dumps({"turn": 2, "events": BEFORE})) is None
    assert "turn" not in json.loads(stored.text), "nor does that version read ours"


@pytest.mark.parametrize("seed", range(20))
def test_turn_by_turn_it_is_what_it_is_from_the_whole(seed: int) -> None:
    chance = random.Random(seed)
    events: list[StoredEvent] = [*BEFORE]
    recent = last_turns(events, TURNS, MOST)
    for number in range(30):
        names = chance.choices("abcdef", k=chance.randrange(6))
        new = turn(number, *(slot(name, number) for name in names))
        if chance.random() < 0.3:
            new.insert(2, form(chance.choice([None, "request_form"])))
        if chance.random() < 0.3:
            new[2:2] = [{"event": "action", "name": "action_plan"}] * chance.randrange(12)
        if chance.random() < 0.1:
            new = [*BEFORE, *new]
        events += new
        recent = last_turns([*recent, *new], TURNS, MOST)
        assert recent == last_turns(events, TURNS, MOST)
        assert state(recent) == state(events)
