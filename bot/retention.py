"""How long conversations are kept."""

from __future__ import annotations

import os
from collections.abc import Mapping
from datetime import timedelta

from bot.server_secrets import SettingsError

SETTING = "ROI_KEEP_HOURS"
KEEP = timedelta(hours=24)
"""How long after its last message a conversation is kept, where nothing else is set."""

_LONGEST = 24 * 365


def keep_time(environment: Mapping[str, str] = os.environ) -> timedelta:
    """How long conversations are kept.

    Args:
        environment: ROI_KEEP_HOURS, if set.

    Raises:
        SettingsError: It is no number of hours.
    """
    value = environment.get(SETTING) or str(int(KEEP.total_seconds() // 3600))
    if not (value.isascii() and value.isdigit() and 1 <= int(value) <= _LONGEST):
        raise SettingsError(f"{SETTING} must be a whole number from 1 to {_LONGEST}, not `{value}`")
    return timedelta(hours=int(value))
