"""Finds the rules that fit a conversation without trying all of them each time."""

from __future__ import annotations

from typing import Any

from rasa.core.policies.rule_policy import RulePolicy
from rasa.shared.core.domain import State
from rasa.shared.core.trackers import DialogueStateTracker

_KNOWN = "_roi_rules_by_state"
_MOST_STATES = 4096


class _Fitting:
    """Which rules of one look-up table fit a state so many turns ago.

    A state is an intent, an action and an open form: the same few come again and again.
    """

    def __init__(self, policy: RulePolicy, lookup: dict[str, str]) -> None:
        self.lookup, self.size = lookup, len(lookup)
        self.longest = max((len(policy._rule_key_to_state(rule)) for rule in lookup), default=0)
        self._found: dict[Any, frozenset[str]] = {}

    def rules(self, policy: RulePolicy, turn: int, state: State) -> frozenset[str]:
        key = (turn, DialogueStateTracker.freeze_current_state(state))
        found = self._found.get(key)
        if found is None:
            if len(self._found) >= _MOST_STATES:
                self._found.clear()
            fits = (rule for rule in self.lookup if policy._is_rule_applicable(rule, turn, state))
            found = self._found[key] = frozenset(fits)
        return found


def possible_keys(self: RulePolicy, lookup: dict[str, str], states: list[State]) -> set[str]:
    """What `RulePolicy._get_possible_keys` gives.

    Rasa tries each of a hundred rules on the latest state, four or five times in a turn.
    """
    known: list[_Fitting] = self.__dict__.setdefault(_KNOWN, [])
    # By identity, which holds: the table is kept here. Training fills tables, so their size counts.
    fitting = next((f for f in known if f.lookup is lookup and f.size == len(lookup)), None)
    if fitting is None:
        fitting = _Fitting(self, lookup)
        known[:] = [*known[-3:], fitting]
    possible = set(lookup)
    for turn, state in enumerate(reversed(states)):
        if not possible or turn >= fitting.longest:
            break  # no rule looks further back
        try:
            possible &= fitting.rules(self, turn, state)
        except TypeError:  # a state that cannot be a key
            return set(_get_possible_keys(self, lookup, states))
    return possible


_get_possible_keys = RulePolicy._get_possible_keys
