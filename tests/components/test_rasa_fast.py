"""What is done faster than in Rasa gives what Rasa gives."""

from __future__ import annotations

import ast
import copy
import dataclasses
import inspect
import json
import random
from collections import Counter
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import pytest
import rasa.core.actions.action
from jsonschema import ValidationError
from jsonschema.validators import validator_for
from rasa.core.actions.action import RemoteAction
from rasa.core.policies.rule_policy import RulePolicy
from rasa.engine.exceptions import GraphRunError
from rasa.engine.graph import GraphSchema, SchemaNode
from rasa.engine.storage.local_model_storage import LocalModelStorage
from rasa.engine.storage.resource import Resource
from rasa.graph_components.providers.domain_provider import DomainProvider
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import (
    ActionExecuted,
    ActionExecutionRejected,
    ActionReverted,
    ActiveLoop,
    BotUttered,
    DefinePrevUserUtteredFeaturization,
    Event,
    FollowupAction,
    Restarted,
    SessionStarted,
    SlotSet,
    UserUtteranceReverted,
    UserUttered,
)
from rasa.shared.core.slots import AnySlot, BooleanSlot, TextSlot
from rasa.shared.core.trackers import DialogueStateTracker, EventVerbosity, TrackerActiveLoop
from rasa.utils.endpoints import EndpointConfig

from bot.rasa_fast import actions, domains, graph, loading, logs, rules, schemas, trackers
from bot.rasa_fast.speed_up import speed_up

SLOTS = [TextSlot("item", []), BooleanSlot("sure", []), AnySlot("choices", [])]
PARSED = {
    "text": "for my son",
    "intent": {"name": "child_minor", "confidence": 0.7},
    "entities": [{"entity": "subject", "value": "child", "start": 4, "end": 10}],
    "intent_ranking": [{"name": "child_minor", "confidence": 0.7}],
}
LISTEN = ActionExecuted("action_listen")
SAID = UserUttered(PARSED["text"], PARSED["intent"], PARSED["entities"], PARSED)
ANSWERED = [SAID, ActionExecuted("action_answer_topic"), BotUttered("…", {"buttons": []})]
CONVERSATIONS = {
    "nothing said": [],
    "a question": [LISTEN, *ANSWERED, LISTEN],
    "in a form": [LISTEN, SAID, ActionExecuted("request_form"), ActiveLoop("request_form")],
    "slots": [LISTEN, SAID, SlotSet("item", "records"), SlotSet("choices", [{"id": "1"}])],
    "a slot emptied": [SlotSet("item", "records"), SlotSet("item", None)],
    "taken back": [LISTEN, *ANSWERED, LISTEN, SAID, UserUtteranceReverted()],
    "followed up": [LISTEN, SAID, FollowupAction("action_stop")],
    "restarted": [LISTEN, *ANSWERED, Restarted()],
}
GOOD = [
    {"events": [], "responses": []},
    {},
    {"events": [{"event": "slot", "name": "item", "value": "bill", "timestamp": None}]},
    {"events": [{"event": "active_loop", "name": None}], "responses": [{"text": "x"}]},
    {"events": [{"event": "bot", "text": "x"}, {"event": "followup", "name": "action_stop"}]},
]
BAD = [
    {"events": [{"event": "slot"}], "responses": []},
    {"events": [{"event": "no_such_event"}]},
    {"events": [{"name": "item", "value": "bill"}]},
    {"events": [{"event": "slot", "name": 7, "value": "bill"}]},
    {"events": [{"event": ["slot"]}]},
    {"events": ["slot"]},
    {"events": "none"},
    {"events": [], "responses": ["text"]},
    [],
]


@pytest.fixture(autouse=True)
def faster():
    speed_up()


def _tracker(events: list[Event]) -> DialogueStateTracker:
    return DialogueStateTracker.from_events("somebody", events, SLOTS)


def _all_of(tracker: DialogueStateTracker) -> dict[str, object]:
    state = {name: value for name, value in vars(tracker).items() if name != "slots"}
    slots = {slot.name: (type(slot), vars(slot)) for slot in tracker.slots.values()}
    return {**state, "slots": slots, "said": tracker.current_state(EventVerbosity.ALL)}


# -- actions -------------------------------------------------------------------------------


@pytest.mark.parametrize("result", GOOD)
def test_a_response_that_rasa_accepts_is_accepted(result):
    action = RemoteAction("action_x", None)
    assert schemas._validate_action_result(action, result)
    assert action._validate_action_result(result)
    assert schemas._response_checks().hold(result), "accepted, but only by Rasa's own slow check"


@pytest.mark.parametrize("result", BAD)
def test_a_response_that_rasa_refuses_is_refused_in_its_words(result):
    action = RemoteAction("action_x", None)
    with pytest.raises(ValidationError) as rasas:
        schemas._validate_action_result(action, result)
    with pytest.raises(ValidationError) as ours:
        action._validate_action_result(result)
    assert ours.value.message == rasas.value.message


def _altered(value: Any) -> Iterator[Any]:
    """What JSON could stand in a value's place, and in the place of each of its parts."""
    yield from (None, True, 7, 1.5, "x", [], ["x"], {}, {"name": 7})
    if isinstance(value, dict):
        for name, part in value.items():
            yield {other: kept for other, kept in value.items() if other != name}
            yield from ({**value, name: other} for other in _altered(part))
    if isinstance(value, list):
        for at, part in enumerate(value):
            yield from ([*value[:at], other, *value[at + 1 :]] for other in _altered(part))


def test_whatever_is_altered_in_a_response_rasa_and_we_agree():
    schema = RemoteAction.action_response_format_spec()
    validator = validator_for(schema)(schema)
    entity = {"entity": "item", "value": "x", "start": 1, "confidence": 0.5}
    parsed = {"text": "x", "intent": {"name": "fees"}, "entities": [entity]}
    events = [
        {"event": "user", "text": "x", "parse_data": parsed, "timestamp": 1.5},
        {"event": "action", "name": "action_x", "confidence": 1, "hide_rule_turn": False},
        {"event": "bot", "text": "x", "data": {"buttons": []}, "metadata": {}},
    ]
    results = [*GOOD, *({"events": [event], "responses": []} for event in events)]
    found = Counter()
    for result in (altered for given in results for altered in _altered(given)):
        valid = validator.is_valid(result)
        assert schemas._response_checks().hold(result) == valid, result
        found[valid] += 1
    assert found[True] > 100 < found[False]


@pytest.mark.parametrize("kind", [ActionExecuted, SlotSet, UserUttered])
def test_the_class_of_an_event_is_the_same(kind):
    assert Event.resolve_by_type(kind.type_name) is kind
    assert schemas._resolve_by_type(kind.type_name) is kind


def test_an_unknown_event_is_refused_as_rasa_does():
    with pytest.raises(ValueError, match="Unknown event name"):
        Event.resolve_by_type("no_such_event")


def test_rasas_own_actions_are_the_same_for_each_endpoint():
    one, other = EndpointConfig("http://one"), EndpointConfig("http://one")
    for endpoint in (None, one, other, one, None):
        found = rasa.core.actions.action.default_actions(endpoint)
        expected = actions._default_actions(endpoint)
        assert [(type(a), a.name()) for a in found] == [(type(a), a.name()) for a in expected]
        assert [vars(a) for a in found] == [vars(a) for a in expected]
        found.clear()  # a list of one's own
    extracting = actions.default_actions(other)[-1]
    assert extracting._action_endpoint is other
    assert extracting is actions.default_actions(other)[-1]


# -- trackers ------------------------------------------------------------------------------


@pytest.mark.parametrize("events", CONVERSATIONS.values(), ids=CONVERSATIONS)
def test_a_copy_of_a_conversation_is_what_replaying_it_gives(events):
    tracker = _tracker(events)
    tracker.model_id, tracker.assistant_id, tracker.sender_source = "m", "a", "file"
    assert _all_of(tracker.copy()) == _all_of(trackers._copy(tracker))


@pytest.mark.parametrize("events", CONVERSATIONS.values(), ids=CONVERSATIONS)
def test_what_happens_to_a_copy_leaves_the_conversation_alone(events):
    tracker = _tracker(events)
    before = copy.deepcopy(_all_of(tracker))
    twin = tracker.copy()
    later = [SlotSet("item", "bill"), ActiveLoop("request_form"), ActionExecuted("action_listen")]
    twin.update_with_events(later, None)
    twin.reject_action("request_form")
    twin.interrupt_loop(True)
    assert _all_of(tracker) == before


@pytest.mark.parametrize("seed", range(300))
def test_the_events_that_count_are_those_that_rasa_finds(seed):
    chance = random.Random(seed)
    form = "request_form"
    kinds = [
        lambda: LISTEN,
        lambda: SAID,
        lambda: ActionExecuted(form),
        lambda: ActionExecuted("action_plan"),
        lambda: ActiveLoop(chance.choice([form, None])),
        lambda: ActionExecutionRejected(form),
        lambda: SlotSet("item", "bill"),
        lambda: BotUttered("…"),
        lambda: DefinePrevUserUtteredFeaturization(False),
    ]
    rare = [SessionStarted, Restarted, ActionReverted, UserUtteranceReverted]
    events = [chance.choice(kinds)() for _ in range(chance.randrange(40))]
    for at in range(chance.randrange(3)):
        events.insert(chance.randrange(len(events) + 1), chance.choice(rare[: 2 + 2 * at])())
    tracker = _tracker([])
    tracker.events.extend(events)
    found, expected = tracker.applied_events(), trackers._applied_events(tracker)
    assert list(map(id, found)) == list(map(id, expected))


def test_a_rejected_form_of_a_copy_is_not_that_of_the_conversation():
    tracker = _tracker(CONVERSATIONS["in a form"])
    tracker.copy().reject_action("request_form")
    assert tracker.active_loop is not None and not tracker.active_loop.rejected


@pytest.mark.parametrize("trigger", [None, {}, PARSED, {"odd": (1, {2})}])
def test_a_form_as_a_dict_is_what_dataclasses_make_of_it(trigger):
    loop = TrackerActiveLoop("request_form", False, True, trigger)
    found = trackers.loop_as_dict(loop)
    assert found == dataclasses.asdict(loop)
    assert found["trigger_message"] is None or found["trigger_message"] is not trigger


@pytest.mark.parametrize("slot", SLOTS, ids=lambda slot: slot.name)
def test_a_copied_slot_is_what_copy_makes_of_it(slot):
    found, expected = trackers.copy_slot(slot), copy.copy(slot)
    assert type(found) is type(expected) and vars(found) == vars(expected)


# -- logs ----------------------------------------------------------------------------------


@pytest.mark.parametrize("module", logs.MODULES, ids=lambda module: module.__name__)
def test_rasa_copies_in_these_modules_for_its_logs_alone(module):
    tree = ast.parse(inspect.getsource(module))
    in_logs = {
        id(inner)
        for call in ast.walk(tree)
        if isinstance(call, ast.Call) and ast.unparse(call.func).startswith("structlogger.")
        for inner in ast.walk(call)
    }
    uses = [n for n in ast.walk(tree) if isinstance(n, ast.Name) and n.id == "copy"]
    assert uses and all(id(use) in in_logs for use in uses)


def test_rasa_copies_slots_and_forms_in_its_module_of_trackers_and_nothing_else():
    source = inspect.getsource(inspect.getmodule(DialogueStateTracker))
    used = {
        ast.unparse(node)
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.Attribute)
        and isinstance(node.value, ast.Name)
        and node.value.id in ("copy", "dataclasses")
    }
    assert used == {"copy.copy", "dataclasses.asdict", "dataclasses.dataclass"}


# -- graph ---------------------------------------------------------------------------------


class _Runner(SimpleNamespace):
    """As much of a runner as running needs: functions in the place of components."""

    def __init__(self, needs: dict[str, dict[str, str]], targets: list[str]) -> None:
        nodes = {
            name: SchemaNode(given, object, "", "", {}, is_target=name in targets)
            for name, given in needs.items()
        }
        super().__init__(_graph_schema=GraphSchema(nodes), calls=[], _execution_context=None)
        self._instantiated_nodes = {name: self._node(name) for name in nodes}

    def _node(self, name: str):
        def call(*given):
            self.calls.append(name)
            return name, f"{name}({', '.join(str(value) for _, value in given)})"

        return call


NEEDS = {
    "a": {"x": "text"},
    "b": {"x": "a", "y": "text"},
    "c": {"x": "a"},
    "end": {"x": "b", "y": "c"},
    "aside": {"x": "a"},
}


@pytest.mark.parametrize("targets", [["end"], ["b", "c"], ["a"], ["end", "aside"]])
def test_a_graph_gives_what_dask_gives_and_each_node_runs_once(targets):
    from rasa.engine.runner.dask import DaskGraphRunner

    runner, dasks = _Runner(NEEDS, targets), _Runner(NEEDS, targets)
    dasks._build_dask_graph = lambda schema: DaskGraphRunner._build_dask_graph(dasks, schema)
    dasks._add_inputs_to_graph = DaskGraphRunner._add_inputs_to_graph
    for _ in range(2):
        found = graph.run(runner, {"text": "hi"}, targets)
        assert found == graph._run(dasks, {"text": "hi"}, targets)
    assert sorted(runner.calls) == sorted(dasks.calls)


def test_results_that_nobody_needs_any_more_are_dropped():
    steps = graph._plan(GraphSchema(_Runner(NEEDS, ["end"])._graph_schema.nodes), ("end",))
    dropped = [name for step in steps for name in step.over]
    assert sorted(dropped) == ["a", "b", "c"]


def test_an_input_that_is_the_name_of_a_node_is_refused():
    with pytest.raises(GraphRunError, match="clashes"):
        graph.run(_Runner(NEEDS, ["end"]), {"text": "a"}, ["end"])


# -- with the trained model ----------------------------------------------------------------


def _policy(agent) -> RulePolicy:
    nodes = agent.processor.graph_runner._instantiated_nodes.values()
    return next(n._component for n in nodes if isinstance(n._component, RulePolicy))


def test_the_domain_of_a_model_is_what_rasa_reads(agent, tmp_path):
    resource, storage = Resource("domain_provider"), LocalModelStorage(tmp_path)
    with storage.write_to(resource) as folder:
        agent.domain.persist(folder / "domain.yml")
    given = ({}, storage, resource, None)
    fast, slow = DomainProvider.load(*given), loading._load_domain(*given)
    assert fast.provide_inference().as_dict() == slow.provide_inference().as_dict()
    assert fast.provide_inference().fingerprint() == agent.domain.fingerprint()
    with storage.write_to(resource) as folder:  # several files are Rasa's to merge
        (folder / "more.yml").write_text("intents: [one_more]\n", encoding="utf-8")
    assert "one_more" in DomainProvider.load(*given).provide_inference().intents


def test_a_domain_is_empty_where_rasa_says_so(agent):
    for domain, empty in ((Domain.empty(), True), (agent.domain, False)):
        assert domain.is_empty() == domains._is_empty(domain) == domain.is_empty() == empty


async def test_whole_conversations_go_as_with_rasas_own_functions(agent, monkeypatch):
    """The same messages, once with everything replaced and once with everything as it was."""
    from bot.conversation import Conversation

    said = ["how do i get my records", "my dad died", "for me", "what does it cost", "go back"]

    async def turns(sender: str) -> list[object]:
        replies = [await Conversation(agent).turn(sender, "web", text=text) for text in said]
        tracker = await agent.tracker_store.retrieve(sender)
        events = [{**e.as_dict(), "timestamp": 0, "message_id": ""} for e in tracker.events]
        return [[(r.key, r.text, r.topics, r.plan) for r in t.replies] for t in replies] + [
            json.dumps(events, sort_keys=True, default=str).count(kind) for kind in ("slot", "bot")
        ]

    fast = await turns("test:fast")
    monkeypatch.setattr(DialogueStateTracker, "copy", trackers._copy)
    monkeypatch.setattr(RulePolicy, "_get_possible_keys", rules._get_possible_keys)
    monkeypatch.setattr(RulePolicy, "_find_action_from_rules", rules._find_action_from_rules)
    monkeypatch.setattr(RemoteAction, "_validate_action_result", schemas._validate_action_result)
    monkeypatch.setattr(type(agent.processor.graph_runner), "run", graph._run)
    monkeypatch.setattr(Domain, "is_empty", domains._is_empty)
    for module in logs.MODULES:
        monkeypatch.setattr(module, "copy", copy)
    monkeypatch.setattr(inspect.getmodule(DialogueStateTracker), "copy", copy)
    monkeypatch.setattr(inspect.getmodule(DialogueStateTracker), "dataclasses", dataclasses)
    assert await turns("test:rasas_own") == fast


def _heard(agent, intent: str) -> DialogueStateTracker:
    tracker = DialogueStateTracker("test:rules", agent.domain.slots)
    said = UserUttered("fees?", {"name": intent, "confidence": 1.0}, [])
    tracker.update_with_events([LISTEN, said], agent.domain)
    return tracker


def test_rules_about_a_text_are_looked_for_where_there_are_any(agent):
    policy, heard = _policy(agent), _heard(agent, "fees")
    assert policy._find_action_from_rules(heard, agent.domain, True) == (None, None, False)
    assert rules._find_action_from_rules(policy, heard, agent.domain, True)[0] is None
    found = policy._find_action_from_rules(heard, agent.domain, False)
    assert found == rules._find_action_from_rules(policy, heard, agent.domain, False)
    assert found[0] == "action_answer_topic"
    about_text = {"prev_action": {"action_name": "action_listen"}, "user": {"text": "fees?"}}
    own = copy.copy(policy)
    key = json.dumps([about_text], sort_keys=True)
    own.lookup = {**policy.lookup, "rules": {**policy.lookup["rules"], key: "action_stop"}}
    assert own._find_action_from_rules(heard, agent.domain, True)[0] == "action_stop"


async def test_the_same_rules_fit_as_rasa_finds(agent):
    policy, seen = _policy(agent), 0
    for lookup in policy.lookup.values():
        if not isinstance(lookup, dict) or not lookup:
            continue
        for key in list(lookup)[:40]:
            states = policy._rule_key_to_state(key)
            for part in (states, states[-1:], states[:-1], []):
                expected = rules._get_possible_keys(policy, lookup, part)
                assert rules.possible_keys(policy, lookup, part) == expected
                assert rules.possible_keys(policy, lookup, part) == expected  # now known
                seen += 1
    assert seen > 40
