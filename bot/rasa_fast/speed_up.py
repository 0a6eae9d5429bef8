"""Puts the faster functions in the place of Rasa's."""

from __future__ import annotations

from rasa.core.actions.action import RemoteAction
from rasa.core.policies.rule_policy import RulePolicy
from rasa.core.processor import MessageProcessor
from rasa.engine.runner.dask import DaskGraphRunner
from rasa.engine.storage.storage import ModelMetadata
from rasa.graph_components.providers.domain_provider import DomainProvider
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import Event
from rasa.shared.core.trackers import DialogueStateTracker

from bot.rasa_fast import actions, domains, graph, loading, logs, rules, schemas, trackers, turns


def speed_up() -> None:
    """Replaces them; may be called any number of times."""
    ModelMetadata.from_dict = staticmethod(loading.metadata_from_dict)
    DomainProvider.load = classmethod(loading.load_domain)
    Domain.is_empty = domains.is_empty
    DaskGraphRunner.run = graph.run
    MessageProcessor.parse_message = turns.parse_message
    MessageProcessor._run_prediction_loop = turns.run_prediction_loop
    RemoteAction._validate_action_result = schemas.validate_action_result
    DialogueStateTracker.copy = trackers.copy
    DialogueStateTracker.applied_events = trackers.applied_events
    RulePolicy._get_possible_keys = rules.possible_keys
    RulePolicy._find_action_from_rules = rules.action_from_rules
    actions.make_once()
    trackers.quicken_copies()
    logs.spare_copies()
    Event.resolve_by_type = staticmethod(schemas.event_class)
