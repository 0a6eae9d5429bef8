"""Spares the deep copies that Rasa makes of texts, slots and states for log lines nobody reads."""

from __future__ import annotations

import copy
from types import ModuleType
from typing import Any, TypeVar

import rasa.core.actions.forms
import rasa.core.policies.rule_policy
import rasa.core.processor

MODULES: tuple[ModuleType, ...] = (
    rasa.core.actions.forms,
    rasa.core.policies.rule_policy,
    rasa.core.processor,
)
"""Modules that copy for nothing else; a test reads their source."""

_Any = TypeVar("_Any")


class NoCopies:
    """Stands in these modules where the standard library's `copy` does.

    Rasa copies what it hands to `structlogger.debug`, at any level. Ours is switched off below
    warnings and drops what would be logged (bot.quiet), so nothing ever sees the copy.
    """

    @staticmethod
    def deepcopy(value: _Any, memo: dict[int, Any] | None = None) -> _Any:
        """The value itself."""
        return value


def spare_copies() -> None:
    """Takes the copies out."""
    for module in MODULES:
        if vars(module)["copy"] is copy:
            vars(module)["copy"] = NoCopies
