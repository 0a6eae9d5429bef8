"""Rasa's own actions, made once."""

from __future__ import annotations

import rasa.core.actions.action
from rasa.core.actions.action import Action
from rasa.utils.endpoints import EndpointConfig

_made: list[tuple[EndpointConfig | None, list[Action]]] = []
_ENDPOINTS = 4


def default_actions(action_endpoint: EndpointConfig | None = None) -> list[Action]:
    """What Rasa's `default_actions` gives, five times a turn: a dozen objects without a state.

    Rasa makes all of them anew to see whether an action is one of them.
    """
    for endpoint, actions in _made:
        if endpoint is action_endpoint:
            return list(actions)
    actions = _default_actions(action_endpoint)
    _made[:] = [*_made[1 - _ENDPOINTS :], (action_endpoint, actions)]
    return list(actions)


_default_actions = rasa.core.actions.action.default_actions


def make_once() -> None:
    """Puts this in place of Rasa's."""
    rasa.core.actions.action.default_actions = default_actions
