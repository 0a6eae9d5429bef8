"""Finds the rules that fit a conversation without trying all of them each time."""

from __future__ import annotations

from typing import Any

from rasa.core.policies.rule_policy import RULES, RULES_FOR_LOOP_UNHAPPY_PATH, RulePolicy
from rasa.shared.core.constants import ACTION_LISTEN_NAME, PREVIOUS_ACTION, USER
from rasa.shared.core.domain import Domain, State
from rasa.shared.core.trackers import DialogueStateTracker
from rasa.shared.nlu.constants import ACTION_NAME, INTENT

_KNOWN = "_roi_rules_by_state"
_MOST_STATES = 4096


class _Fitting:
    """Which rules of one look-up table fit a state so many turns ago.

    A state is an intent, an action and an open form: the same few come again and again.
    """

    def __init__(self, policy: RulePolicy, lookup: dict[str, str]) -> None:
        self.lookup, self.size = lookup, len(lookup)
        rules = [policy._rule_key_to_state(rule) for rule in lookup]
        self.longest = max(map(len, rules), default=0)
        self.fits_text = any(_fits_text(rule[-1]) for rule in rules if rule)
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


def _fits_text(state: State) -> bool:
    """Could a rule with this latest state fit a message of which only the text is looked at?"""
    previous, user = state.get(PREVIOUS_ACTION, {}), state.get(USER, {})
    return previous.get(ACTION_NAME) == ACTION_LISTEN_NAME and INTENT not in user


def _fitting(policy: RulePolicy, lookup: dict[str, str]) -> _Fitting:
    known: list[_Fitting] = policy.__dict__.setdefault(_KNOWN, [])
    # By identity, which holds: the table is kept here. Training fills tables, so their size counts.
    found = next((f for f in known if f.lookup is lookup and f.size == len(lookup)), None)
    if found is None:
        found = _Fitting(policy, lookup)
        known[:] = [*known[-3:], found]
    return found


def action_from_rules(
    self: RulePolicy,
    tracker: DialogueStateTracker,
    domain: Domain,
    use_text_for_last_user_input: bool,
) -> tuple[str | None, str | None, bool]:
    """What `RulePolicy._find_action_from_rules` gives.

    Rasa looks for rules about the text of a message before it looks for those about its intent,
    and for both works out the states of the whole conversation.
    """
    if use_text_for_last_user_input and not any(
        _fitting(self, self.lookup[name]).fits_text for name in (RULES, RULES_FOR_LOOP_UNHAPPY_PATH)
    ):
        return None, None, False
    found: tuple[str | None, str | None, bool] = _find_action_from_rules(
        self, tracker, domain, use_text_for_last_user_input
    )
    return found


_find_action_from_rules = RulePolicy._find_action_from_rules


def possible_keys(self: RulePolicy, lookup: dict[str, str], states: list[State]) -> set[str]:
    """What `RulePolicy._get_possible_keys` gives.

    Rasa tries each of a hundred rules on the latest state, four or five times in a turn.
    """
    fitting = _fitting(self, lookup)
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
